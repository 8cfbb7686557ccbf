"""Numbers in words, read by text2num: "three hundred and fifty", "tenfold", "the nineties"."""

import re
from collections.abc import Iterator
from functools import lru_cache

from text_to_num import Occurence
from text_to_num import find_numbers as find_number_words

from serving.text.locale_words import LocaleWords
from serving.text.number import Number

_WORD = re.compile(r"[^\W\d_]+")
_WORD_OR_GAP = re.compile(r"[^\W\d_]+|[\W\d_]+")
_NUMBER_WORD_LANGUAGES = frozenset(["en", "de", "es", "fr", "it", "nl", "pt"])  # text2num's
_WORD_GAP = re.compile(r"[-\s]+(?:(?:and|et|und|y|e|en)[-\s]+)?")
_COUNTS = {
    "couple": 2, "pair": 2, "both": 2, "duo": 2, "twice": 2, "fortnight": 2, "trio": 3, "thrice": 3, "triple": 3,
    "tripled": 3, "trebled": 3, "decade": 10, "dozen": 12, "noon": 12, "midnight": 0,
}  # fmt: skip
_STATED = frozenset(["trio", "thrice", "dozen"])  # the others only stand for a number: "a decade" for "10 years"
# Decades stand apart from other numbers by their sign: "the nineties" and "the 1990s" are -90.
_DECADE_WORDS = "twenties thirties forties fifties sixties seventies eighties nineties"
_DECADES = {word: -10.0 * number for number, word in enumerate(_DECADE_WORDS.split(), start=2)}
_POINTING = re.compile(r"\b(?:the|these|those)\s$", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:several|few|many)\s$", re.IGNORECASE)
_POWERS_OF_TEN = {10.0**power for power in range(1, 13)}


def numbers_in_words(plain: str, words: LocaleWords) -> Iterator[Number]:
    """Runs of number words, each handed to text2num whole: "three hundred and fifty"."""
    matches = list(_WORD.finditer(plain))
    for match in matches:
        if match.group().lower() in _DECADES:
            value = _DECADES[match.group().lower()]
            yield Number(match.start(), match.end(), {value}, covers={year - value for year in range(10)})
    languages = [language for language in words.languages if language in _NUMBER_WORD_LANGUAGES]
    candidates = {word for word in {match.group() for match in matches} if _is_number_word(word.lower(), *languages)}
    run: list[re.Match[str]] = []
    for match in matches:
        if match.group() not in candidates:
            continue
        if run and not _WORD_GAP.fullmatch(plain, run[-1].end(), match.start()):
            yield from _in_run(plain, run[0].start(), run[-1].end(), languages)
            run = []
        run.append(match)
    if run:
        yield from _in_run(plain, run[0].start(), run[-1].end(), languages)


def _in_run(plain: str, start: int, end: int, languages: list[str]) -> Iterator[Number]:
    run = plain[start:end].lower()
    if run in _COUNTS:
        count, is_idiom = float(_COUNTS[run]), run not in _STATED
        yield Number(start, end, {count}, is_word=True, is_idiom=is_idiom, step=12.0 if run == "dozen" else 0.0)
        return
    tokens = [_Token(match.group().removesuffix("fold")) for match in _WORD_OR_GAP.finditer(run)]
    offsets = [start + match.start() for match in _WORD_OR_GAP.finditer(run)] + [end]
    for language in languages:
        for found in find_number_words(tokens, language, 0.0):
            number = Number(offsets[found.start], offsets[found.end], {found.value}, is_word=True)
            before, those = plain[max(0, number.start - 8) : number.start], tokens[found.start : found.end]
            number.is_vague = _is_vague(before, those, found)
            number.is_idiom = _is_idiom(before, those, found)
            if found.is_ordinal:
                number.denominator = found.value
            yield number


def _is_idiom(before: str, tokens: list["_Token"], found: Occurence) -> bool:
    """True for "one of them", "first of all", and "the two", which points back like "both"."""
    if len(tokens) > 1:
        return False
    points_back = found.value == 2 and _POINTING.search(before) is not None
    return points_back or found.value in (0, 1) or (found.is_ordinal and found.value <= 3)


def _is_vague(before: str, tokens: list["_Token"], found: Occurence) -> bool:
    """True for "hundreds" and "several thousand"."""
    is_plural = len(tokens) == 1 and tokens[0].text().endswith("s")
    return found.value in _POWERS_OF_TEN and (is_plural or _SEVERAL.search(before) is not None)


class _Token:
    """A word or what stands between two, as text2num wants it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self) -> str:
        return self._text

    def nt_separated(self, _previous: "_Token") -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


@lru_cache(maxsize=50_000)
def _is_number_word(word: str, *languages: str) -> bool:
    if len(word) < 2:  # "o" is a zero, in telephone numbers
        return False
    word = word.removesuffix("fold")
    return word in _COUNTS or any(find_number_words([_Token(word)], language, 0.0) for language in languages)
