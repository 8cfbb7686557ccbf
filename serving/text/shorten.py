"""Shortens an English sentence where neither grammar nor meaning can suffer, and keeps account of what it left out.

Two ways. Asides that carry no fact are left out wherever they stand. The end of a sentence is left out where a
phrase ends, which an ellipsis shows. Never left out: who says a thing, if that comes after it; a condition or a
contrast; an aside inside a quotation; figures and names in an aside.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from serving.text.clean import count_words, word_spans
from serving.text.sentences import Sentence, Span
from serving.text.tidy import cut_at_word

_DAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today)"
_SAID = r"(?:said|says|told\s\w+|added|announced|confirmed)"
_CONNECTIVE = re.compile(
    r"""^(?:Meanwhile|However|Moreover|Furthermore|Additionally|In\ addition|Nevertheless|Nonetheless|Besides|Also),\s
        (?=[^\W\d_])""",
    re.VERBOSE,
)
_DAY_OF_SAYING = re.compile(
    rf"(?<=[,”\"]\s)(?:[^,;:.!?\"“”]{{1,60}}\s)?{_SAID}((?:\slate|\searly)?(?:\son)?\s{_DAY}(?:\s(?:morning|afternoon|evening|night))?)(?=\.?$)"
)
_ASIDE = re.compile(r"\s\([^()]{2,120}\)(?=[\s,.;:!?])|\s(?:--|[–—])\s[^–—()]{3,120}?\s(?:--|[–—])(?=\s)")
_IS_FACT = re.compile(
    r"""[A-Z0-9"“”]|\b(?:no|not|never|nor|none|nobody|nothing|without|half|twice|dozens?|hundreds?|thousands?
        |[mb]illions?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b|n['’]t\b""",
    re.VERBOSE,
)
# Verbs that make a claim somebody's own. "announced" and "confirmed" do not: what they introduce is a fact.
_CLAIM = re.compile(
    r"""\b(?:said|says?|saying|told|tells|claim(?:s|ed|ing)?|alleg(?:e|es|ed|ing|edly|ations?)|according\ to
        |reported(?:ly)?|reports?|add(?:s|ed)|argu(?:es|ed|ing)|insist(?:s|ed|ing)?|warn(?:s|ed|ing)?
        |believ(?:es?|ed)|thinks?|thought|suggest(?:s|ed)?|accus(?:es|ed|ing)|suspect(?:s|ed)?|wrote|tweeted
        |stated|admitted|predicted|rul(?:es|ed)|conclud(?:es|ed)|promis(?:es|ed)|pledged|vowed|testified)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SAYS = r"(?:said|says|claims?|claimed|alleged|added|warned|argued|insisted|believes?|told\s[^,]{2,30})"
_CLOSING = re.compile(
    rf"""(?:,[”"]?\s(?!(?:who|which|that|and|but|or|as|while|when)\s)[^"“”]{{2,60}}?\s{_SAYS}
        |,[”"]\s{_SAYS}\s[^,"“”]{{2,60}}?
        |,\saccording\sto\s[^"“”]{{2,80}}?)
        (?:\s(?:in\s(?:a|an)\s\w+(?:\s\w+)?|(?:late\s|early\s)?(?:on\s)?{_DAY}))*\.""",
    re.VERBOSE,
)
_TURN = re.compile(
    r"""\b(?:but|unless|except|however|although|though|despite|yet|until|till|instead|rather|provided|if|whether
        |apart\ from|other\ than|excluding|denie[sd]|deny(?:ing)?|acquitted|overturned|cleared\ of|retracted|disproved
        |debunked|refuted|false(?:ly)?|wrong|untrue|incorrect|mistaken|unfounded|baseless|hoax|myth|invented)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NEGATED_START = re.compile(r"\W*(?:\w+\W+){0,2}?(?:not|never|no|nor|neither|without|only|than)\b", re.IGNORECASE)
# Where a phrase ends, and how many words less a summary may have for ending there and not at a weaker place.
_PLACES = (
    (0, re.compile(r"[,;:](?=[”\"’']?\s)|\s+(?:--?|[–—])(?=\s)")),
    (1, re.compile(r"\s(?=(?:and|that|which|who|whom|whose|where|when|while|because|since|as|after|before|so)\s)")),
    (
        3,
        re.compile(
            r"""\s(?=(?:in|on|at|for|from|with|by|during|over|against|between|into|near|across|amid|among|through
                |following|about|under|around|towards?)\s)""",
            re.VERBOSE,
        ),
    ),
    (4, re.compile(r"(?<=[\w’'-]{4})\s(?=to\s[a-z])")),
)
# The next word is looked at to tell whether a phrase ends before it.
_LONGEST_PLACE = 12
_LOOKED_BACK = 40
_CLOSING_MARKS = {'"': '"', "“": "”", "„": "“", "«": "»"}
# What asks for more, so that no phrase ends in it.
_OPEN_END = re.compile(
    r"""\b(?:an?|the|and|or|but|nor|of|to|in|on|at|by|with|for|from|into|over|under|about|between|than|that|who|which
        |whose|where|is|are|was|were|be|been|being|has|have|had|will|would|could|should|shall|(?-i:may)|might|can|must
        |his|her|its|their|our|my|your|this|these|those|as|when|while|more|less|most|if|because|not|no|very
        |wants?|wanted|needs?|needed|able|set|due|going|expected|likely|used|tries|tried|decided|agreed|refused|failed
        |began|continues?|plans|planned|hopes?|hoped|allowed|forced|supposed|based|gone|according|asked|told|ordered|urged
        |Mr|Mrs|Ms|Dr|such|some|any|each|every|both|either|did|does|do
        |to\ \w+|(?:no|not|never|\w+n['’]t)\ [\w'’-]+|,\ an?\ [\w'’-]+
        |(?:and|or|that|which|who|whose|when|while|because|as|since|so)(?:\ [\w'’-]+){1,3})[.,;:]*$""",
    re.IGNORECASE | re.VERBOSE,
)
# "A ban on the sale | of fireworks was lifted": until its verb has come, a sentence may say the opposite. From where it
# might end, that verb is looked for up to the next clause.
_FINITE = r"""(?:is|are|was|were|has|have|had|does|did|will|would|can|could|may|might|must|should|shall|remain(?:s|ed)
    |turned\ out|proved|seems?|failed|\w+n['’]t|cannot)\b"""
_CLAUSE = r"(?:that|which|whom?|whose|where|when|while|because|so|if|until|although|what|how|why|whether|than)\b"
_VERB_TO_COME = re.compile(
    rf"""[”"]?\s+(?!{_CLAUSE})(?:(?!{_CLAUSE}|{_FINITE})\S*[^\s,;:.–—"“”]\s){{1,16}}{_FINITE}
        |,\s(?:\w+ly\s|now\s|also\s)?{_FINITE}""",
    re.VERBOSE,
)
# "... the ship | that sank off the coast were rescued": the clause has a verb, and then comes that of its subject.
_VERB_BEHIND_CLAUSE = re.compile(
    rf"\s(?:that|which|who)\s\S*[^\s,;:.–—]\s(?:(?!{_CLAUSE}|{_FINITE})\S*[^\s,;:.–—]\s){{1,16}}{_FINITE}", re.VERBOSE
)
_MAYBE_CLAUSE = re.compile(r"\s(?:and|as|after|before|since)\s")
_VERB = re.compile(
    rf"(?P<opens_clause>\b{_CLAUSE})|\b(?:{_FINITE})?\s?\b\w+ed\b|\b{_FINITE}|\b(?:says|said)\b", re.VERBOSE
)
# "After weeks of talks in Geneva, ..." says nothing before its comma.
_OPENING_PHRASE = re.compile(
    r"""\W*(?:After|Although|Though|While|When|If|As|In|On|At|With|Despite|Because|Since|During|Following|Before|By
        |For|Under|According|Contrary|Unless|Until|Once|From|To|Even|Where|Whether|Amid|Among|Over|\w+(?:ing|ed))\b""",
    re.VERBOSE,
)
_TO_COMMA = re.compile(r"[^,]*,(?=\s)")
# "A pilot, who was on leave, ...": without what comes then, it says nothing of her.
_SUBJECT_WITH_ASIDE = re.compile(
    r"[^,;:]{3,80},\s(?:an?|the|who|which|whose|where|when|now|aged|formerly|\d)\b[^,]{1,200},(?=\s)"
)
_MIN_WORDS = 6
_MIN_WORDS_AFTER_ASIDE = 4
_MIN_WORDS_AFTER_TURN = 3
_MAX_CLOSING_WORDS = 12
_MAX_WORD_CHARS = 40


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of the article as a summary gives it.

    Attributes:
        text: what is shown: the kept spans of the source, joined; "…" stands where its end is left out.
        source: the whole sentence, as the article has it.
        kept: article spans that are shown, in order.
        is_cut: True if the end, not only an aside, was left out.
    """

    text: str
    source: Sentence
    kept: tuple[Span, ...]
    is_cut: bool = False

    @property
    def cuts(self) -> list[Span]:
        """Article spans of the source that are not shown, in order."""
        edges = [self.source.start, *(edge for span in self.kept for edge in span), self.source.end]
        return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


def whole(sentence: Sentence, source: Sentence | None = None) -> Quote:
    """The sentence as it is; `source` if the article's own sentence is longer, by a dateline for instance."""
    return Quote(sentence.text, source or sentence, ((sentence.start, sentence.end),))


def without_asides(quote: Quote) -> Quote:
    """The quote without a leading "Meanwhile,", asides that carry no fact, and the day on which something was said."""
    text = quote.text
    gone = sorted(_asides(text))
    if not gone:
        return quote
    edges = [0, *(edge for span in gone for edge in span), len(text)]
    spans = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
    shown = "".join(text[start:end] for start, end in spans)
    kept = tuple(span for start, end in spans for span in _article_spans(quote, start, end))
    return Quote(shown[:1].upper() + shown[1:], quote.source, kept)


def said_by(quote: Quote, name: str, label: Span) -> Quote:
    """The quote after its speaker's name; `label` is where the article has that name, in the source or before it."""
    is_inside = quote.source.start <= label[0]
    return replace(quote, text=name + quote.text, kept=(label, *quote.kept) if is_inside else quote.kept)


def _asides(text: str) -> Iterator[Span]:
    connective = _CONNECTIVE.match(text)
    if connective:
        yield connective.span()
    day = _DAY_OF_SAYING.search(text)
    if day and not _open_marks(text)[day.start(1)]:
        yield day.span(1)
    asides = [
        aside
        for aside in _ASIDE.finditer(text)
        if not _IS_FACT.search(aside.group()) and not _CLAIM.search(aside.group())
    ]
    if asides:
        quoted = _open_marks(text)
        yield from (aside.span() for aside in asides if not quoted[aside.start()])


def cut_short(quote: Quote, max_words: int) -> Quote | None:
    """The quote's beginning up to the last phrase end that fits, and who says it; None if there is no safe end.

    A quotation that is cut is closed again: "We will build it…", said the mayor.
    """
    closing = _closing_attribution(quote.text)
    body = quote.text if closing is None else quote.text[:closing]
    tail = "" if closing is None else quote.text[closing:]
    end = _last_safe_end(body, max_words - count_words(tail.lstrip(',”" ')), is_attributed=closing is not None)
    # "…" takes the place of the comma before a quotation mark.
    tail = tail.removeprefix(",") if tail[1:2] in {"”", '"'} else tail
    return None if end is None else _ended(quote, end, tail, closing_mark=_open_marks(body)[end])


def cut_anywhere(quote: Quote, max_words: int) -> Quote:
    """The quote's first `max_words` words, whatever they are."""
    return _ended(quote, len(cut_at_word(quote.text, max_words).removesuffix("…")))


def cut_width(quote: Quote) -> Quote:
    """The quote, cut where it has a "word" without end, such as a line of data: that is within any limit in words."""
    max_characters = _MAX_WORD_CHARS * max(1, count_words(quote.text))
    return quote if len(quote.text) <= max_characters else _ended(quote, max_characters)


def _ended(quote: Quote, end: int, tail: str = "", closing_mark: str = "") -> Quote:
    body = quote.text[:end].rstrip(" ,;:–—-")
    kept = _article_spans(quote, 0, len(body))
    mark = quote.text.find(closing_mark, end) if closing_mark and not tail.startswith(closing_mark) else -1
    if mark >= 0:
        kept += _article_spans(quote, mark, mark + 1)
    if tail:
        kept += _article_spans(quote, len(quote.text) - len(tail), len(quote.text))
    return Quote(f"{body}…{closing_mark if mark >= 0 else ''}{tail}", quote.source, tuple(kept), is_cut=True)


def _article_spans(quote: Quote, first: int, last: int) -> list[Span]:
    """Where the article has `quote.text[first:last]`; the quote must not be cut yet."""
    spans = []
    position = 0
    for start, end in quote.kept:
        begin, stop = max(first - position, 0), min(last - position, end - start)
        if begin < stop:
            spans.append((start + begin, start + stop))
        position += end - start
    return spans


def _closing_attribution(text: str) -> int | None:
    """Where ", prosecutors said." or ", according to the report." begins at the end of a sentence."""
    begin = max(text.rfind(mark) for mark in (", ", ',"', ",”"))
    tail = text[max(begin, 0) :]
    return begin if begin > 0 and count_words(tail) <= _MAX_CLOSING_WORDS and _CLOSING.fullmatch(tail) else None


def _last_safe_end(text: str, max_words: int, *, is_attributed: bool) -> int | None:
    spans = list(islice(word_spans(text), max(max_words, 0)))
    if len(spans) < _MIN_WORDS:
        return None
    limit = spans[-1][1]
    word_ends = [end for _, end in spans]
    quoted = _open_marks(text)
    min_words = _min_words(text)
    earliest = _earliest_end(text, is_attributed=is_attributed)
    best: tuple[int, int] | None = None
    for loss, place in _PLACES:
        for match in place.finditer(text, 0, limit + _LONGEST_PLACE):
            position = match.start()
            num_words = bisect_right(word_ends, position)
            if position > limit or position < earliest or num_words < min_words or quoted[position] == ")":
                continue
            if _NEGATED_START.match(text, match.end()) or _OPEN_END.search(
                text, max(0, position - _LOOKED_BACK), position
            ):
                continue
            if not _verb_is_to_come(text, position):
                best = max(best or (0, 0), (num_words - loss, position))
    return best[1] if best else None


def _verb_is_to_come(text: str, position: int) -> bool:
    """True if the subject of what stands before `position` has its verb behind it."""
    if _VERB_BEHIND_CLAUSE.match(text, position):
        return not _VERB.search(text, 0, position)
    if not _VERB_TO_COME.match(text, position):
        return False
    if not _MAYBE_CLAUSE.match(text, position):
        return True
    # "... and ships were let in" is a clause with a subject of its own if the one before it has its verb.
    before = list(_VERB.finditer(text, 0, position))
    num_clauses = sum(found["opens_clause"] is not None for found in before)
    return len(before) - num_clauses <= num_clauses


def _min_words(text: str) -> int:
    """How many words bring the sentence past an opening phrase, and past an aside behind its subject."""
    opening = _OPENING_PHRASE.match(text)
    first = _TO_COMMA.match(text) if opening else _SUBJECT_WITH_ASIDE.match(text)
    return max(_MIN_WORDS, count_words(first.group()) + _MIN_WORDS_AFTER_ASIDE if first else 0)


def _earliest_end(text: str, *, is_attributed: bool) -> int:
    """Where the last condition or contrast, and a claim's first source, have had a few words to be understood."""
    vital = [match.end() for match in _TURN.finditer(text)][-1:]
    if not is_attributed:
        vital += [match.end() for match in islice(_CLAIM.finditer(text), 1)]
    if not vital:
        return 0
    following = list(islice(word_spans(text[max(vital) :]), _MIN_WORDS_AFTER_TURN))
    return max(vital) + (following[-1][1] if following else 0)


def _open_marks(text: str) -> list[str]:
    """For each character the mark that would close the quotation or brackets it stands in; "" outside of both."""
    marks = []
    mark, depth = "", 0
    for character in text:
        if character in _CLOSING_MARKS and not mark:
            mark = _CLOSING_MARKS[character]
        elif character == mark:
            mark = ""
        depth = max(0, depth + (character in "([") - (character in ")]"))
        marks.append(")" if depth else mark)
    return marks
