"""Numbers in running text, in figures and in words, as values that can be compared."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from serving.text.figures import Notation, figures
from serving.text.locale_words import LocaleWords
from serving.text.number import Number, fraction
from serving.text.number_words import numbers_in_words

# A time is its hour and a hundredth for each minute: 5:30 is 5.30.
_PAST = {"half past": 0.30, "quarter past": 0.15, "quarter to": -0.55}
_PAST_HOUR = re.compile(rf"\b({'|'.join(_PAST)})\s$", re.IGNORECASE)
_AFTERNOON = re.compile(r"\s?p\.?\s?m\b", re.IGNORECASE)
_ONE = re.compile(r"\ban?\s$", re.IGNORECASE)
_DECADE_END = re.compile(r"'?s\b")
_ORDINAL_END = re.compile(r"(?:st|nd|rd|th)\b")
_ROMAN = re.compile(r"[IVX](?<=\w\s.)[IVX]{1,4}\b")  # behind a word: "World War II", "Leo XIV"
_ROMAN_FIGURES = {"I": 1, "V": 5, "X": 10}
_VULGAR_FRACTION = re.compile(r"[¼-¾⅐-⅞]")
_WHOLE = re.compile(r"\d{1,6}\s?$")
_MIXED = re.compile(r"[0-9](?<![\d.,/].)(\d{0,3})[\s-](\d{1,2})/(2|3|4|5|6|8|10|16|32)(?![\d/])")  # 2 1/2
_CLOCK = re.compile(r"([0-9](?<![\d:.].)\d?)[:h]([0-5]\d)(?![\d:])")
_HALF_OF = re.compile(r"[HhQq](?<!\w.)(?:alf|uarter)(?:(?:\sof)?\san?)?\b")
_AND_A_HALF = re.compile(r"[-\s]and[-\s]a[-\s]half\b", re.IGNORECASE)
_OF_A = re.compile(r"\sof\san?(?=\s)")
_QUARTERS = re.compile(r"[-\s](?:quarters|fourths)\b", re.IGNORECASE)
_OUT_OF = re.compile(r"\s(?:in|out\sof)\s")
_RANGE = re.compile(r"\s?(?:[-–—/]|\b[^\W\d_]{1,3}\b)\s?[^\w\s,.;]?\s?")
_PERCENT = re.compile(r"\s?(?:%|per\s?cent\b|prozent\b|pour\scent\b|por\sciento\b|procent\b)", re.IGNORECASE)


def find_numbers(plain: str, words: LocaleWords, *notations: Notation) -> list[Number]:
    """All numbers in order: "12", "1,000", "12 000", "3.5 million", "Rs 5 lakh", "twenty-one", "½", "21st", "3:30".

    Args:
        plain: a text from `plain_figures`, its dates hidden.
        words: of the text's language.
        notations: of the text; for a summary also that of its article, since it may keep to either.
    """
    pieces = [*_in_figures(plain, notations), *numbers_in_words(plain, words), *_halves(plain, words)]
    found: list[Number] = []
    for piece in sorted(pieces, key=lambda piece: (piece.start, -piece.end)):
        if found and piece.start < found[-1].end:
            continue
        number = piece
        if found and _is_fraction(plain, found[-1], piece):
            numerator = found.pop()
            number = fraction(numerator.start, piece.end, min(numerator.values) / piece.denominator)
        _add_what_is_before(plain, number)
        _add_what_follows(plain, number, words)
        found.append(number)
    for first, second in pairwise(found):
        _join(plain, first, second)
    return found


def _in_figures(plain: str, notations: Iterable[Notation]) -> Iterator[Number]:
    for match in _VULGAR_FRACTION.finditer(plain):
        whole = _WHOLE.search(plain[max(0, match.start() - 7) : match.start()])
        start = match.start() - len(whole.group()) if whole else match.start()
        value = unicodedata.numeric(match.group()) + (float(whole.group()) if whole else 0)
        yield fraction(start, match.end(), value)
    for match in _MIXED.finditer(plain):
        value = int(match.group()[0] + match[1]) + int(match[2]) / int(match[3])
        yield fraction(match.start(), match.end(), value)
    for match in _CLOCK.finditer(plain):
        hour, minutes = int(match[1]), int(match[2])
        if hour > 24:
            continue
        # The other half of the day is 12 hours away, and many write 3.30 for 3:30.
        values = {round(other + minutes / 100, 2) for other in (hour, (hour + 12) % 24)}
        yield Number(match.start(), match.end(), values, {float(hour), float((hour + 12) % 24)})
    for match in figures(plain):
        values = set().union(*(notation.readings(match.group()) for notation in notations))
        if _AFTERNOON.match(plain, match.end()):
            values |= {value + 12 for value in values if value < 12}
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
    elif len(text) == 2 and plain[max(0, number.start - 2) : number.start].endswith(("'", "FY")):
        number.values |= {1900.0 + value, 2000.0 + value}
    elif _ORDINAL_END.match(plain, number.end):
        number.denominator = float(value)
    return number


def _halves(plain: str, words: LocaleWords) -> Iterator[Number]:
    """ "half a million", "a quarter of a million", "half a dozen", "quarter-million", and "half" alone."""
    for match in _HALF_OF.finditer(plain):
        share = 0.5 if match.group()[0] in "Hh" else 0.25
        scale = words.scale.match(plain, match.end())
        if scale:
            values = {share * factor for factor in words.scales[scale[1].lower()]}
            yield Number(match.start(), scale.end(), values)
        elif share == 0.5 or plain.startswith(" of", match.end()):
            yield replace(fraction(match.start(), match.end(), share), is_idiom=True)


def _is_fraction(plain: str, first: Number, second: Number) -> bool:
    """True for "two" and "thirds", "one" and "fifth"."""
    if not (first.is_word and second.denominator > 2) or plain[first.end : second.start] not in (" ", "-"):
        return False
    return plain[second.start : second.end].endswith("s") or first.values == {1.0}


def _add_what_is_before(plain: str, number: Number) -> None:
    """Adds the share in "a fifth", and the time in "half past five"."""
    if number.denominator > 2 and _ONE.search(plain, max(0, number.start - 4), number.start):
        share = fraction(number.start, number.end, 1 / number.denominator)
        if plain.startswith(" of ", number.end):
            number.values, number.step, number.denominator = set(), share.step, 0.0
        number.values |= share.values
        number.parts |= share.parts
    elif past := _PAST_HOUR.search(plain, max(0, number.start - 14), number.start):
        time = min(number.values) + _PAST[past[1].lower()]
        number.values |= {round(time, 2), round((time + 12) % 24, 2)}


def _add_what_follows(plain: str, number: Number, words: LocaleWords) -> None:
    """Takes in "and a half", "quarters", and up to two words for powers of ten ("5 lakh crore")."""
    if match := _QUARTERS.match(plain, number.end):
        share = fraction(number.start, match.end(), min(number.values) / 4)
        # "Two quarters" may be half a year, too.
        number.end, number.values, number.parts = share.end, share.values | number.values, share.parts
        number.step = share.step
    _add_half(plain, number)
    of_a = _OF_A.match(plain, number.end) if min(number.values) < 1 else None
    if of_a and words.scale.match(plain, of_a.end()):  # two thirds of a million
        number.end = of_a.end()
    for _ in range(2):
        match = words.scale.match(plain, number.end)
        if match is None:
            break
        factors = words.scales[match[1].lower()]
        number.factors = {known * factor for known in number.factors or {1.0} for factor in factors}
        number.step *= max(factors)
        scaled = {value * factor for value in number.values for factor in factors}
        # One letter may be a unit as well: 5 m are metres or millions.
        number.values = scaled | number.values if len(match[1]) == 1 else scaled
        number.end, number.is_idiom, number.is_year = match.end(), False, False
    _add_half(plain, number)
    if _PERCENT.match(plain, number.end):
        number.parts |= {value / 100 for value in number.values}


def _add_half(plain: str, number: Number) -> None:
    """Takes in "and a half", which is half a million behind "two million"."""
    if match := _AND_A_HALF.match(plain, number.end):
        number.end = match.end()
        number.values = {value + (1e9 if value >= 1e9 else 1e6 if value >= 1e6 else 1) / 2 for value in number.values}


def _join(plain: str, first: Number, second: Number) -> None:
    """Gives neighbours the values that they have together: ranges, years in words, fractions in figures."""
    gap = plain[first.end : second.start]
    if len(gap) > 8:
        return
    if second.factors and not first.factors and _RANGE.fullmatch(gap):  # "5 to 6 million"
        first.values |= {value * factor for value in first.values for factor in second.factors}
    low, high = min(first.values), min(second.values)
    if first.is_vague and second.is_vague and gap == " of ":  # hundreds of thousands
        second.values = {low * high}
    if gap in (" ", "-") and first.is_word and second.is_word and 10 <= low <= 20 and 10 <= high < 100:
        first.values.add(100 * low + high)  # nineteen eighty-four
        second.values.add(100 * low + high)
    elif gap in ("-", "–", "/") and first.is_year and high < 100:  # 2016-17
        second.values.add(low - low % 100 + high)
    elif (gap == "/" or (_OUT_OF.fullmatch(gap) and not second.is_year)) and 0 < low < high:
        share = fraction(first.start, second.end, low / high)
        for number in (first, second):
            number.values |= share.values
            number.parts |= share.parts
