"""The lines of a PDF page -> its columns, in the order of reading.

A page is cut where nothing is printed: from top to bottom where a gap runs all the way, else from left to right into
bands, each as high as a gap between its columns goes; and each part again, until it is one column.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ui.reading.pdf_lines import Line

_MIN_GUTTER = 0.5
"""Of a letter's size; at wider gaps pdfminer ends a line."""
_MAX_WORD_GAP = 3.0
_LARGER = 1.08
_MAX_CELL_CHARS = 15
_LIST_MARK = re.compile(r"[•‣▪●◦·*–-]|\(?(?:\d{1,3}|[a-z])[.)]")
_DROP_CAP = re.compile(r"[“‘\"']?[A-ZÀ-Þ]")


@dataclass(frozen=True)
class Ordered:
    """Columns in the order of reading; `is_in_doubt` where another order is as likely."""

    columns: list[list[Line]]
    is_in_doubt: bool = False


def in_columns(lines: Sequence[Line], *, from_right: bool = False) -> Ordered:
    """Cut a page, or a part of one, into columns.

    Args:
        from_right: the rightmost column comes first.
    """
    parts = apart(_with_marks(lines), width)
    if len(parts) == 1:
        return _bands(parts[0], from_right=from_right)
    if _is_table(parts):
        rows = [apart(row, width) for row in reversed(apart([line for part in parts for line in part], height))]
        cells = [replace(_one_line(row, from_right=from_right), is_row=len(row) > 1) for row in rows]
        return Ordered([cells], is_in_doubt=True)
    ordered = [in_columns(part, from_right=from_right) for part in (reversed(parts) if from_right else parts)]
    return Ordered([column for part in ordered for column in part.columns], any(part.is_in_doubt for part in ordered))


def _bands(lines: Sequence[Line], *, from_right: bool) -> Ordered:
    bands: list[list[Line]] = []
    for row in reversed(apart(lines, height)):
        band = row
        while bands and _share_columns(bands[-1], band):
            band = bands.pop() + band
        bands.append(band)
    columns: list[list[Line]] = [[]]
    is_in_doubt = False
    for band in bands:
        parts = apart(band, width)
        rows = [parts] if len(parts) == 1 else [apart(row, width) for row in reversed(apart(band, height))]
        if len(rows) == 1 or _has_wide_space(rows):
            columns[-1] += [_one_line(row, from_right=from_right) for row in rows]
            is_in_doubt |= len(parts) == 1 < len(band)
        else:
            ordered = in_columns(band, from_right=from_right)
            columns += [*ordered.columns, []]
            is_in_doubt |= ordered.is_in_doubt
    return Ordered([column for column in columns if column], is_in_doubt)


def _has_wide_space(rows: Sequence[Sequence[Sequence[Line]]]) -> bool:
    """Whether the gap goes through one row only, as a space in a narrow column may; a caption has other letters.

    Args:
        rows: each as the parts that gaps cut it into.
    """
    num_full = sum(len(row) > 1 for row in rows)
    sizes = [line.size for row in rows for part in row for line in part]
    return num_full == 1 and max(sizes) < _LARGER * min(sizes)


def _share_columns(above: Sequence[Line], below: Sequence[Line]) -> bool:
    """Whether a gap between columns goes through both, and neither is a headline over columns or of what follows."""
    num_above, num_below, num_both = (len(apart(part, width)) for part in (above, below, [*above, *below]))
    if max(num_above, num_below) == 1 or num_both == 1:
        return False
    if num_above == 1 and num_both < num_below:
        return not above[0].size > _LARGER * median(line.size for line in below)
    return not (num_below == 1 and below[0].size > _LARGER * median(line.size for line in above))


def apart(lines: Sequence[Line], extent: Callable[[Line], tuple[float, float]]) -> list[list[Line]]:
    """Groups between which there is a gap, in rising order."""
    groups: list[list[Line]] = []
    end = 0.0
    for line in sorted(lines, key=extent):
        start, line_end = extent(line)
        if groups and start < end:
            groups[-1].append(line)
            end = max(end, line_end)
        else:
            groups.append([line])
            end = line_end
    return groups


def width(line: Line) -> tuple[float, float]:
    return line.x0, line.x1 + _MIN_GUTTER * line.size


def height(line: Line) -> tuple[float, float]:
    # Without what hangs below: of two lines set close to each other, these may touch.
    return line.y, line.y + line.size / 2


def _one_line(parts: Sequence[Sequence[Line]], *, from_right: bool) -> Line:
    """What stands beside each other as one line: a wide gap in a sentence, or cells of a row."""
    lines = [line for part in parts for line in sorted(part, key=lambda line: -line.y)]
    first, last = lines[0], max(lines, key=lambda line: line.x1)
    if len(lines) == 1:
        return first
    is_row = any(after.x0 - before.x1 > _MAX_WORD_GAP * first.size for before, after in pairwise(lines))
    text = (", " if is_row else " ").join(line.text for line in (reversed(lines) if from_right else lines))
    return replace(first, text=text, x1=last.x1, is_row=is_row)


def _is_table(parts: Sequence[Sequence[Line]]) -> bool:
    """Whether rows belong together, not columns: most have several cells, and all columns but one are of short ones."""
    rows = apart([line for part in parts for line in part], height)
    num_full = sum(len(apart(row, width)) > 1 for row in rows)
    lengths = sorted(median(sum(len(line.text) for line in row) for row in apart(part, height)) for part in parts)
    return num_full > len(rows) / 2 and lengths[-2] <= _MAX_CELL_CHARS


def _with_marks(lines: Sequence[Line]) -> list[Line]:
    """List marks and large first letters as parts of the lines that they begin."""
    joined = list(lines)
    for mark in lines:
        if not (is_list := _LIST_MARK.fullmatch(mark.text)) and not _DROP_CAP.fullmatch(mark.text):
            continue
        beside = [
            line
            for line in joined
            if line is not mark
            and 0 <= line.x0 - mark.x1 < 4 * line.size
            and (line.y <= mark.y + line.size / 2 if is_list else line.size < mark.size / 1.5)
            and line.y + line.size / 2 > mark.y
            and line.y < mark.y + mark.size
        ]
        if beside:
            line = max(beside, key=lambda line: line.y)
            joined.remove(mark)
            joined[joined.index(line)] = replace(line, text=mark.text + " " * bool(is_list) + line.text, x0=mark.x0)
    return joined
