"""Numbers in figures: which marks a text writes between groups and before decimals, and what its figures can mean."""

import re
import unicodedata
from collections.abc import Iterator

from serving.text.locale_words import LocaleWords

# Arabic decimal and group marks, full-width marks, and the apostrophes and spaces that stand between groups.
_PLAIN_MARKS = {"٫": ".", "٬": "'", "．": ".", "，": ",", "’": "'", "\u202f": "\xa0", "\u2009": "\xa0"}
_NOT_PLAIN = re.compile(rf"[{''.join(_PLAIN_MARKS)}]|(?![0-9])\d")
# The patterns that run over whole articles begin with a plain set of characters, which `re` skips to.
_FIGURE = re.compile(r"[0-9](?:(?<!\d.)\d{0,2}(?:[ \xa0]\d{3}(?![\d']))+(?:[.,]\d+)?|\d*(?:[.,']\d+)*)")
_GROUPED = re.compile(r"\d{1,3}(?:([ \xa0'.,])\d{3})(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}")
_MARK = re.compile(r"[^\d]")
_OTHER_MARK = {",": ".", ".": ","}
_CLOCK = re.compile(r"(?:[01]?\d|2[0-3])\.[0-5]\d")


def plain_figures(text: str) -> str:
    """The text with every script's digits and marks as ASCII; each character keeps its place."""
    return _NOT_PLAIN.sub(_plain, text)


def _plain(match: re.Match[str]) -> str:
    character = match.group()
    return _PLAIN_MARKS.get(character) or str(unicodedata.decimal(character))


def figures(plain: str) -> Iterator[re.Match[str]]:
    """The figures of a text from `plain_figures`, with all that may be a mark inside a number."""
    return _FIGURE.finditer(plain)


class Notation:
    """How a text writes its figures, seen from those that can be read in one way only.

    "1,5" shows that the comma stands before decimals, "1.234.567" that the full stop stands between groups. What
    remains open, such as "1.200", is read in both ways, unless it is written as the text's language writes groups.
    """

    def __init__(self, plain: str, words: LocaleWords) -> None:
        seen = {mark for match in figures(plain) for mark in _decimal_marks(match.group())}
        self._decimal = seen.pop() if len(seen) == 1 else ""
        self._group = _OTHER_MARK.get(self._decimal, "" if seen else words.group)

    def readings(self, figure: str) -> set[float]:
        """All values that a figure may have; several where the text leaves it open, or where it is no number.

        A date, a score or a list ("1,2,3") gives its parts.
        """
        marks = _MARK.findall(figure)
        if not marks:
            return {float(figure)}
        grouped = _GROUPED.fullmatch(figure)
        if grouped and len(set(marks)) == 1:
            return self._grouped(figure, marks)
        head, last, tail = figure.rpartition(marks[-1])
        if last not in ".," or last in marks[:-1] or (len(marks) > 1 and not _GROUPED.fullmatch(head)):
            return _parts(figure)
        decimal = {float(f"{_MARK.sub('', head)}.{tail}")}
        if len(marks) > 1 or last in (".", self._decimal):
            return decimal
        return _parts(figure) if self._decimal else decimal | _parts(figure)

    def _grouped(self, figure: str, marks: list[str]) -> set[float]:
        """Values of figures that look like groups: "1.200" is 1200, or 1.2 where the full stop is a decimal mark."""
        mark, whole = marks[0], float(_MARK.sub("", figure))
        # Nobody measures in thousandths and finds three zeros: "12.000" is 12,000 even beside "3.5".
        if len(marks) > 1 or mark in "'\xa0" or mark == self._group or (figure.endswith("000") and figure[0] != "0"):
            return {whole}
        if mark == " ":  # "on day 12 300 people came" has two numbers
            return {whole} | _parts(figure)
        decimal = float(figure.replace(",", "."))
        return {decimal} if figure[0] == "0" or mark == self._decimal else {whole, decimal}


def _decimal_marks(figure: str) -> Iterator[str]:
    """The mark before decimals, where the figure leaves no doubt which one it is."""
    marks = _MARK.findall(figure)
    last = marks[-1] if marks else ""
    if last not in _OTHER_MARK:
        return
    head = figure.rpartition(last)[0]
    if len(set(marks)) == 2 and marks.count(last) == 1 and _GROUPED.fullmatch(head):
        yield last
    elif len(marks) > 1 and len(set(marks)) == 1 and _GROUPED.fullmatch(figure):
        yield _OTHER_MARK[last]
    elif len(marks) == 1 and (figure[0] == "0" or not _GROUPED.fullmatch(figure)) and not _CLOCK.fullmatch(figure):
        yield last


def _parts(figure: str) -> set[float]:
    return {float(part) for part in _MARK.split(figure) if part}
