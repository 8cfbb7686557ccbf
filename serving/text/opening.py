"""Which sentence can open a story: one that a reader understands who has read nothing before it."""

import re
from collections.abc import Sequence

from serving.text.clean import count_words
from serving.text.sentences import Sentence

_LEANS_ON_OTHERS = re.compile(
    r"""^\W*(?:
        (?!(?-i:IT|US)\b)
        (?:he|she|it|they|we|i|you|us|him|her|them|his|hers|its|their|our|my|your|this|that|these|those)
        (?:['’]\w+)?(?=[\s,])
      | (?:and|but|or|yet|nor|then|also|still|however|meanwhile|moreover|furthermore|nevertheless|nonetheless|instead
        |otherwise|therefore|thus|besides|elsewhere|afterwards|in\ addition|as\ a\ result|for\ (?:example|instance)
        |on\ the\ other\ hand|here(?:['’]s)?|another|so(?!\ far))(?=[\s,])
      | (?:hello|hi|hey|greetings|good\ (?:morning|afternoon|evening|day)|welcome\ (?:back|to|everyone|all)|dear
        |thank\ you|thanks(?!\ to)|please)(?=[\s,.!])
      | (?:yes|no|well|okay|ok|sorry)(?=[,.!])
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Not "Good Morning America" and "Hello Kitty".
_GREETING = re.compile(
    r"""\W*(?:(?:hello|hi|hey|good\ (?:morning|afternoon|evening)|thank\ you|thanks|welcome)
        (?=[,.!]|\s(?:again|and|all|back|everybody|everyone|for|ladies|so|to|very|you)\b(?!\ (?:the\ )?(?-i:[A-Z])))
      | my\ name\ is\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_QUOTATION = re.compile(r"""^\W{0,2}["“„«‘]|^'(?=\w)""")
_QUESTION = re.compile(r"""(?:[?？؟]|か。)["'”’»)」』]*$""")
_BARE_QUOTE = re.compile(r"""(?:"[^"]*"|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»)$""")  # says nobody who said it
# A shorter sentence ("It was a long night." without its pronoun) seldom holds the news.
_MIN_WORDS = 5
# The news further down is behind an introduction that is no news at all; the ranking then decides.
_MAX_SENTENCES_BEFORE = 8


def is_question(text: str) -> bool:
    """True for a sentence that asks something."""
    return bool(_QUESTION.search(text[-8:]))


def is_statement(text: str) -> bool:
    """False for a question, a greeting, and a quotation that does not tell who said it."""
    return not (is_question(text) or _GREETING.match(text) or _BARE_QUOTE.match(text))


def leans_on_others(text: str) -> bool:
    """True for a sentence that begins with a pronoun, a connective, or a greeting."""
    return bool(_LEANS_ON_OTHERS.search(text))


def can_open_story(text: str) -> bool:
    """False for quotations, questions, greetings, and sentences that begin with a pronoun or a connective."""
    is_whole = count_words(text) >= _MIN_WORDS
    return is_whole and not (_QUOTATION.search(text) or leans_on_others(text) or is_question(text))


def find_lead(sentences: Sequence[Sentence]) -> int | None:
    """Index of the first sentence that can open a story; None if none of the first few can."""
    for index, sentence in enumerate(sentences[: _MAX_SENTENCES_BEFORE + 1]):
        if can_open_story(sentence.text):
            return index
    return None
