"""The articles of a table in text form: .csv and .tsv as Excel, LibreOffice, pandas and people write them."""

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from ui.batch.item import EMPTY, BatchItem, too_many_articles, without_markup
from ui.reading.errors import UnreadableError

NO_TEXT_COLUMN = (
    "No column of this table holds articles: there are only numbers, names or single words in it. "
    "Choose a table with a column of texts, and write “text” above that."
)
TOO_MANY_CELLS = "This row has more cells than the headings. Its text probably lacks quotation marks."

_TEXT_HEADING = re.compile(
    "text|body|content|story|article|full text|main ?text|(?:article|body|post) (?:text|body|content)|content encoded"
    "|artikel|beitrag|inhalt|volltext|texte|contenu|corps|texto|contenido|cuerpo|conteúdo|corpo|testo|contenuto|tekst"
    "|treść|innehåll|szöveg|tartalom|текст|статья|содержание|стаття|зміст|本文|正文|内容|內容|記事|본문|내용"
)
# The better name comes first.
_NAME_HEADINGS = (
    re.compile(
        "(?:(?:article|post) )?title|headline|heading|subject|titel|überschrift|schlagzeile|titre|t[íi]tulo|titolo"
        "|tytuł|nagłówek|rubrik|cím|заголовок|название|назва|标题|標題|タイトル|見出し|제목"
    ),
    re.compile("name"),
    re.compile("url|link"),
    re.compile("id"),
)

_SEPARATORS = ["\t", "|", ";", ","]
"""In the order of how seldom prose has them; Excel writes semicolons where a comma is the decimal sign."""

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_SENTENCE_ENDS = (".", "!", "?", "…", '"', "”")
_MIN_TEXT_WORDS = 4
_MIN_TEXT_SIGNS = 12
"""Of scripts without spaces between words."""

_NO_SEPARATOR = "\x1f"
_SAMPLE_ROWS = 50
_MAX_CELL_CHARS = 10_000_000
_SEP_LINE = re.compile(r"sep=([;,\t|:])\r?\n")
"""Excel's own first line, which it does not show."""

_Row = tuple[int, list[str]]


def unmatched_quotation(row: int) -> str:
    """A table in which it is unclear where a cell ends."""
    return (
        f"The quotation marks in row {row:,} do not match, so its cells can't be told apart. "
        "Open the file in a spreadsheet program and save it as CSV again."
    )


def is_table(text: str) -> bool:
    """Whether a file that is not called so holds a table: Excel's "Unicode Text" is a .txt with tabs."""
    headings = text.partition("\n")[0].split("\t")
    return len(headings) > 1 and any(_TEXT_HEADING.fullmatch(_heading(cell)) for cell in headings)


def table_articles(text: str, *, max_items: int) -> list[BatchItem]:
    """The articles of a table, one per row that is not blank; `BatchItem.row` counts as a spreadsheet does.

    The heading (text, article, body and the like) says which column they are in, else it is the one with the longest
    texts. A title, headline, name, url or id names them.

    Raises:
        UnreadableError: no article, no column of texts, more than `max_items`, or quotation marks that do not match.
    """
    # Python's limit is 128 KiB per cell. It is one for the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_CELL_CHARS))
    text = text.replace("\0", "")
    separator = ""
    if named := _SEP_LINE.match(text):
        separator, text = named[1], text[named.end() :]
    separator = separator or _separator(text)
    rows, num_rows, separator = _first_rows(text, separator, max_rows=max_items + 2)
    if not rows:
        raise UnreadableError(EMPTY)
    columns = _Columns(rows)
    if not columns.hold_text(rows):
        raise UnreadableError(NO_TEXT_COLUMN)
    num_items = num_rows - columns.has_headings
    if num_items > max_items:
        raise UnreadableError(too_many_articles(num_items, max_items))
    if not num_items:
        raise UnreadableError(EMPTY)
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
        raise UnreadableError(unmatched_quotation(row + 1)) from error


def _first_rows(text: str, separator: str, *, max_rows: int) -> tuple[list[_Row], int, str]:
    """The first rows, how many there are in all, and what stands between their cells."""
    try:
        return _counted(_rows(text, separator), separator, max_rows)
    except UnreadableError:
        # Programs that write tabs often quote nothing, and neither do people who write one article per line; but a line
        # with one quotation mark too many is the beginning of an article of several lines.
        lines = separator == _NO_SEPARATOR and all(line.count('"') % 2 == 0 for line in text.splitlines())
        if separator != "\t" and not lines:
            raise
        return _counted(_rows(text, separator, quoted=False), separator, max_rows)


def _counted(rows: Iterator[_Row], separator: str, max_rows: int) -> tuple[list[_Row], int, str]:
    first, separator = _unwrapped(list(itertools.islice(rows, max_rows)), separator)
    return first, len(first) + sum(1 for _ in rows), separator


