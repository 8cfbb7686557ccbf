"""Columns of lines -> an article: paragraphs as they were written, footnotes apart, without repeated margins."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from statistics import median

from ui.reading.article import Article
from ui.reading.hyphens import Hyphens
from ui.reading.pdf_columns import apart, width
from ui.reading.pdf_lines import Line, is_right_to_left

Page = Sequence[Line]

_NUM_EDGE_ROWS = 3
_SAME_PLACE = 4.0
_NUMBERS = re.compile(r"\d+")
# A page's number, the address that it was printed from, or the time of printing and then the page's title.
_FURNITURE = re.compile(
    r"\W*(?:page\s+|p\.\s*)?\d{1,4}(?:\s*(?:/|of|von|sur|de)\s*\d{1,4})?\W*"
    r"|(?:https?|file)://\S+(?:\s+\d+\s*/\s*\d+)?|\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? +\d{1,2}[:.]\d{2}\b.*",
    re.IGNORECASE,
)

_SENTENCE_END = re.compile(r"[.!?…:。！？؟۔][\"'”’»)\]]*$")
_BULLET = re.compile(r"[•‣▪●◦·]|[-–*]\s")
_NOTE_MARK = re.compile(r"(?:\d{1,3}|[*†‡§¶]{1,4}|\[\d{1,3}\]|\(\d{1,3}\))[.)]?\s*(?=[^\W\d]|[“‘\"'«])")
_NOTE_SIZE = 0.93
_SAME_SIZE = 0.08
_TITLE_SIZE = 1.15
_INDENT = 0.7
_MAX_TITLE_CHARS = 250
"""With what stands above it: the name of the paper, a date, a section."""
_NUM_INTERRUPTIONS = 3
_NUM_NEIGHBOURS = 3
_MAX_WORD_CHARS = 80


def without_margins(pages: Sequence[Page]) -> list[list[Line]]:
    """The pages without running titles, page numbers and printed addresses."""
    edges = [_edges(page) for page in pages]
    places = Counter(chain.from_iterable({_place(row) for row in rows} for rows in edges))
    # Odd and even pages of a book have different running titles, so half of the pages must do.
    min_repeats = max(2, len(pages) / 2)
    kept = []
    for page, rows in zip(pages, edges, strict=True):
        outermost = [*rows[:1], *rows[-1:]]
        left_out = {
            id(line)
            for row in rows
            if places[_place(row)] >= min_repeats or (row in outermost and _FURNITURE.fullmatch(_row_text(row)))
            for line in row
        }
        kept.append([line for line in page if id(line) not in left_out])
    return kept


def _edges(page: Page) -> list[list[Line]]:
    """The topmost and the bottommost rows, from top to bottom."""
    rows: dict[int, list[Line]] = {}
    for line in sorted(page, key=lambda line: (-line.y, line.x0)):
        rows.setdefault(round(line.y / 2), []).append(line)
    ordered = list(rows.values())
    return ordered if len(ordered) <= 2 * _NUM_EDGE_ROWS else ordered[:_NUM_EDGE_ROWS] + ordered[-_NUM_EDGE_ROWS:]


def _row_text(row: Sequence[Line]) -> str:
    return " ".join(line.text for line in row)


def _place(row: Sequence[Line]) -> tuple[str, int]:
    return _NUMBERS.sub("#", _row_text(row)), round(row[0].y / _SAME_PLACE)


def body_size(pages: Sequence[Page]) -> float:
    """Of most letters."""
    sizes: Counter[float] = Counter()
    for line in chain.from_iterable(pages):
        sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def without_notes(page: Page, body: float) -> tuple[list[Line], list[list[Line]]]:
    """The page's lines, and those of its footnotes: small ones that begin with a mark, below all others."""
    large = [line for line in page if line.size >= _NOTE_SIZE * body]
    foot = [line for line in page if line.size < _NOTE_SIZE * body and not any(_is_above(line, it) for it in large)]
    notes: list[list[Line]] = []
    for column in apart(foot, width):
        open_note: list[Line] = []
        for line in sorted(column, key=lambda line: -line.y):
            if _NOTE_MARK.match(line.text) or line.is_marked:
                open_note = [line]
                notes.append(open_note)
            elif open_note and open_note[-1].y - line.y < 2 * line.size:
                open_note.append(line)
    taken = {id(line) for note in notes for line in note}
    return [line for line in page if id(line) not in taken], notes


def _is_above(line: Line, other: Line) -> bool:
    return line.y > other.y and line.x0 < other.x1 and other.x0 < line.x1


