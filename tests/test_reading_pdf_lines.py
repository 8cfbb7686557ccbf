"""Lines of PDF pages that are set or drawn in unusual ways, and the columns and paragraphs that are made of them."""

import re
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


PIER = "The company that runs the ferries promised a new pier within two years of the closure of the old one."


def text_width(text, size=10.0):
    return sum(FONT_METRICS["Helvetica"][1][char] for char in text) * size / 1000


def spread(parts, *, y, x=50, gap=16):
    """Parts of a line with as many points between them, drawn one by one."""
    rows = []
    for part in parts:
        rows.append((x, y, 10, part))
        x += gap + text_width(part)
    return rows


def printed(*lines, x=50, top=700, rise=4.0, size=7.5):
    """Lines as browsers draw them: what "{^1}" and "{_2}" raise and lower comes behind all others."""
    rows, marks = [], []
    for number, line in enumerate(lines):
        at, y = x, top - 12 * number
        for place, piece in enumerate(re.split(r"\{([_^].*?)\}", line)):
            text, font_size = (piece[1:], size) if place % 2 else (piece, 10)
            lift = {"^": rise, "_": -2.0}[piece[0]] if place % 2 else 0
            (marks if place % 2 else rows).append((at, y + lift, font_size, text))
            at += text_width(text, font_size)
    return [*rows, *marks]


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


@pytest.mark.parametrize(
    ("headline", "first"),
    [
        ("Ferry terminal to close after thirty years", ["so", "it", "will"]),
        ("Ferry terminal to close after thirty years", ["as", "it will"]),
        ("Ferry terminal to close after thirty years", ["so it", "will"]),
        ("Old ferry terminal to close after thirty years", ["so it is", "then"]),
        ("Old ferry terminal to close after thirty years", ["so it will", "be", "in"]),
        ("Ferry terminal to close", ["so", "it", "will"]),
        ("Closed", ["so it", "will"]),
    ],
)
def test_a_headline_over_some_of_the_columns(headline, first):
    columns = [wrapped(text, x=x, num_chars=28) for text, x in [(FERRY, 40), (ANGER, 220)]]
    last = [*spread(first, y=700, x=400), *wrapped(PIER, x=400, top=688, num_chars=28)]
    rows = sorted([*columns[0], *columns[1], *last], key=lambda row: -row[1])
    article = read_pdf(make_pdf([[(40, 740, 20, headline), *rows]]))
    assert article.title == headline
    assert " ".join(article.paragraphs) == " ".join([FERRY, ANGER, *first, PIER])


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("The council spent £320{^1} on each boat", "The council spent £320 on each boat"),
        ("in 2019{^2,3}, and the quay is 350 m{^2} large", "in 2019, and the quay is 350 m² large"),
        ("Some 10{^6} tonnes of CO{_2} and of H{_2}O", "Some 10⁶ tonnes of CO2 and of H2O"),
        ("on the 1{^st} of May, says the lake{^[12]}.", "on the 1st of May, says the lake."),
        ("about 5 m{^3}/s, or 10{^-6} of it{^*}", "about 5 m³/s, or 10⁻⁶ of it"),
        ("the last word of the line is 2019{^4}", "the last word of the line is 2019"),
    ],
)
@pytest.mark.parametrize(("rise", "size"), [(4, 7.5), (3, 6), (1.5, 8.5)])
def test_marks_that_are_drawn_last_stand_where_they_are_seen(line, want, rise, size):
    lines = ["The first line has 41,500{^7} of them", line]
    article = read_pdf(make_pdf([printed(*lines, rise=rise, size=size)]))
    assert (article.text, article.doubt) == (f"The first line has 41,500 of them {want}", "")


def test_marks_in_two_columns_that_are_drawn_last():
    left = printed(
        "The council of the old town spent", "some $320{^1} on it in the year 2019{^2} and", "no more of it."
    )
    right = printed("It has 10{^6} boats and 5 m{^2} of", "water, and nobody{^3} asked for any", "more in 2020.", x=300)
    drawn = sorted([*left, *right], key=lambda row: row[2], reverse=True)
    assert read_pdf(make_pdf([drawn])).paragraphs == (
        "The council of the old town spent some $320 on it in the year 2019 and no more of it.",
        "It has 10⁶ boats and 5 m² of water, and nobody asked for any more in 2020.",
    )


