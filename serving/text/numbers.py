"""Numbers in running text, in figures and in words, as values that can be compared.

Number words are read by text2num, words for powers of ten come from the Unicode consortium's data.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from text_to_num import Occurence
from text_to_num import find_numbers as find_number_words

from serving.text.figures import Notation, figures
from serving.text.locale_words import LocaleWords

_WORD = re.compile(r"[^\W\d_]+")
_WORD_OR_GAP = re.compile(r"[^\W\d_]+|[\W\d_]+")
_NUMBER_WORD_LANGUAGES = frozenset(["en", "de", "es", "fr", "it", "nl", "pt"])  # text2num's
_WORD_GAP = re.compile(r"[-\s]+(?:(?:and|et|und|y|e|en)[-\s]+)?")
_COUNTS = {"couple": 2, "pair": 2, "both": 2, "duo": 2, "twice": 2, "trio": 3, "thrice": 3, "dozen": 12}
# Decades stand apart from other numbers by their sign: "the nineties" and "the 1990s" are -90.
_DECADE_WORDS = "twenties thirties forties fifties sixties seventies eighties nineties"
_DECADES = {word: -10.0 * number for number, word in enumerate(_DECADE_WORDS.split(), start=2)}
_ONE_OF = re.compile(r"\W{0,2}a\s", re.IGNORECASE)
_DECADE_END = re.compile(r"'?s\b")
_ORDINAL_END = re.compile(r"(?:st|nd|rd|th)\b")
_ROMAN = re.compile(r"[IVX](?<=\w\s.)[IVX]{1,4}\b")  # behind a word: "World War II", "Leo XIV"
_ROMAN_FIGURES = {"I": 1, "V": 5, "X": 10}
_VULGAR_FRACTION = re.compile(r"[¼-¾⅐-⅞]")
_WHOLE = re.compile(r"\d{1,6}\s?$")
_CLOCK = re.compile(r"([0-9](?<![\d:.].)\d?)[:h]([0-5]\d)(?![\d:])")
_HALF_OF = re.compile(r"[HhQq](?<!\w.)(?:alf|uarter)(?:(?:\sof)?\san?)?\b")
_AND_A_HALF = re.compile(r"[-\s]and[-\s]a[-\s]half\b", re.IGNORECASE)
_QUARTERS = re.compile(r"[-\s](?:quarters|fourths)\b", re.IGNORECASE)
_POINTING = re.compile(r"\b(?:the|these|those)\s$", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:several|few|many)\s$", re.IGNORECASE)
_OUT_OF = re.compile(r"\s(?:in|out\sof)\s")
_RANGE = re.compile(r"\s?(?:[-–—/]|\b[^\W\d_]{1,3}\b)\s?[^\w\s,.;]?\s?")
_PERCENT = re.compile(r"\s?(?:%|per\s?cent\b|prozent\b|pour\scent\b|por\sciento\b|procent\b)", re.IGNORECASE)
_POWERS_OF_TEN = {10.0**power for power in range(1, 13)}


@dataclass(slots=True)
class Number:
    """A number as written at text[start:end].

    Attributes:
        values: all values that it may have; several where its notation is open ("1.200").
        parts: what a text with this number says besides: the hour in "3:30", 0.5 in "50 %".
        is_idiom: it states nothing: "one of them", "hundreds of people".
        is_year: four figures that may be a year.
        is_vague: it states no more than its size: "thousands of people".
        denominator: of an ordinal, which may be a fraction's: 3 in "two thirds"; else 0.
        factors: the powers of ten that a word behind it stands for.
        covers: numbers of another text that it may stand for: the years of "the 1990s".
        step: what it is rounded to, if its figures do not show it: 12 of "dozen".
    """

    start: int
    end: int
    values: set[float]
    parts: set[float] = field(default_factory=set)
    is_idiom: bool = False
    is_year: bool = False
    is_word: bool = False
    is_vague: bool = False
    denominator: float = 0.0
    factors: set[float] = field(default_factory=set)
    covers: set[float] = field(default_factory=set)
    step: float = 0.0


def find_numbers(plain: str, words: LocaleWords, *notations: Notation) -> list[Number]:
    """All numbers in order: "12", "1,000", "12 000", "3.5 million", "Rs 5 lakh", "twenty-one", "½", "21st", "3:30".

    Args:
        plain: a text from `plain_figures`, its dates hidden.
        words: of the text's language.
        notations: of the text; for a summary also that of its article, since it may keep to either.
    """
    pieces = [*_in_figures(plain, notations), *_in_words(plain, words), *_halves(plain, words)]
    found: list[Number] = []
    for piece in sorted(pieces, key=lambda piece: (piece.start, -piece.end)):
        if found and piece.start < found[-1].end:
            continue
        if found and _is_fraction(plain, found[-1], piece):
            numerator = found.pop()
            found.append(_fraction(numerator.start, piece.end, min(numerator.values) / piece.denominator))
        else:
            if (
                piece.denominator > 2
                and _ONE_OF.match(plain, max(0, piece.start - 3))
                and plain.startswith(" of ", piece.end)
            ):
                share = _fraction(piece.start, piece.end, 1 / piece.denominator)
                piece.values, piece.parts, piece.step, piece.denominator = share.values, share.parts, share.step, 0.0
            _add_what_follows(plain, piece, words)
            found.append(piece)
    for first, second in pairwise(found):
        _join(plain, first, second)
    return found


def _in_figures(plain: str, notations: Iterable[Notation]) -> Iterator[Number]:
    for match in _VULGAR_FRACTION.finditer(plain):
        whole = _WHOLE.search(plain[max(0, match.start() - 7) : match.start()])
        start = match.start() - len(whole.group()) if whole else match.start()
        value = unicodedata.numeric(match.group()) + (float(whole.group()) if whole else 0)
        yield _fraction(start, match.end(), value)
    for match in _CLOCK.finditer(plain):
        hour, minutes = int(match[1]), int(match[2])
        if hour > 24:
            continue
        # The other half of the day is 12 hours away, and many write 3.30 for 3:30.
        values = {round(other + minutes / 100, 2) for other in (hour, (hour + 12) % 24)}
        yield Number(match.start(), match.end(), values, {float(hour), float((hour + 12) % 24)})
    for match in figures(plain):
        values = set().union(*(notation.readings(match.group()) for notation in notations))
        yield _with_ending(plain, Number(match.start(), match.end(), values))
    for match in _ROMAN.finditer(plain):
        figures_of = [_ROMAN_FIGURES[letter] for letter in match.group()]
        value = sum(one if one >= after else -one for one, after in zip(figures_of, [*figures_of[1:], 0], strict=True))
        yield Number(match.start(), match.end(), {float(value)}, denominator=float(value))


def _with_ending(plain: str, number: Number) -> Number:
    """Adds what stands close to figures: the year in "'98", the decade in "1990s", the ordinal in "21st"."""
    text = plain[number.start : number.end]
    if not text.isdigit():
        return number
    value = int(text)
    number.is_year = 1500 <= value < 2100
    if decade := _DECADE_END.match(plain, number.end) if value % 10 == 0 and len(text) in (2, 4) else None:
        number.end = decade.end()
        number.values = {-float(value % 100), *(number.values if number.is_year else ())}
        number.covers = {float(value + year) for year in range(10)}
    elif len(text) == 2 and plain[number.start - 1 : number.start] == "'":
        number.values |= {1900.0 + value, 2000.0 + value}
    elif _ORDINAL_END.match(plain, number.end):
        number.denominator = float(value)
    return number


def _in_words(plain: str, words: LocaleWords) -> Iterator[Number]:
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
        count = _COUNTS[run]
        yield Number(start, end, {float(count)}, is_word=True, is_idiom=count == 2, step=12.0 if count == 12 else 0.0)
        return
    tokens = [_Token(match.group()) for match in _WORD_OR_GAP.finditer(run)]
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
    is_size = len(tokens) == 1 and found.value in _POWERS_OF_TEN
    return is_size and (tokens[0].text().endswith("s") or _SEVERAL.search(before) is not None)


def _halves(plain: str, words: LocaleWords) -> Iterator[Number]:
    """ "half a million", "a quarter of a million", "half a dozen", "quarter-million", and "half" alone."""
    for match in _HALF_OF.finditer(plain):
        share = 0.5 if match.group()[0] in "Hh" else 0.25
        scale = words.scale.match(plain, match.end())
        if scale:
            values = {share * factor for factor in words.scales[scale[1].lower()]}
            yield Number(match.start(), scale.end(), values)
        elif share == 0.5 or plain.startswith(" of", match.end()):
            yield replace(_fraction(match.start(), match.end(), share), is_idiom=True)


def _is_fraction(plain: str, first: Number, second: Number) -> bool:
    """True for "two" and "thirds", "one" and "fifth"."""
    if not (first.is_word and second.denominator > 2) or plain[first.end : second.start] not in (" ", "-"):
        return False
    return plain[second.start : second.end].endswith("s") or first.values == {1.0}


def _fraction(start: int, end: int, value: float) -> Number:
    """A share, which texts write in per cent as well, rounded or cut: 2/3 is 66 or 67 %."""
    percent = 100 * value
    return Number(
        start, end, {value, round(value, 2), int(percent) / 100}, {round(percent), float(int(percent))}, step=value / 10
    )


def _add_what_follows(plain: str, number: Number, words: LocaleWords) -> None:
    """Takes in "and a half", "quarters", and up to two words for powers of ten ("5 lakh crore")."""
    if match := _QUARTERS.match(plain, number.end):
        fraction = _fraction(number.start, match.end(), min(number.values) / 4)
        # "Two quarters" may be half a year, too.
        number.end, number.values, number.parts = fraction.end, fraction.values | number.values, fraction.parts
        number.step = fraction.step
    elif match := _AND_A_HALF.match(plain, number.end):
        number.end, number.values = match.end(), {value + 0.5 for value in number.values}
    for _ in range(2):
        match = words.scale.match(plain, number.end)
        if match is None:
            break
        factors = words.scales[match[1].lower()]
        number.factors = {known * factor for known in number.factors or {1.0} for factor in factors}
        scaled = {value * factor for value in number.values for factor in factors}
        # One letter may be a unit as well: 5 m are metres or millions.
        number.values = scaled | number.values if len(match[1]) == 1 else scaled
        number.end, number.is_idiom, number.is_year = match.end(), False, False
    if _PERCENT.match(plain, number.end):
        number.parts |= {value / 100 for value in number.values}


def _join(plain: str, first: Number, second: Number) -> None:
    """Gives neighbours the values that they have together: ranges, years in words, fractions in figures."""
    gap = plain[first.end : second.start]
    if len(gap) > 8:
        return
    if second.factors and not first.factors and _RANGE.fullmatch(gap):  # "5 to 6 million"
        first.values |= {value * factor for value in first.values for factor in second.factors}
    low, high = min(first.values), min(second.values)
    if gap in (" ", "-") and first.is_word and second.is_word and 10 <= low <= 20 and 10 <= high < 100:
        first.values.add(100 * low + high)  # nineteen eighty-four
        second.values.add(100 * low + high)
    elif gap in ("-", "–", "/") and first.is_year and high < 100:  # 2016-17
        second.values.add(low - low % 100 + high)
    elif (gap == "/" or (_OUT_OF.fullmatch(gap) and not second.is_year)) and 0 < low < high:
        share = _fraction(first.start, second.end, low / high)
        for number in (first, second):
            number.values |= share.values
            number.parts |= share.parts


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
    return word in _COUNTS or any(find_number_words([_Token(word)], language, 0.0) for language in languages)
