"""Whether an article has a number, exactly, rounded, or as vaguely as the words before it allow."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from serving.text.number import Number

_HEDGES = {
    "over": "over|above|(?:more|greater|higher) than|at least|exceed(?:s|ed|ing)?|upwards of",
    "under": "under|below|nearly|almost|(?:less|fewer|lower) than|at most|up to|just short of",
    "about": "about|around|approximately|approx\\.?|roughly|some|close to|circa|an estimated",
}
_ANY_HEDGE = "|".join(f"(?P<{kind}>{words})" for kind, words in _HEDGES.items())
_HEDGE = re.compile(
    rf"\b(?:{_ANY_HEDGE})\s(?:[^\w\s]|rs\.?\s|us)*\s?(?:an?\s)?$",
    re.IGNORECASE,
)
_MAX_HEDGE_CHARS = 28
# An unhedged number may be another one rounded, as long as nobody is misled: 3.2 million is 3 million, 3.5 is not.
_MAX_ROUNDING = 0.1
_MAX_CUT = 0.01
# "About 1,000" is far from 2, though both show one figure.
_MAX_ABOUT = 0.25
_MAX_BEYOND = 0.5


class KnownNumbers:
    """The numbers of an article, to look others up in.

    Args:
        numbers: the article's.
        more: others that it holds, such as the days and years of its dates.
    """

    def __init__(self, numbers: Iterable[Number], more: Iterable[float] = ()) -> None:
        self._values = set(more)
        sources: set[float] = set()
        for number in numbers:
            self._values |= number.values | number.parts
            if not number.is_year:  # 2010 is not 2009 rounded
                sources |= number.values | number.parts
        self._sources = sorted(sources)

    def has(self, value: float) -> bool:
        """True if the article has this very number."""
        return value in self._values

    def supports(self, number: Number, before: str) -> bool:
        """True if the article has the number, exactly or rounded to the figures that are shown.

        Rounded may be what the words before it allow: "about 3 million" and "more than 3 million" for 3.5 million,
        "nearly 4 million", too, but not "3 million".
        """
        if number.is_idiom or not (number.values | number.covers).isdisjoint(self._values):
            return True
        if number.is_vague:
            return bool(self._sources) and self._sources[-1] >= min(number.values)
        if number.denominator:  # the 20th century is not the 21st
            return False
        hedge = _HEDGE.search(before[-_MAX_HEDGE_CHARS:])
        return any(
            self._has_between(*_rounded_from(value, hedge and hedge.lastgroup, number.step or _unit(value)))
            for value in number.values
        )

    def _has_between(self, low: float, high: float) -> bool:
        return bisect_right(self._sources, low) < bisect_left(self._sources, high)


def _rounded_from(value: float, hedge: str | None, unit: float) -> tuple[float, float]:
    """The open interval of the numbers that are `value` when rounded to `unit`."""
    if hedge == "over":
        return value, value + min(unit, _MAX_BEYOND * value)
    if hedge == "under":
        return value - min(unit, _MAX_BEYOND * value), value
    if hedge == "about":
        step = min(unit, _MAX_ABOUT * value)
        return value - step, value + step
    half = unit / 2 * 1.000001  # 12.5 is 12 or 13
    # Editors cut decimals as often as they round: 9,055.73 becomes 9,055.
    return value - min(half, _MAX_ROUNDING * value), value + min(
        max(half, min(unit, _MAX_CUT * value)), _MAX_ROUNDING * value
    )


def _unit(value: float) -> float:
    """The place of the last figure shown: 100,000 for 1.4 million, 100 for 1,400, 0.01 for 3.14."""
    figures_shown = f"{value:.6f}".rstrip("0")
    whole, _, decimals = figures_shown.partition(".")
    if decimals:
        return 10.0 ** -len(decimals)
    return 10.0 ** (len(whole) - len(whole.rstrip("0")))
