"""The summaries of many articles as a table for a spreadsheet program."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass


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
    table.writerows([_harmless(cell) if isinstance(cell, str) else cell for cell in astuple(row)] for row in rows)
    return out.getvalue()


def _harmless(cell: str) -> str:
    """`cell` such that no spreadsheet computes it: articles are strangers' words, `=HYPERLINK(...)` among them.

    An apostrophe makes it text, also behind a semicolon or a line's end: a European Excel splits there, whatever the
    quotation marks say. Bullets become real ones, which need none.
    """
    return _FORMULA.sub(r"\1'", _BULLET.sub(r"\1• ", cell.replace("\0", "").strip()))