def article_of(pages: Sequence[Sequence[Page]], notes: Sequence[Sequence[Line]], *, doubt: str) -> Article:
    """The article in these columns of these pages; a paragraph may go over columns, pages and pictures."""
    blocks = _blocks(list(chain.from_iterable(pages)))
    first_page = {id(line) for column in pages[0] for line in column}
    title = _title(
        [block for block in blocks if id(block[0]) in first_page],
        body_size([column for page in pages for column in page]),
    )
    hyphens = Hyphens("\n".join(line.text for block in blocks for line in block))
    return Article.of(
        (_text(block, hyphens) for block in blocks if block is not title),
        title=_text(title, hyphens),
        notes=(_text(note, hyphens) for note in notes),
        doubt=doubt,
    )


def _title(blocks: Sequence[list[Line]], body: float) -> list[Line]:
    """The block with the first page's largest letters if it is a headline, else none."""
    largest = max(blocks, key=lambda block: block[0].size, default=[])
    num_chars = 0
    for block in blocks[: blocks.index(largest) + 1]:
        num_chars += sum(len(line.text) for line in block)
    is_title = largest and largest[0].size > _TITLE_SIZE * body and num_chars <= _MAX_TITLE_CHARS
    return largest if is_title else []


def _text(block: Sequence[Line], hyphens: Hyphens) -> str:
    # The pieces are joined at the end only, since a block may have a hundred thousand lines.
    pieces: list[str] = [""]
    for line in block:
        pieces[-1:] = hyphens.join(pieces[-1], line.text)
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line and where its column goes from and to, judged by the lines around it."""

    line: Line
    left: float
    right: float
    is_first: bool

    @property
    def width(self) -> float:
        return self.right - self.left


def _placed(column: Page) -> Iterator[_Placed]:
    for number, line in enumerate(column):
        around = column[max(0, number - _NUM_NEIGHBOURS) : number + _NUM_NEIGHBOURS + 1]
        alike = [other for other in around if other is line or _is_like(line, other)]
        yield _Placed(line, min(it.x0 for it in alike), max(it.x1 for it in alike), is_first=number == 0)


def _is_like(line: Line, other: Line) -> bool:
    return abs(line.size - other.size) <= _SAME_SIZE * line.size and not other.is_row


def _blocks(columns: Sequence[Page]) -> list[list[Line]]:
    steps = [
        above.y - below.y
        for column in columns
        for above, below in pairwise(column)
        if above.y - below.y < 3 * above.size and _is_like(above, below)
    ]
    pitch, body = median(steps) if steps else 0.0, body_size(columns)
    blocks: list[list[Line]] = []
    before: _Placed | None = None
    for placed in chain.from_iterable(map(_placed, columns)):
        line = placed.line
        # Where a paragraph of one line is indented, so is the next, and only the column tells.
        edge = placed.left if placed.is_first or not blocks or len(blocks[-1]) == 1 else blocks[-1][-1].x0
        is_indented = line.x0 > edge + _INDENT * line.size
        if before is not None and not _starts_paragraph(before, placed, pitch, body, is_indented=is_indented):
            blocks[-1].append(line)
        elif (interrupted := _interrupted(blocks, line)) is not None:
            # The page's next paragraph may well go on where the picture and its caption cut this one.
            blocks.append(blocks.pop(interrupted))
            blocks[-1].append(line)
        else:
            blocks.append([line])
        before = placed
    return blocks


def _interrupted(blocks: Sequence[list[Line]], line: Line) -> int | None:
    """The number of the block that `line` goes on with, if captions, boxes or tables stand between the two."""
    if not line.text[0].islower():
        return None
    for number in range(len(blocks) - 1, max(-1, len(blocks) - 2 - _NUM_INTERRUPTIONS), -1):
        last = blocks[number][-1]
        if _is_like(line, last) and not last.is_row:
            return None if number == len(blocks) - 1 or _has_ended(last) else number
    return None


def _has_ended(line: Line) -> bool:
    return bool(_SENTENCE_END.search(line.text[-_MAX_WORD_CHARS:]))


def _starts_paragraph(before: _Placed, after: _Placed, pitch: float, body: float, *, is_indented: bool) -> bool:
    above, line = before.line, after.line
    if above.is_row or line.is_row or _BULLET.match(line.text):
        return True
    ended = _has_ended(above)
    resumes = not ended and (line.text[0].islower() or above.text.endswith(("-", "–", "—", "\xad")))
    if not _is_like(line, above) or (not after.is_first and above.y - line.y > 1.3 * max(pitch, line.size)):
        return not resumes or not _is_like(line, above)
    is_caption = after.is_first and not resumes and line.size < _NOTE_SIZE * body
    if is_caption or (ended and is_indented):
        return True
    # A line that had room for the next line's first word was ended on purpose.
    first_word = len(line.text.split(maxsplit=1)[0]) * (line.x1 - line.x0) / len(line.text)
    room = (above.x0 - before.left if is_right_to_left(above.text) else before.right - above.x1) - first_word
    if ended:
        is_other_width = abs(before.width - after.width) > 0.2 * before.width
        return room > line.size or (after.is_first and is_other_width)
    if above.is_bold != line.is_bold:
        return room > 0 and not resumes
    return not resumes and room > 0.3 * before.width
