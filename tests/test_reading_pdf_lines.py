"""Lines of PDF pages that are set or drawn in unusual ways, and the columns and paragraphs that are made of them."""

import textwrap

import pytest
from pdfminer.fontmetrics import FONT_METRICS

from tests.pdf_files import column, make_pdf
from ui.reading.pdf import read_pdf

FERRY = (
    "The regional council voted on Monday to close the old ferry terminal after thirty years of service. Councillors "
    "said the wooden piers had become unsafe."
)
ANGER = "Islanders reacted with anger to the decision and said nobody had asked them before the vote on it was held."


def wrapped(text, *, x=50, top=700, num_chars=40):
    return column(textwrap.wrap(text, num_chars), x=x, top=top)


def spread(parts, *, y, x=50, gap=16):
    """Parts of a line with as many points between them, drawn one by one."""
    rows = []
    for part in parts:
        rows.append((x, y, 10, part))
        x += gap + sum(FONT_METRICS["Helvetica"][1][char] for char in part) / 100
    return rows


@pytest.mark.parametrize(
    ("lines", "want"),
    [
        ([["the", "owners of", "it"], ["all."]], "the owners of it all."),
        ([["in October", "and"], ["November."]], "in October and November."),
        ([["are", "the", "owners"], ["of it."]], "are the owners of it."),
        ([["closed;", "at", "least"], ["they say."]], "closed; at least they say."),
        ([["as the mayor", "is"], ["new to this."]], "as the mayor is new to this."),
        ([["a", "new", "and", "large"], ["pier."]], "a new and large pier."),
    ],
)
@pytest.mark.parametrize("others", [[], wrapped(ANGER, x=310)], ids=["alone", "beside a column"])
def test_wide_spaces_in_a_narrow_column_make_no_columns(lines, want, others):
    text = "The council said on Tuesday that the wooden piers had been found to be unsafe by its own engineers, and"
    before = wrapped(text, num_chars=32)
    rows = [row for number, parts in enumerate(lines) for row in spread(parts, y=before[-1][1] - 12 * (number + 1))]
    article = read_pdf(make_pdf([[*before, *rows, *others]]))
    assert article.paragraphs == (f"{text} {want}", *([ANGER] if others else []))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (column(["The pier is old."], size=8), wrapped(FERRY, x=200)),
        (column(["The pier is old."]), wrapped(FERRY, x=200)),
        (wrapped(FERRY, num_chars=30), column(["The pier is old.", "Is it unsafe?"], x=250)),
        (column(["The old pier of the islands", "in the last year."], size=8), wrapped(ANGER, x=200)),
        (column(["The old pier of the islands", "in the last year."]), wrapped(ANGER, x=200)),
    ],
)
def test_a_gap_that_parts_columns_still_does(left, right):
    paragraphs = read_pdf(make_pdf([[*left, *right]])).paragraphs
    assert paragraphs == tuple(" ".join(row[3] for row in rows) for rows in (left, right))