def test_a_mark_of_a_mark_is_not_lost():
    rows = [(50, 700, 10, "where x"), (50 + text_width("where x"), 704, 7, "2"), (105, 700, 10, "is half of it")]
    rows.append((rows[1][0] + text_width("2", 7), 707, 4, "3"))
    assert read_pdf(make_pdf([rows])).text == "where x²³ is half of it"


def test_small_lines_beside_a_large_letter_stay_lines():
    lines = textwrap.wrap(FERRY[1:], 60)
    large = (50, 688, 20, "T")
    rows = [large, *column(lines[:2], x=50 + text_width("T", 20), top=696), *column(lines[2:], top=672)]
    assert read_pdf(make_pdf([rows])).paragraphs == (FERRY,)


def tracked(text, by, *, y=740, size=10):
    """A line whose letters are set apart by so many points."""
    return b"BT /F %g Tf %g Tc 50 %g Td (%s) Tj 0 Tc ET" % (size, by, y, text.encode("cp1252"))


@pytest.mark.parametrize("by", [2, 3.5, 6])
@pytest.mark.parametrize("text", ["HARBOUR NEWS OF TODAY", "Found", "TEN BOATS", "A LOCK: 11 WEEKS", "£320 FOR EACH"])
def test_words_whose_letters_are_set_apart(text, by):
    article = read_pdf(make_pdf([[tracked(text, by), *wrapped(FERRY)]]))
    assert article.paragraphs == (text, FERRY)


def test_letters_without_spaces_between_the_words():
    parts = [(50 + 9 * place, 740, 10, letter) for place, letter in enumerate("HARBOUR NEWS") if letter != " "]
    assert read_pdf(make_pdf([[*parts, *wrapped(FERRY)]])).paragraphs == ("HARBOUR NEWS", FERRY)


@pytest.mark.parametrize("signs", ["12345678", "2468", "AB"])
def test_the_signs_of_a_scale_stay_apart(signs):
    parts = [(50 + 12 * place, 740, 10, sign) for place, sign in enumerate(signs)]
    assert read_pdf(make_pdf([[*parts, *wrapped(FERRY)]])).paragraphs == (" ".join(signs), FERRY)


TALK = ("“Will you go on with it now?” he asked.", "“Nobody has asked me so far,” she said.")


@pytest.mark.parametrize(
    ("lines", "want"),
    [
        ([(60, TALK[0]), (60, TALK[1]), (60, TALK[0])], [TALK[0], TALK[1], TALK[0]]),
        ([(60, TALK[0]), (50, TALK[1]), (60, TALK[0])], [f"{TALK[0]} {TALK[1]}", TALK[0]]),
        ([(50, TALK[0]), (60, TALK[1]), (60, TALK[0])], [TALK[0], TALK[1], TALK[0]]),
        ([(60, TALK[0]), (60, TALK[1]), (50, TALK[0])], [TALK[0], f"{TALK[1]} {TALK[0]}"]),
        # A passage that is set in as a whole.
        (
            [(60, "They say on the other day in town, and"), (60, TALK[0]), (60, TALK[1])],
            [f"They say on the other day in town, and {TALK[0]} {TALK[1]}"],
        ),
    ],
)
def test_paragraphs_of_one_line(lines, want):
    around = [(50, line) for line in textwrap.wrap(FERRY, 39)]
    rows = [(x, 700 - 12 * number, 10, line) for number, (x, line) in enumerate([*around, *lines, *around])]
    assert read_pdf(make_pdf([rows])).paragraphs == (FERRY, *want[:-1], f"{want[-1]} {FERRY}")


def test_a_column_that_begins_with_a_paragraph():
    left = [*textwrap.wrap(ANGER, 40)[:-1], "on it was held. The mayor said no more."]
    right = column(textwrap.wrap(FERRY, 40), x=310)
    right[0] = (320, *right[0][1:])
    assert read_pdf(make_pdf([[*column(left), *right]])).paragraphs == (" ".join(left), FERRY)
