"""Many articles in one file, and their summaries as a table.

.csv, .tsv  tables.py    one article per row
.zip        archives.py  one per document
.txt        here         separated by lines of ---
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ui.reading.archives import archive_articles
from ui.reading.article import MAX_FILE_BYTES, MAX_FILE_SIZE
from ui.reading.batch_item import EMPTY, BatchItem, too_many_articles
from ui.reading.decoding import decode
from ui.reading.errors import UnreadableError
from ui.reading.files import read_file
from ui.reading.tables import is_table, table_articles

__all__ = ["BatchItem", "BatchResult", "read_batch", "results_csv"]

KINDS = "Several articles at once come in a .csv, .txt or .zip file; this is another kind. Excel can save as CSV."
LARGE_FILE = f"The file is too large: more than {MAX_FILE_SIZE}. Divide it into smaller ones."
NOT_TEXT = "The file is not what its ending says: there is no text in it. Excel can save a table as CSV."

_TABLES = {".csv", ".tsv", ".tab"}
MANY_SUFFIXES = {*_TABLES, ".zip"}
"""Of files that always hold several articles."""
_TEXTS = {".txt", ".text", ".md"}
_BETWEEN = re.compile(r"^[ \t]*(?:[-‐–—]{3,}|={3,}|\*{3,})[ \t]*\r?$", re.MULTILINE)
"""A line of three or more dashes, equal signs or asterisks. Blank lines do not separate: articles have them inside."""


def read_batch(path: Path, *, name: str = "", max_items: int = 100) -> list[BatchItem]:
    """The articles of a .csv, .tsv, .txt or .zip file, at least one.

    Args:
        path: the file.
        name: what its owner calls it, where `path` does not say; its ending tells the kind.
        max_items: how many articles it may hold.

    Raises:
        UnreadableError: the whole file is of another kind, damaged, over 5 MB, without articles or with too many.
    """
    kind = Path(name or path.name).suffix.lower()
    if kind not in {*_TABLES, *_TEXTS, ".zip"}:
        raise UnreadableError(KINDS)
    if path.stat().st_size > MAX_FILE_BYTES:
        raise UnreadableError(LARGE_FILE)
    if kind == ".zip":
        return archive_articles(path, max_items=max_items, read_file=read_file)
    decoded = decode(path.read_bytes())
    if decoded is None:
        raise UnreadableError(NOT_TEXT)
    text, doubt = decoded
    is_one = kind in _TABLES or is_table(text)
    items = table_articles(text, max_items=max_items) if is_one else _text_articles(text, max_items)
    return [replace(item, doubt=doubt) for item in items]


def _text_articles(text: str, max_items: int) -> list[BatchItem]:
    texts = [part for part in _BETWEEN.split(text) if part.strip()]
    if not texts:
        raise UnreadableError(EMPTY)
    if len(texts) > max_items:
        raise UnreadableError(too_many_articles(len(texts), max_items))
    return [BatchItem.article(row, part) for row, part in enumerate(texts, start=1)]


@dataclass(frozen=True)
class BatchResult:
    """One article's summary, or why there is none; `row` and `name` are the `BatchItem`'s."""

    row: int
    name: str
    summary: str
    num_input_words: int
    num_summary_words: int
    method: str
    problem: str


_COLUMNS = ["row", "name", "summary", "words_in", "words_out", "method", "problem"]
_BULLET = re.compile(r"^([ \t]*)- ", re.MULTILINE)
_FORMULA = re.compile(r'(^|[;\t\r\n]["\s]*)(?=[=+\-@＝＋－＠])')


def results_csv(rows: Sequence[BatchResult]) -> str:
    """The results as a .csv file's text, with a line of headings; begins with a byte order mark so that Excel reads
    its accents, and no cell is a formula."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(_COLUMNS)
    for row in rows:
        table.writerow(
            [
                row.row,
                _harmless(row.name),
                _harmless(row.summary),
                row.num_input_words,
                row.num_summary_words,
                _harmless(row.method),
                _harmless(row.problem),
            ]
        )
    return out.getvalue()


def _harmless(cell: str) -> str:
    """`cell` such that no spreadsheet computes it: articles are strangers' words, `=HYPERLINK(...)` among them.

    An apostrophe makes it text, also behind a semicolon or a line's end: a European Excel splits there, whatever the
    quotation marks say. Bullets become real ones, which need none.
    """
    return _FORMULA.sub(r"\1'", _BULLET.sub(r"\1• ", cell.replace("\0", "").strip()))
