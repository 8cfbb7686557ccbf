"""The articles of a table in text form: .csv and .tsv as Excel, LibreOffice, pandas and people write them."""

import contextlib
import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from ui import words
from ui.reading.batch_item import BatchItem
from ui.reading.errors import UnreadableError

_TEXT_HEADINGS = {"text", "article", "body", "content", "story", "article text", "full text"}
_NAME_HEADINGS = ["title", "headline", "name", "url", "id"]
"""The better name comes first."""

_SEPARATORS = ["\t", ";", ","]
"""In the order of how seldom prose has them; Excel writes semicolons where a comma is the decimal sign."""

_NO_SEPARATOR = "\x1f"
_SAMPLE_ROWS = 50
_MAX_CELL_CHARS = 10_000_000
_SEP_LINE = re.compile(r"sep=([;,\t|:])\r?\n")
"""Excel's own first line, which it does not show."""

_Row = tuple[int, list[str]]


def table_articles(text: str, *, max_items: int) -> list[BatchItem]:
    """The articles of a table, one per row that is not blank; `BatchItem.row` counts as a spreadsheet does.

    The heading (text, article, body, content or story) says which column they are in, else it is the one with the
    longest texts. A title, headline, name, url or id names them.

    Raises:
        UnreadableError: no article, more than `max_items`, or quotation marks that do not match.
    """
    # Python's limit is 128 KiB per cell. It is one for the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_CELL_CHARS))
    text = text.replace("\0", "")
    separator = ""
    if named := _SEP_LINE.match(text):
        separator, text = named[1], text[named.end() :]
    separator = separator or _separator(text)
    rows, num_rows = _first_rows(text, separator, max_rows=max_items + 2)
    if not rows:
        raise UnreadableError(words.BATCH_EMPTY)
    columns = _Columns(rows)
    num_items = num_rows - columns.has_headings
    if num_items > max_items:
        raise UnreadableError(words.too_many_articles(num_items, max_items))
    if not num_items:
        raise UnreadableError(words.BATCH_EMPTY)
    return [columns.item(row, cells, separator) for row, cells in rows[columns.has_headings :]]


def _rows(text: str, separator: str, *, quoted: bool = True) -> Iterator[_Row]:
    """Rows that are not blank, with their numbers.

    Raises:
        UnreadableError: quotation marks that do not match; a more lenient reader makes one article of many there.
    """
    style: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=style, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                yield row, cells
    except csv.Error as error:
        raise UnreadableError(words.unmatched_quotation(row + 1)) from error


def _first_rows(text: str, separator: str, *, max_rows: int) -> tuple[list[_Row], int]:
    """The first rows, and how many there are in all."""
    try:
        return _counted(_rows(text, separator), max_rows)
    except UnreadableError:
        # Programs that write tabs often quote nothing, and neither do people who write one article per line; but a line
        # with one quotation mark too many is the beginning of an article of several lines.
        lines = separator == _NO_SEPARATOR and all(line.count('"') % 2 == 0 for line in text.splitlines())
        if separator != "\t" and not lines:
            raise
        return _counted(_rows(text, separator, quoted=False), max_rows)


def _counted(rows: Iterator[_Row], max_rows: int) -> tuple[list[_Row], int]:
    first = list(itertools.islice(rows, max_rows))
    return first, len(first) + sum(1 for _ in rows)


def _separator(text: str) -> str:
    """What stands between the cells; `_NO_SEPARATOR` where each line is one article.

    With known headings it is plain. Without, a separator makes rows of the same length, and prose after a comma
    begins with a space. In doubt there is none: then nothing of an article is lost.
    """
    best, best_share = _NO_SEPARATOR, 0.0
    for separator in _SEPARATORS:
        if not text.replace(separator, "").strip():
            return separator
        sample = _sample(text, separator)
        if not sample or len(sample[0]) < 2:
            continue
        if _headings(sample[0]) & {*_TEXT_HEADINGS, *_NAME_HEADINGS}:
            return separator
        share = sum(len(cells) == len(sample[0]) for cells in sample) / len(sample)
        later = [cell for cells in sample for cell in cells[1:]]
        like_prose = sum(cell.startswith(" ") for cell in later) * 2 > len(later)
        sure = len(sample) > 1 or f'{separator}"' in text
        if sure and not like_prose and share >= 0.8 and share > best_share:
            best, best_share = separator, share
    return best


def _sample(text: str, separator: str) -> list[list[str]]:
    sample = []
    with contextlib.suppress(UnreadableError):  # `_first_rows` says so, once the separator is known
        for _, cells in itertools.islice(_rows(text, separator), _SAMPLE_ROWS):
            sample.append(cells)
    return sample


def _headings(cells: Sequence[str]) -> set[str]:
    return {_heading(cell) for cell in cells}


def _heading(cell: str) -> str:
    return re.sub(r"[\W_]+", " ", cell).strip().casefold()


class _Columns:
    """Which column holds what."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        first = [_heading(cell) for cell in rows[0][1]]
        named = [column for column, heading in enumerate(first) if heading in _TEXT_HEADINGS]
        names = [first.index(heading) for heading in _NAME_HEADINGS if heading in first]
        known = bool(named or names)
        body = [cells for _, cells in (rows[1:] if known else rows)]
        others = [column for column in range(max(map(len, body), default=1)) if column not in names]
        self._text_column = max(named or others or [0], key=lambda column: _mean_chars(body, column))
        self.has_headings = known or _is_heading(rows, self._text_column)
        self._name_column = names[0] if names else None
        self._num_columns = len(first) if self.has_headings else 0

    def item(self, row: int, cells: Sequence[str], separator: str) -> BatchItem:
        """The article of one row."""
        name = _cell(cells, self._name_column) if self._name_column is not None else ""
        text = _cell(cells, self._text_column)
        if self._num_columns and any(cell.strip() for cell in cells[self._num_columns :]):
            if self._text_column != self._num_columns - 1:
                return BatchItem.failed(row, words.BATCH_TOO_MANY_CELLS, name=name)
            # Commas of an article that nobody put in quotation marks.
            text = separator.join(cells[self._text_column :])
        return BatchItem.article(row, text, name=name)


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""


def _mean_chars(rows: Sequence[Sequence[str]], column: int) -> float:
    return sum(len(_cell(cells, column)) for cells in rows) / max(1, len(rows))


def _is_heading(rows: Sequence[_Row], column: int) -> bool:
    """Whether the first row is headings in words that are not known here: short, above long texts."""
    cell = _cell(rows[0][1], column).strip()
    if not cell or len(cell) > 40 or cell.endswith((".", "!", "?", "…", '"', "”")) or len(rows) == 1:
        return False
    return _mean_chars([cells for _, cells in rows[1:]], column) > 5 * len(cell)
