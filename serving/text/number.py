"""A number of a text, with all values that it may have."""

from dataclasses import dataclass, field


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


def fraction(start: int, end: int, value: float) -> Number:
    """A share, which texts write in per cent as well, rounded or cut: 2/3 is 66 or 67 %."""
    percent = 100 * value
    return Number(
        start,
        end,
        {value, round(value, 2), int(percent) / 100},
        {round(percent), round(percent, 1), float(int(percent))},
        step=value / 10,
    )
