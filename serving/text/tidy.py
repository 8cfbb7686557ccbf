"""Makes presentable prose of what a model or a limit left: whole sentences, tidy marks, bullets.

T5 seldom ends by itself at its length limit and often starts in mid-sentence ("and walked on the moon. ...").
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from serving.text.clean import count_words, word_spans
from serving.text.sentences import split_sentences
from serving.text.terms import content_terms

_PICTURES = "[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]"
_END = re.compile(rf"""(?:[.!?…。！？｡؟۔।॥]["'”’»）」』)\]}}]*|{_PICTURES})(?:\s?{_PICTURES})*$""")
# Titles and one-letter initials end in a full stop without ending a sentence.
_CUT_TITLE = re.compile(r"(?:^|\s)(?:Mr|Mrs|Ms|Dr|Prof|Rev|Sen|Rep|Gov|Gen|Col|Maj|Lt|Capt|Sgt|St|Rs|[A-Z])\.$")
_FIRST_LETTER = re.compile(r"""^(["'“‘(\[«]*)([^\W\d_])(\w?)""")
_SPACE_BEFORE_MARK = re.compile(r"""(?<=\S) (?=[)\]}”]|[,;:!?%.](?:[\s"'”’)\]]|$))""")
_SPACE_AFTER_OPENER = re.compile(r"(?<=[(\[{“]) ")
_SPLIT_CONTRACTION = re.compile(r"(?<=\w) (?=(?:n't|'(?:s|re|ve|ll|d|m))\b)")
_BULLET_MARK = re.compile(r"^(?:[-*•‣▪·–—]|\(?\d{1,2}[.)])\s+(?=\S)")
_LEADING_MARKS = re.compile(r"^[\s,;:.!?)\]}…–—-]+(?=\w)")
_CUT_MARKS = " \t\n,;:.!?…–—-(\"'“‘"

# Shares of a sentence's terms that a kept sentence must hold for it to count as said already. Below three
# quarters, two sentences on one subject ("shares rose in London", "shares rose in Tokyo") would already be
# taken for one.
_REPEATED_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Tidied:
    """The text, and whether words were left out of it."""

    text: str
    trimmed: bool


def finish_sentences(text: str) -> Tidied:
    """Tidy prose that starts with a capital and ends with its last finished sentence, where it has one."""
    tidy = tidy_marks(text)
    sentences = split_sentences(tidy)
    num_finished = len(sentences)
    while num_finished and not is_finished(sentences[num_finished - 1].text):
        num_finished -= 1
    if 0 < num_finished < len(sentences):
        return Tidied(_capitalise(_balance_quotes(tidy[: sentences[num_finished - 1].end])), True)
    return Tidied(_capitalise(_balance_quotes(tidy)), False)


def ends_in_mark(text: str) -> bool:
    """True if the text ends in a picture or a mark that ends sentences (of any script), quotes and brackets aside."""
    return bool(_END.search(text[-40:].rstrip()))


def is_finished(sentence: str) -> bool:
    """True if the sentence ends in such a mark, and not with a title ("said Mr.")."""
    return ends_in_mark(sentence) and not _CUT_TITLE.search(sentence[-40:].rstrip())


def limit_words(text: str, max_words: int) -> Tidied:
    """At most `max_words` words: the sentences that fit, else the first cut at a word with an ellipsis."""
    if count_words(text) <= max_words:
        return Tidied(text, False)
    kept_end = 0
    num_words = 0
    for sentence in split_sentences(text):
        num_words += count_words(sentence.text)
        if num_words > max_words:
            break
        kept_end = sentence.end
    if kept_end:
        return Tidied(text[:kept_end], True)
    return Tidied(cut_at_word(text, max_words), True)


def cut_at_word(text: str, max_words: int) -> str:
    """The first `max_words` words and an ellipsis; the text itself if it is no longer than that."""
    end = 0
    for number, (_, word_end) in enumerate(word_spans(text)):
        if number == max_words:
            return text[:end].strip().rstrip(_CUT_MARKS) + "…"
        end = word_end
    return text


def to_bullets(text: str) -> list[str]:
    """One finished sentence a bullet, without bullet marks of its own; nothing for a text without words."""
    bullets = []
    for line in text.splitlines():
        for sentence in split_sentences(finish_sentences(_BULLET_MARK.sub("", line.strip())).text):
            bullets.append(_capitalise(_balance_quotes(sentence.text)))
    finished = [bullet for bullet in bullets if is_finished(bullet)]
    return finished or bullets


def drop_repeats(sentences: list[str]) -> list[str]:
    """The sentences without those that an earlier one has said; a new number makes a sentence new."""
    kept: list[str] = []
    seen: list[set[str]] = []
    for sentence in sentences:
        terms = set(content_terms(sentence))
        if not any(_is_said(terms, earlier) for earlier in seen):
            kept.append(sentence)
            seen.append(terms)
    return kept


def _is_said(terms: set[str], earlier: set[str]) -> bool:
    new = terms - earlier
    if any(term[0].isdigit() for term in new):
        return False
    return len(new) <= (1 - _REPEATED_SHARE) * len(terms)


def tidy_marks(text: str) -> str:
    """Single spaces, none before a closing mark or after an opening one, no stray mark at the start."""
    text = " ".join(text.split())
    text = _SPACE_BEFORE_MARK.sub("", text)
    text = _SPACE_AFTER_OPENER.sub("", text)
    text = _SPLIT_CONTRACTION.sub("", text)
    return _LEADING_MARKS.sub("", text)


def _balance_quotes(text: str) -> str:
    """Straight double quotes hug what they quote; one left open is closed, one never opened is dropped."""
    pieces = text.split('"')
    result = [pieces[0]]
    is_open = False
    for before, piece in pairwise(pieces):
        if is_open:
            result[-1] = result[-1].rstrip()
            result += ['"', piece]
            is_open = False
        elif _closes_nothing(before, piece):
            result += ['"' if before[-1].isdigit() else "", piece]  # 5'11" keeps its inches
        else:
            result += ['"', piece.lstrip()]
            is_open = True
    return "".join(result) + ('"' if is_open else "")


def _closes_nothing(before: str, after: str) -> bool:
    """True for a quote mark that can't open: it follows a word or mark and no word follows it."""
    return bool(before) and not before[-1].isspace() and before[-1] not in "([{“‘—–-" and not after[:1].isalnum()


def _capitalise(text: str) -> str:
    first = _FIRST_LETTER.match(text)
    # "iPhone sales fell" keeps its spelling.
    if not first or first.group(3).isupper() or not first.group(2).islower():
        return text
    upper = first.group(2).upper()
    return text if len(upper) > 1 else first.group(1) + upper + text[first.end(2) :]
