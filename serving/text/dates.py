"""Dates in running text, in words and in figures, as days that can be compared."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

from serving.text.locale_words import DateWord, LocaleWords

_RANGE_WORDS = "to and or und bis et au à y a al e o i do do och till tot en og til"
_DAY = r"[0-9](?<![\d.,:].)\d?(?!\d)(?:st|nd|rd|th|er|\.|º|ª)?"
_TO = rf"\s?(?:[-–—/,&]|\b(?:{'|'.join(_RANGE_WORDS.split())})\b)\s?"
_MORE_DAYS = "{0,3}"  # in "3, 4 and 5 March"; without a bound, a long list of numbers is read again from each of them
_MAYBE_NUMERIC = re.compile(r"[0-9]\d{0,3}(?:[./-]\s?\d{1,2}[./-]\s?\d|[年년])")
_NUMERIC = re.compile(
    r"(?<![\d./-])(?:(?P<year>\d{4})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"|(?P<first>\d{1,2})(?P<sep>[-./])\s?(?P<second>\d{1,2})(?P=sep)\s?(?P<last>\d{4}|\d{2}))(?![\d/-]|\.\d)"
    r"|(?P<cjk_year>\d{4})[年년]\s?(?P<cjk_month>\d{1,2})[月월]\s?(?P<cjk_day>\d{1,2})[日일]"
)
# "9/11" and German "5.3." may be dates; they may be something else as well.
_MAYBE = re.compile(r"([0-9](?<![\d./].)\d?)(?:/(\d{1,2})(?![\d/])|\.\s?(\d{1,2})\.(?!\s?\d))")
_MONTH_AND_YEAR = re.compile(r"(?<![\d./-])(0[1-9]|1[0-2])[/.][12]\d{3}(?![/.-]?\d)")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")

Day = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Date:
    """A date as written at text[start:end].

    Attributes:
        days: all (month, day) that it may mean: several for "05/03/2026", where the order is open.
        year: None where none is written; the last two figures only where no more are written.
    """

    start: int
    end: int
    days: frozenset[Day]
    year: int | None


def find_dates(plain: str, words: LocaleWords) -> list[Date]:
    """All dates with a day and a month of a text from `plain_figures`; "5-12 March" gives its span once a day."""
    found = [*_numeric_dates(plain), *_worded_dates(plain, words)]
    return sorted(found, key=lambda found: (found.start, found.end))


def _numeric_dates(plain: str) -> Iterator[Date]:
    """Dates in figures. One that can only be read day first (or month first) settles it for all."""
    candidates = [_NUMERIC.match(plain, maybe.start()) for maybe in _MAYBE_NUMERIC.finditer(plain)]
    matches = [match for match in candidates if match]
    pairs = [(int(match["first"]), int(match["second"])) for match in matches if match["first"]]
    day_first = any(first > 12 >= second for first, second in pairs)
    month_first = any(second > 12 >= first for first, second in pairs)
    for match in matches:
        if match["first"]:
            first, second = int(match["first"]), int(match["second"])
            days = [(second, first)] if day_first or not month_first else []
            days += [(first, second)] if month_first or not day_first else []
            year = match["last"]
        else:
            year = match["year"] or match["cjk_year"]
            days = [(int(match["month"] or match["cjk_month"]), int(match["day"] or match["cjk_day"]))]
        valid = frozenset(day for day in days if _is_day(*day))
        if valid:
            yield Date(match.start(), match.end(), valid, int(year))


def _worded_dates(plain: str, words: LocaleWords) -> Iterator[Date]:
    for pattern in _patterns(words.months):
        for match in pattern.finditer(plain):
            if plain[match.start() - 1 : match.start()].isalpha():  # the end of another word
                continue
            month = words.date_words[match["month"].lower()][1]
            for day in map(int, _NUMBER.findall(match["days"])):
                if _is_day(month, day):
                    yield Date(match.start(), match.end(), frozenset({(month, day)}), _year(match["year"]))


@lru_cache(maxsize=64)
def _patterns(months: str) -> list[re.Pattern[str]]:
    year = r"(?:,?\s(?:de\s|del\s)?(?P<year>[12]\d{3})(?![\d.,]\d))?"
    month = rf"(?P<month>{months})\b"
    # A number with a unit or a word behind it counts something: "on March 5 and 12 people", "in May 5.3 per cent".
    no_count = r"(?![\d:%]|[.,]\d|\s?per\s?cent)"
    day = _DAY.replace(r"|\.", "") + no_count
    more = rf"(?:\s?(?:[-–—]|\bto\b)\s?{day}|{_TO}{day}(?!\s[^\W\d]))"
    return [
        re.compile(
            rf"(?P<days>{_DAY}(?:{_TO}{_DAY}){_MORE_DAYS})[\s-]?(?:of\s|de\s|d['’])?{month}(?:\.(?=,?\s[12]\d{{3}}))?{year}"
        ),
        re.compile(rf"{month}\.?[\s-](?P<days>{day}{more}{_MORE_DAYS}){year}"),
    ]


class KnownDates:
    """The dates of an article from `plain_figures`, to look others up in.

    Attributes:
        dates: all that have a day and a month.
    """

    def __init__(self, article: str, words: LocaleWords) -> None:
        self.dates = find_dates(article, words)
        self._years: dict[Day, set[int | None]] = {}
        for found in self.dates:
            for day in found.days:
                self._years.setdefault(day, set()).add(found.year)
        for day in _possible_days(article):
            self._years.setdefault(day, set()).add(None)
        # Months that stand alone: "in March", and the days are somewhere else.
        alone = {words.date_word(word) for word in set(_WORD.findall(hide(article, self.dates)))}
        self._words = {word for word in alone if word}
        self._lone_months = {value for kind, value in self._words if kind == "month"}
        self._words |= {("month", month) for month, _ in self._years}
        self._words |= {("month", int(match[1])) for match in _MONTH_AND_YEAR.finditer(article)}
        self._words |= {("day", weekday) for weekday in _weekdays(self.dates)}

    @property
    def numbers(self) -> set[float]:
        """Days and years of the dates, which texts may also write alone: "on the 5th"."""
        days = {float(day) for found in self.dates for _, day in found.days}
        return days | {float(found.year) for found in self.dates if found.year}

    def knows(self, word: DateWord) -> bool:
        """True if the article has the month or the day of the week, as a word or in a date."""
        return word in self._words

    def has_day(self, found: Date, has_number: Callable[[float], bool]) -> bool:
        """True if the article has the date's day, or its month alone and the day as a number elsewhere."""
        return any(day in self._years or (day[0] in self._lone_months and has_number(day[1])) for day in found.days)

    def maybe_in(self, plain: str) -> Iterator[Date]:
        """What may be one of these dates in another text: "9/11"."""
        for match in _MAYBE.finditer(plain):
            days = frozenset(_possible_days(match.group()))
            if days & self._years.keys():
                yield Date(match.start(), match.end(), days, None)

    def has_year(self, found: Date, has_number: Callable[[float], bool]) -> bool:
        """True if no year is written, or the article has it with the date, or somewhere if the date has none."""
        if found.year is None:
            return True
        for day in found.days:
            years = self._years.get(day, {None})
            if any(year is not None and year % 100 == found.year % 100 for year in years):
                return True
            if None in years and has_number(found.year):
                return True
        return False


class _Found(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def hide(text: str, spans: Iterable[_Found]) -> str:
    """The text with a bar in place of each character of the dates or numbers that were found in it."""
    pieces, end = [], 0
    for found in sorted(spans, key=lambda found: found.start):
        if found.start >= end:
            pieces += [text[end : found.start], "|" * (found.end - found.start)]
            end = found.end
    return "".join([*pieces, text[end:]])


def _possible_days(plain: str) -> Iterator[Day]:
    for match in _MAYBE.finditer(plain):
        first, second = int(match[1]), int(match[2] or match[3])
        if _is_day(second, first):
            yield second, first
        if match[2] and _is_day(first, second):
            yield first, second


def _weekdays(dates: Iterable[Date]) -> Iterator[int]:
    for found in dates:
        for month, day in found.days:
            with suppress(ValueError):  # 30 February
                if found.year and found.year >= 1000:
                    yield date(found.year, month, day).weekday()


def _year(written: str | None) -> int | None:
    return int(written) if written else None


def _is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31
