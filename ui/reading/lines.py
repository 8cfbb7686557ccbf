"""Lines as they stand on the pages of a PDF -> paragraphs as they were written. Pure functions; all lengths in points.

A PDF knows letters and places only. Paragraphs, headings and columns are read off the places, words that were broken
at a line's end are put together, and what stands at the same place of every page is left out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median


@dataclass(frozen=True)
class Line:
    """One line of one column.

    Attributes:
        x: of its left edge, from the page's left edge.
        y: of its baseline, from the page's bottom.
        size: of its letters.
    """

    text: str
    x: float
    y: float
    size: float


Page = Sequence[Line]

_NUM_EDGE_LINES = 3
_SAME_PLACE = 4.0
_NUMBERS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"\W*(?:page\s+|p\.\s*)?\d{1,4}(?:\s*(?:/|of|von|sur|de)\s*\d{1,4})?\W*", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|file)://\S+(?:\s+\d+\s*/\s*\d+)?")

_PRINTED_AT = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? +\d{1,2}[:.]\d{2}\b.*")  # then the page's title

_SENTENCE_END = re.compile(r"[.!?…:。！？][\"'”’»)\]]*$")
_BULLET = re.compile(r"[•‣▪●◦·]|[-–*]\s")
_BROKEN_WORD = re.compile(r"(\w+)[-\u2010\xad]$")
_HEAD = re.compile(r"\w+")
_COMPOUND = re.compile(r"\b\w+-\w+")  # with \b, since a line may be a megabyte of letters
_MAX_WORD_CHARS = 80


def in_reading_order(page: Page) -> list[Line]:
    """The lines as they are drawn, which is mostly the order of reading; from top to bottom where it can't be that.

    Columns, captions and page numbers lead up the page a few times. Some programs draw in no order at all.
    """
    num_ways_up = sum(below.y > above.y + above.size for above, below in pairwise(page))
    if num_ways_up <= max(3, len(page) / 4):
        return list(page)
    rows: list[list[Line]] = []
    for line in sorted(page, key=lambda line: (-line.y, line.x)):
        if rows and rows[-1][0].y - line.y < 0.3 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_one_line(sorted(row, key=lambda line: line.x)) for row in rows]


def _one_line(row: Sequence[Line]) -> Line:
    return Line(" ".join(line.text for line in row), row[0].x, row[0].y, row[0].size)


def without_margins(pages: Sequence[Page]) -> list[list[Line]]:
    """The pages without running titles, page numbers and printed addresses."""
    places: Counter[tuple[str, int]] = Counter()
    for page in pages:
        places.update({_place(line) for line in _edges(page)})

    def repeats(line: Line) -> bool:
        # Odd and even pages of a book have different running titles, so half of the pages must do.
        return places[_place(line)] >= max(2, len(pages) / 2)

    return [
        [
            line
            for line in page
            if not (line in edges and (repeats(line) or (line in edges[:1] + edges[-1:] and _is_furniture(line))))
        ]
        for page in pages
        for edges in [_edges(page)]
    ]


def _edges(page: Page) -> list[Line]:
    """The topmost and the bottommost lines, from top to bottom."""
    ordered = sorted(page, key=lambda line: -line.y)
    return ordered if len(ordered) <= 2 * _NUM_EDGE_LINES else ordered[:_NUM_EDGE_LINES] + ordered[-_NUM_EDGE_LINES:]


def _place(line: Line) -> tuple[str, int]:
    return _NUMBERS.sub("#", line.text), round(line.y / _SAME_PLACE)


def _is_furniture(line: Line) -> bool:
    return any(pattern.fullmatch(line.text) for pattern in (_PAGE_NUMBER, _ADDRESS, _PRINTED_AT))


def paragraphs(pages: Sequence[Page]) -> Iterator[str]:
    """The text of the pages, in the order of their lines; a paragraph may go over pages and columns."""
    lines = [line for page in pages for line in page]
    if not lines:
        return
    hyphenated = _hyphenated_words(lines)
    layout = _Layout.of(pages)
    first_lines = {id(page[0]) for page in pages if page}
    pieces = [lines[0].text]
    for before, line in pairwise(lines):
        if layout.starts_paragraph(before, line, new_page=id(line) in first_lines):
            yield "".join(pieces)
            pieces = [line.text]
        else:
            pieces += _joint(pieces, line.text, hyphenated), line.text
    yield "".join(pieces)


@dataclass(frozen=True)
class _Layout:
    """What most lines of a document are like: `pitch` from baseline to baseline, and their number of characters."""

    pitch: float
    num_chars: float

    @classmethod
    def of(cls, pages: Sequence[Page]) -> "_Layout":
        steps = [
            above.y - below.y
            for page in pages
            for above, below in pairwise(page)
            if 0 < above.y - below.y < 3 * above.size
        ]
        lengths = sorted(len(line.text) for page in pages for line in page)
        # The length of a full line: most lines are full, and headings and tables must not count for much.
        return cls(pitch=median(steps) if steps else 0.0, num_chars=lengths[int(0.8 * (len(lengths) - 1))])

    def starts_paragraph(self, before: Line, line: Line, *, new_page: bool) -> bool:
        if _BULLET.match(line.text):
            return True
        ended = bool(_SENTENCE_END.search(before.text[-_MAX_WORD_CHARS:]))
        if abs(line.size - before.size) > 0.08 * before.size:
            return not (line.text[0].islower() and not ended)
        if new_page or line.y > before.y + before.size / 2:
            # No gap to see here. A paragraph's last line is seldom full; a full one may well end with "Col." or "p.m."
            return len(before.text) < (0.85 if ended else 0.5) * self.num_chars
        if before.y - line.y > 1.3 * max(self.pitch, before.size):
            return True
        if len(before.text) < 0.5 * self.num_chars and not line.text[0].islower():
            return True
        return ended and (line.x > before.x + 0.7 * line.size or len(before.text) < 0.75 * self.num_chars)


def _hyphenated_words(lines: Sequence[Line]) -> set[str]:
    """Words that carry a hyphen in the middle of a line, in lower case: they keep it at a line's end as well."""
    return {word.lower() for line in lines for word in _COMPOUND.findall(line.text)}


def _joint(pieces: list[str], line: str, hyphenated: set[str]) -> str:
    """What goes between `pieces` and `line`; takes the hyphen off the last piece if its word was broken there."""
    broken = _BROKEN_WORD.search(pieces[-1][-_MAX_WORD_CHARS:])
    head = _HEAD.match(line[:_MAX_WORD_CHARS])
    if broken is None or head is None:
        return " "
    # "Anglo-" + "Saxon", "1990-" + "1995": there the hyphen is the word's own.
    if line[0].islower() and f"{broken[1]}-{head[0]}".lower() not in hyphenated:
        pieces[-1] = pieces[-1][:-1]
    return ""