def _unwrapped(rows: list[_Row], separator: str) -> tuple[list[_Row], str]:
    """A table that was pasted into one column of a spreadsheet, with each row in one cell, is a table nevertheless.

    Beside empty columns, there may be another separator in it, if there are known headings.
    """
    is_one_column = not any(cell.strip() for _, cells in rows for cell in cells[1:])
    has_empty_columns = is_one_column and any(len(cells) > 1 for _, cells in rows)
    for inside in dict.fromkeys((separator, *_SEPARATORS)) if has_empty_columns else (separator,):
        unwrapped = [(row, _inner(cells[:1] if is_one_column else cells, inside)) for row, cells in rows]
        headings = unwrapped[0][1] if unwrapped else []
        if len(headings) > 1 and (inside == separator or any(map(_is_known_heading, headings))):
            return unwrapped, inside
    return rows, separator


def _inner(cells: list[str], separator: str) -> list[str]:
    """The cells in a row's only cell; prose, which has a space after a comma, is one cell."""
    if len(cells) != 1 or separator not in cells[0]:
        return cells
    try:
        [inner] = csv.reader(io.StringIO(cells[0].strip(), newline=""), delimiter=separator, strict=True)
    except (csv.Error, ValueError):  # ValueError: several rows
        return cells
    return cells if any(cell.startswith(" ") for cell in inner[1:]) else inner


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
        if any(map(_is_known_heading, sample[0])):
            return separator
        share = sum(len(cells) == len(sample[0]) for cells in sample) / len(sample)
        later = [cell for cells in sample for cell in cells[1:]]
        like_prose = sum(cell.startswith(" ") for cell in later) * 2 > len(later)
        sure = len(sample) > 1 or f'{separator}"' in text
        if sure and not like_prose and share >= 0.8 and share > best_share:
            best, best_share = separator, share
    return best


def _sample(text: str, separator: str) -> list[list[str]]:
    sample: list[_Row] = []
    try:
        for row in itertools.islice(_rows(text, separator), _SAMPLE_ROWS):
            sample.append(row)
    except UnreadableError:
        pass  # `_first_rows` says so, once the separator is known
    return [cells for _, cells in _unwrapped(sample, separator)[0]]


def _heading(cell: str) -> str:
    return re.sub(r"[\W_]+", " ", cell).strip().casefold()


def _is_known_heading(cell: str) -> bool:
    return any(known.fullmatch(_heading(cell)) for known in (_TEXT_HEADING, *_NAME_HEADINGS))


class _Columns:
    """Which column holds what."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        first = [_heading(cell) for cell in rows[0][1]]
        texts = [column for column, heading in enumerate(first) if _TEXT_HEADING.fullmatch(heading)]
        names = [column for known in _NAME_HEADINGS for column, heading in enumerate(first) if known.fullmatch(heading)]
        self._is_named = bool(texts)
        known = bool(texts or names)
        body = [cells for _, cells in (rows[1:] if known else rows)]
        others = [column for column in range(max(map(len, body), default=1)) if column not in names]
        self._text_column = max(texts or others or [0], key=lambda column: _mean_chars(body, column))
        self.has_headings = known or _is_heading(rows, self._text_column)
        self._name_column = names[0] if names else None
        self._num_columns = len(first) if self.has_headings else 0

    def hold_text(self, rows: Sequence[_Row]) -> bool:
        """Whether the heading says that there are texts, or one cell is long enough for one."""
        return self._is_named or any(_is_text(_cell(cells, self._text_column)) for _, cells in rows)

    def item(self, row: int, cells: Sequence[str], separator: str) -> BatchItem:
        """The article of one row."""
        name = without_markup(_cell(cells, self._name_column)) if self._name_column is not None else ""
        text = _cell(cells, self._text_column)
        if self._num_columns and any(cell.strip() for cell in cells[self._num_columns :]):
            if self._text_column != self._num_columns - 1:
                return BatchItem.failed(row, TOO_MANY_CELLS, name=name)
            # Commas of an article that nobody put in quotation marks.
            text = separator.join(cells[self._text_column :])
        return BatchItem.article(row, text, name=name)


def _is_text(cell: str) -> bool:
    words = [word for word in cell.split() if "://" not in word and any(map(str.isalpha, word))]
    is_sentence = len(words) > 1 and cell.rstrip().endswith(_SENTENCE_ENDS)
    return is_sentence or len(words) >= _MIN_TEXT_WORDS or len(_UNSPACED.findall(cell)) >= _MIN_TEXT_SIGNS


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""


def _mean_chars(rows: Sequence[Sequence[str]], column: int) -> float:
    return sum(len(_cell(cells, column)) for cells in rows) / max(1, len(rows))


def _is_heading(rows: Sequence[_Row], column: int) -> bool:
    """Whether the first row is headings in words that are not known here: short, above long texts."""
    cell = _cell(rows[0][1], column).strip()
    if not cell or len(cell) > 40 or cell.endswith(_SENTENCE_ENDS) or len(rows) == 1:
        return False
    return _mean_chars([cells for _, cells in rows[1:]], column) > 5 * len(cell)
