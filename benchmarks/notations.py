"""Rewrites the figures and full dates of an English text as other countries print them."""

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = ["January", "February", "March", "April", "May", "June", "July"]
_MONTHS += ["August", "September", "October", "November", "December"]
_MONTH = "|".join(_MONTHS)
_DATE = re.compile(rf"\b(?:({_MONTH}) (\d{{1,2}}),?|(\d{{1,2}}) ({_MONTH}),?) (\d{{4}})\b")
# No times, scores or parts of words; a year and other figures without marks stay as they are.
_FIGURE = re.compile(r"(?<![\w.,:/-])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?![\d:/]|[.,]\d| ?[ap]\.?m)")


@dataclass(frozen=True)
class Country:
    """The marks of a country's figures, and how `strftime` writes its dates."""

    name: str
    group: str
    decimal: str
    dates: str
    has_lakhs: bool = False

    def rewrite(self, text: str) -> str:
        """The text as it would be printed there, its words aside."""
        return _FIGURE.sub(self._figure, _DATE.sub(self._date, text))

    def _figure(self, match: re.Match[str]) -> str:
        whole, point, decimals = match.group().replace(",", "").partition(".")
        inner = r"(?=(?:\d\d)*\d{3}$)" if self.has_lakhs else r"(?=(?:\d{3})+$)"
        return re.sub(rf"(?<=\d){inner}", self.group, whole) + (self.decimal if point else "") + decimals

    def _date(self, match: re.Match[str]) -> str:
        try:
            day = date(int(match[5]), _MONTHS.index(match[1] or match[4]) + 1, int(match[2] or match[3]))
        except ValueError:
            return match.group()
        return day.strftime(self.dates)


COUNTRIES = [
    Country("Germany", ".", ",", "%d.%m.%Y"),
    Country("France", "\u202f", ",", "%d/%m/%Y"),
    Country("Switzerland", "’", ".", "%d.%m.%Y"),
    Country("India", ",", ".", "%d-%m-%Y", has_lakhs=True),
    Country("Sweden", "\xa0", ",", "%Y-%m-%d"),
    Country("Poland", " ", ",", "%d.%m.%Y"),
]
