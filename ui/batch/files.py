"""Many articles in one file.

.csv, .tsv  tables.py    one article per row
.zip        archives.py  one per document
.txt        here         separated by lines of ---
"""

import re
from dataclasses import replace
from pathlib import Path

from ui.batch.archives import archive_articles
from ui.batch.item import EMPTY, BatchItem, too_many_articles
from ui.batch.tables import is_table, table_articles
from ui.reading.article import MAX_FILE_BYTES, MAX_FILE_SIZE
from ui.reading.decoding import decode
from ui.reading.errors import UnreadableError

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
        return archive_articles(path, max_items=max_items)
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
