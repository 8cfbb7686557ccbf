"""The results of many articles for a spreadsheet program: rows as they are, and no cell that it would compute."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.batch.results import BatchResult, results_csv


def result(**changes) -> BatchResult:
    plain = {"row": 2, "name": "Ferry", "summary": "It runs.", "problem": "", "method": "abstractive"}
    return BatchResult(num_input_words=100, num_summary_words=2, **{**plain, **changes})


def parse(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_results():
    text = results_csv([result(), result(row=3, summary="", method="", problem="There is no text here.")])
    assert text == (
        "\ufeffrow,name,summary,words_in,words_out,method,problem\r\n"
        "2,Ferry,It runs.,100,2,abstractive,\r\n"
        "3,Ferry,,100,2,,There is no text here.\r\n"
    )


@pytest.mark.parametrize(
    ("cell", "want"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        (" =1", "'=1"),
        ("\0=1", "'=1"),
        ("＝1", "'＝1"),
        ("- One.\n- Two – three.", "• One.\n• Two – three."),
        ("  - One.\n  - Two.", "• One.\n  • Two."),
        ("A;=1", "A;'=1"),
        ('A;"=1', "A;\"'=1"),
        ("A; =1", "A; '=1"),
        ("A\n=1", "A\n'=1"),
        ("A\t@1", "A\t'@1"),
        ("5 = 5, 3-2; a@b.c, +1 and -1", "5 = 5, 3-2; a@b.c, +1 and -1"),
        ('She said "no".', 'She said "no".'),
    ],
)
def test_no_formula(cell, want):
    assert parse(results_csv([result(summary=cell, name=cell, problem=cell)]))[1][1:3] == [want, want]


nasty = st.text(alphabet="ab =+-@\t\r\n;,\"\0'|", max_size=20) | st.text(max_size=20)


@given(st.lists(st.builds(result, name=nasty, summary=nasty, problem=nasty), max_size=4))
def test_one_record_per_row_and_no_formula_however_it_is_split(rows):
    text = results_csv(rows)
    records = parse(text)
    assert len(records) == len(rows) + 1
    assert {len(record) for record in records} == {7}
    for separator in ",;\t":
        for record in csv.reader(io.StringIO(text[1:], newline=""), delimiter=separator):
            assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in record)
