"""A PDF goes in, the text of its article comes out in the order of reading, or a sentence that says why not."""

import html
import io
import subprocess
import textwrap
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from tests.browser_setup import BROWSER_FLAGS, find_browser
from tests.pdf_files import column, make_pdf
from ui.reading.errors import FILE_BROKEN, FILE_LOCKED, UnreadableError
from ui.reading.files import read_file
from ui.reading.pdf import CUT, FILE_GARBLED, FILE_SCANNED, ORDER, read_pdf
from ui.samples import SAMPLES

pytestmark = pytest.mark.usefixtures("reading_in_process")

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def read(tmp_path):
    """Reads `content` as a file of this name, as the page does."""

    def read(content: bytes, name: str) -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return read_file(path).text

    return read


@pytest.fixture
def refusal(read):
    """The sentence with which `content` is refused."""

    def refusal(content: bytes, name: str) -> str:
        with pytest.raises(UnreadableError) as caught:
            read(content, name)
        return str(caught.value)

    return refusal


def test_cases():
    """Files as people had them."""
    lake = (
        "The report says that the lake lost a fifth of its water between 1998 and 2023, and that the towns on its"
        " southern shore now pump drinking water from wells that are nearly two hundred metres deep. Engineers "
        "warned that those wells would not last, because the ground water is no longer being filled up by the "
        "winter rains, which have failed in six of the last ten years. The government plans to build a pipeline "
        "from the north by the end of the decade, at a cost of about four billion dollars, and to ration water "
        "until then in every town."
    )
    article = read_file(CASES / "footnotes-at-page-end.pdf")
    assert article.paragraphs == (lake,)
    assert article.notes == (
        "1 The figures come from satellite pictures and do not count the reservoirs.",
        "2 See the appendix for a list of the towns that took part in the survey.",
    )
    article = read_file(CASES / "note-marks-after-numbers.pdf")
    assert article.paragraphs == (
        "The average repair bill rose to $320 in the year to March, the insurers said, while the number of claims"
        " fell to 41,500 from 52,000 a year before. Storm damage made up a third of the total paid by the "
        "industry in the period.",
    )
    assert article.notes == ("1 Before tax and excess payments.", "2 Excludes claims made by businesses.")
    assert read_file(CASES / "hyphens-of-their-own-at-line-end.pdf").text == (
        "The ministers met for a ninth day to agree on the price-determining factors of the new carbon market and"
        " on the cost-sharing rules that smaller members had asked for since the last summit in spring, when "
        "talks collapsed after only three hours."
    )
    assert read_file(CASES / "two-columns-by-row.pdf").text == (
        "Ferry terminal to close\n\nThe regional council voted on Monday to close the old ferry terminal after "
        "thirty years of service to the island. Councillors said the wooden piers had become unsafe and that "
        "repairs would cost more than nine million pounds. The final boat is expected to leave in late October "
        "this year.\n\nIslanders reacted with anger to the decision and said nobody had asked them. A petition "
        "signed by 4,200 people was handed to the transport minister on Tuesday afternoon. The company that runs "
        "the ferries promised a new pier within two years of the closure."
    )


class TestPdf:
    LINES = (
        "The council of Ulm voted on Monday to keep the",
        "ferries running. It was the first difficult deci-",
        "sion of a well-known mayor who is, as a well-",
        "known critic said, new to this.",
        "",
        "It costs 2 million euros.",
    )
    PARAGRAPHS = (
        "The council of Ulm voted on Monday to keep the ferries running. It was the first difficult decision of a "
        "well-known mayor who is, as a well-known critic said, new to this.\n\nIt costs 2 million euros."
    )

    def test_lines_become_paragraphs(self, read):
        assert read(make_pdf([column(self.LINES)]), "a.pdf") == self.PARAGRAPHS

    def test_headings_stand_alone(self, read):
        rows = [(50, 740, 18, "Ferries run"), (50, 718, 18, "all night"), *column(self.LINES)]
        assert read(make_pdf([rows]), "a.pdf") == f"Ferries run all night\n\n{self.PARAGRAPHS}"

    def test_a_paragraph_goes_over_columns_and_pages(self, read):
        lines = ["On Monday the council", "of the old town voted", "to keep its ferries", "running all night."]
        pages = [column(lines[:2]) + column(lines[2:3], x=300), column(lines[3:])]
        assert read(make_pdf(pages), "a.pdf") == " ".join(lines)

    def test_indented_paragraphs(self, read):
        lines = [
            "The council of Ulm voted on Monday today.",
            "It costs them 2 million euros every year.",
            "Nobody knew.",
        ]
        rows = column(lines)
        rows[1] = (62, *rows[1][1:])
        assert read(make_pdf([rows]), "a.pdf") == f"{lines[0]}\n\n{lines[1]} {lines[2]}"

    def test_what_every_page_repeats_is_left_out(self, read):
        def page(number: int, *lines: str):
            return [*column(lines), (50, 780, 8, "The Ulm Herald, 3 May"), (300, 20, 8, f"- {number} -")]

        pages = [
            page(1, "The council of Ulm voted on Monday", "to stay."),
            page(2, "Then it rained all night.", "Why?"),
        ]
        want = "The council of Ulm voted on Monday to stay.\n\nThen it rained all night. Why?"
        assert read(make_pdf([*pages, page(3, "Nobody knew.")]), "a.pdf") == f"{want}\n\nNobody knew."

    def test_a_browsers_print_of_one_page(self, read):
        edges = [(24, 780, 8, "11/24/26, 12:19 AM"), (250, 780, 8, "Ferries"), (24, 15, 8, "https://ulm.example/a 1/1")]
        assert read(make_pdf([column(self.LINES) + edges]), "a.pdf") == self.PARAGRAPHS

    def test_lines_drawn_in_no_order(self, read):
        rows = column(self.LINES)
        assert read(make_pdf([rows[4::-1]]), "a.pdf") == self.PARAGRAPHS

    def test_ligatures_and_soft_hyphens(self, read):
        rows = column(["The #rst dif\xad", "ference."])
        content = make_pdf([rows], unicode_map="<23> <FB01>\n<AD> <00AD>")
        assert read(content, "a.pdf") == "The first difference."

    def test_half_of_a_surrogate_pair(self, read):
        assert read(make_pdf([column(["A council# voted."])], unicode_map="<23> <D83D>"), "a.pdf") == "A council voted."

    def test_no_map_to_letters(self, refusal):
        codes = "\n".join(f"<{code:02X}> <{0xE000 + code:04X}>" for code in range(33, 127))
        assert refusal(make_pdf([column(self.LINES)], unicode_map=codes), "a.pdf") == FILE_GARBLED

    def test_signs_for_letters(self, refusal):
        codes = "\n".join(f"<{code:02X}> <{0x2500 + code:04X}>" for code in range(97, 127))
        assert refusal(make_pdf([column(self.LINES)], unicode_map=codes), "a.pdf") == FILE_GARBLED

    def test_scanned(self, refusal):
        stamped = [[(500, 20, 6, "Scanned with a telephone")]] * 3
        assert refusal(make_pdf([[], []]), "a.pdf") == FILE_SCANNED
        assert refusal(make_pdf(stamped), "a.pdf") == FILE_SCANNED

    def test_a_password_that_only_guards_printing(self, read):
        assert read(encrypted(make_pdf([column(self.LINES)]), user_password=""), "a.pdf") == self.PARAGRAPHS

    def test_a_password_for_reading(self, refusal):
        assert refusal(encrypted(make_pdf([column(self.LINES)]), user_password="x"), "a.pdf") == FILE_LOCKED

    def test_called_html(self, read):
        assert read(make_pdf([column(self.LINES)]), "a.html") == self.PARAGRAPHS

    def test_lines_before_the_header(self, read):
        assert read(b"X-Mail: 1\r\n\r\n" + make_pdf([column(self.LINES)]), "a.pdf") == self.PARAGRAPHS

    def test_a_damaged_index_is_mended(self, read):
        content = make_pdf([column(self.LINES)]).replace(b"startxref\n", b"startxref\n9")
        assert read(content, "a.pdf") == self.PARAGRAPHS

    @pytest.mark.parametrize("kept", [9, 60, 300], ids=lambda kept: f"first {kept} bytes")
    def test_truncated(self, refusal, kept):
        assert refusal(make_pdf([column(self.LINES)])[:kept], "a.pdf") == FILE_BROKEN

    def test_garbage(self, refusal):
        assert refusal(b"%PDF-1.7\n" + bytes(range(256)) * 400, "a.pdf") == FILE_BROKEN

    def test_too_many_pages(self, refusal):
        assert refusal(make_pdf([[]] * 1000), "a.pdf").startswith("This PDF has 1,000 pages; at most 300")

    def test_pages_in_a_circle_are_found_all_the_same(self, read):
        content = make_pdf([column(self.LINES)]).replace(b"Kids[6 0 R]", b"Kids[2 0 R]")
        assert read(content, "a.pdf") == self.PARAGRAPHS


def encrypted(content: bytes, *, user_password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(user_password, owner_password="owner", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


FERRY = (
    "The regional council voted on Monday to close the old ferry terminal after thirty years of service. Councillors "
    "said the wooden piers had become unsafe and that repairs would cost more than nine million."
)
ANGER = (
    "Islanders reacted with anger to the decision and said nobody had asked them before the vote. A petition signed "
    "by many people was handed to the minister on Tuesday afternoon in town."
)
PIER = (
    "The company that runs the ferries promised a new pier within two years of the closure. It has asked the bank "
    "for a loan that the state will have to stand behind in full."
)


def wrapped(text: str, *, x: float = 50, top: float = 700, num_chars: int = 40, size: float = 10):
    return column(textwrap.wrap(text, num_chars), x=x, top=top, size=size, pitch=1.2 * size)


def by_row(*columns):
    return sorted((row for rows in columns for row in rows), key=lambda row: -row[1])


LAYOUTS = {
    "two columns": ([by_row(wrapped(FERRY), wrapped(ANGER, x=310))], [FERRY, ANGER]),
    "three columns": (
        [by_row(*(wrapped(text, x=x, num_chars=28) for text, x in [(FERRY, 40), (ANGER, 220), (PIER, 400)]))],
        [FERRY, ANGER, PIER],
    ),
    "two columns off each other's lines": ([by_row(wrapped(FERRY), wrapped(ANGER, x=310, top=695))], [FERRY, ANGER]),
    "a headline over both": (
        [[(50, 740, 20, "Ferry terminal to close after thirty years"), *by_row(wrapped(FERRY), wrapped(ANGER, x=310))]],
        ["Ferry terminal to close after thirty years", FERRY, ANGER],
    ),
    "the left column is longer": (
        [by_row([*wrapped(FERRY), *wrapped(PIER, top=600)], wrapped(ANGER, x=310))],
        [FERRY, PIER, ANGER],
    ),
    "a picture above the left column": (
        [by_row([*wrapped(PIER, x=310), *wrapped(ANGER, x=310, top=600)], wrapped(FERRY, top=600))],
        [FERRY, PIER, ANGER],
    ),
    "one column, then two": (
        [[*wrapped(PIER, top=760, num_chars=95), *by_row(wrapped(FERRY), wrapped(ANGER, x=310))]],
        [PIER, FERRY, ANGER],
    ),
    "two columns, then one": (
        [[*by_row(wrapped(FERRY), wrapped(ANGER, x=310)), *wrapped(PIER, top=560, num_chars=95)]],
        [FERRY, ANGER, PIER],
    ),
    "two columns, a heading, then one": (
        [
            [
                *by_row(wrapped(FERRY), wrapped(ANGER, x=310)),
                (50, 590, 14, "A new pier"),
                *wrapped(PIER, top=560, num_chars=95),
            ]
        ],
        [FERRY, ANGER, "A new pier", PIER],
    ),
    "paragraphs level with each other": (
        [by_row([*wrapped(FERRY), *wrapped(PIER, top=600)], [*wrapped(ANGER, x=310), *wrapped(FERRY, x=310, top=600)])],
        [FERRY, PIER, ANGER, FERRY],
    ),
    "a narrow side bar": (
        [by_row(wrapped(f"{FERRY} {ANGER}", num_chars=60), wrapped(PIER, x=400, num_chars=25, size=9))],
        [f"{FERRY} {ANGER}", PIER],
    ),
}


@pytest.mark.parametrize(("pages", "paragraphs"), LAYOUTS.values(), ids=LAYOUTS)
def test_columns_are_read_one_after_the_other(pages, paragraphs):
    article = read_pdf(make_pdf(pages))
    assert article.text.split("\n\n") == paragraphs
    assert article.doubt == ""


def test_a_paragraph_goes_on_behind_a_picture_and_its_caption():
    words_of_it = FERRY.split()
    left, right = " ".join(words_of_it[:14]), " ".join(words_of_it[14:])
    rows = [*wrapped(left), (50, 500, 8, "The terminal, last year. Photo: A. Kerr"), *wrapped(right, x=310)]
    assert read_pdf(make_pdf([rows])).paragraphs == ("The terminal, last year. Photo: A. Kerr", FERRY)


def test_captions_do_not_go_over_the_page():
    pages = [[*wrapped(FERRY), (50, 300, 8, "The old pier")], [(50, 760, 8, "Islands"), *wrapped(ANGER)]]
    assert read_pdf(make_pdf(pages)).paragraphs == (FERRY, "The old pier", "Islands", ANGER)


def test_columns_from_the_next_page_go_on():
    text = f"{FERRY} {ANGER} {PIER}"
    lines = textwrap.wrap(text, 40)
    pages = [[*column(lines[:4]), *column(lines[4:7], x=310)], [*column(lines[7:10]), *column(lines[10:], x=310)]]
    assert read_pdf(make_pdf(pages)).paragraphs == (text,)


def test_tables_are_read_by_rows_and_said_to_be_doubtful():
    table = [
        (x, y, 10, text)
        for y, row in [(600, ["Year", "Boats"]), (588, ["2024", "3"])]
        for x, text in zip([50, 200], row, strict=True)
    ]
    article = read_pdf(make_pdf([[*wrapped(FERRY), *table]]))
    assert article.paragraphs == (FERRY, "Year, Boats", "2024, 3")
    assert article.doubt == ORDER


def test_a_page_that_is_a_table():
    table = [(50 + 60 * x, 600 - 12 * y, 10, f"{x}{y}") for x in range(4) for y in range(3)]
    article = read_pdf(make_pdf([table]))
    assert (article.paragraphs, article.doubt) == (("00, 10, 20, 30", "01, 11, 21, 31", "02, 12, 22, 32"), ORDER)


def test_boxes_on_top_of_each_other_are_doubtful():
    assert read_pdf(make_pdf([[*wrapped(FERRY), *wrapped(ANGER, x=120, top=697)]])).doubt == ORDER


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("rose to $320{^1} in the year", "rose to $320 in the year"),
        ("since 2019{^4}, when", "since 2019, when"),
        ("in three studies.{^2,3} Then", "in three studies. Then"),
        ("the lake{^[12]} lost", "the lake lost"),
        ("the price{^*} fell", "the price fell"),
        ("some 10{^6} of them", "some 10⁶ of them"),
        ("a flat of 80 m{^2} there", "a flat of 80 m² there"),
        ("on the 1{^st} of May", "on the 1st of May"),
        ("au XIX{^e} siècle", "au XIXe siècle"),
        ("tonnes of CO{_2} a year", "tonnes of CO2 a year"),
    ],
)
def test_raised_and_lowered_signs(printed, text):
    assert read_pdf(make_pdf([[(50, 700, 11, f"The report says {printed}.")]])).text == f"The report says {text}."


NOTES = [(50, 80, 8, "1 Before tax and excess"), (50, 70, 8, "payments."), (50, 60, 8, "2 For a year.")]


@pytest.mark.parametrize(
    ("notes", "want"),
    [
        (NOTES, ("1 Before tax and excess payments.", "2 For a year.")),
        ([(50, 80, 8, "* Before tax.")], ("* Before tax.",)),
        ([(50, 80, 8, "{^1}Before tax.")], ("1Before tax.",)),
        ([(50, 80, 8, "[1] See the appendix.")], ("[1] See the appendix.",)),
        ([(50, 80, 8, "†The mayor's own words.")], ("†The mayor's own words.",)),
        ([*NOTES[:1], (310, 80, 8, "2 For a year.")], ("1 Before tax and excess", "2 For a year.")),
    ],
)
def test_notes_do_not_cut_what_goes_on_over_the_page(notes, want):
    lines = textwrap.wrap(FERRY, 60)
    article = read_pdf(make_pdf([[*column(lines[:2]), *notes], column(lines[2:])]))
    assert (article.paragraphs, article.notes) == ((FERRY,), want)


@pytest.mark.parametrize(
    "small", ["Photo: A. Kerr, last summer in Ulm", "2,000 people were there", "The author is a reporter in Ulm."]
)
def test_what_is_small_but_no_note_stays(small):
    article = read_pdf(make_pdf([[*wrapped(FERRY), (50, 500, 8, small)]]))
    assert (article.paragraphs, article.notes) == ((FERRY, small), ())


@pytest.mark.parametrize(
    ("first", "second", "want"),
    [
        ("on the price-", "determining factors", "price-determining"),
        ("on the cost-", "sharing rules", "cost-sharing"),
        ("on the labour-", "saving machines", "labour-saving"),
        ("on the favour-", "able terms", "favourable"),
        ("on the neigh-", "bourhoods there", "neighbourhoods"),
        ("on the water-", "cooled engines", "water-cooled"),
        ("on the pre-", "match talks", "pre-match"),
        ("on the so-", "called experts", "so-called"),
        ("on the Anglo-", "Saxon kings", "Anglo-Saxon"),
        ("on the years 1990-", "1995 and later", "1990-1995"),
        ("on the years 1939–", "1945 and later", "1939–1945"),
        ("on the e-", "mail of the day", "e-mail"),
        ("on the COVID-", "19 rules", "COVID-19"),
        ("on the two-year-", "old child", "two-year-old"),
        ("on the pre-", "and post-war years", "pre- and"),
        ("on the gov-", "ernment of today", "government"),
        ("on the hos-", "pitals there", "hospitals"),
        ("on what it announ-", "ced today", "announced"),
        ("on the inter-", "national talks", "international"),
        ("on the car-", "pet there", "carpet"),
        ("on the under-", "standing of it", "understanding"),
        ("on the Kraven-", "hurst estate", "Kravenhurst"),
    ],
)
def test_hyphens_at_the_ends_of_lines(first, second, want):
    lines = [
        "The ministers met for a ninth day and agreed at last",
        first,
        f"{second}, which smaller members liked.",
    ]
    head, tail = first.rpartition(" ")[0], second.partition(" ")[2]
    assert read_pdf(make_pdf([column(lines)])).text == f"{lines[0]} {head} {want} {tail}, which smaller members liked."


@pytest.mark.parametrize(("elsewhere", "want"), [("glims-worthy", "glims-worthy"), ("glimsworthy", "glimsworthy")])
def test_the_document_knows_its_own_words(elsewhere, want):
    lines = [f"The {elsewhere} council of the old town of Ulm said the glims-", "worthy ferries ran."]
    assert read_pdf(make_pdf([column(lines)])).text.endswith(f"said the {want} ferries ran.")


@pytest.mark.parametrize(
    "hidden",
    [
        b"1 1 1 rg BT /F 10 Tf 50 400 Td (Unseen words.) Tj ET 0 g",
        b"0 0 0 0 k BT /F 10 Tf 50 400 Td (Unseen words.) Tj ET 0 g",
        b"BT /F 10 Tf 50 1400 Td (Unseen words.) Tj ET",
        b"BT /F 10 Tf 0 1 -1 0 590 300 Tm (Along the edge.) Tj ET",
    ],
    ids=["white", "no ink", "beside the page", "turned"],
)
def test_what_nobody_reads_is_left_out(hidden):
    assert read_pdf(make_pdf([[*wrapped(FERRY), hidden]])).paragraphs == (FERRY,)


@pytest.mark.parametrize(
    "seen",
    [
        b"0 0 1 rg 40 390 200 30 re f 1 1 1 rg BT /F 10 Tf 50 400 Td (In a box.) Tj ET 0 g",
        b"q 200 0 0 40 40 390 cm /P Do Q 1 g BT /F 10 Tf 50 400 Td (In a box.) Tj ET 0 g",
        b"BT 3 Tr /F 10 Tf 50 400 Td (In a box.) Tj 0 Tr ET",
    ],
    ids=["white on blue", "white on a picture", "recognized on a scan"],
)
def test_white_letters_on_a_ground_and_recognized_ones_count(seen):
    assert read_pdf(make_pdf([[*wrapped(FERRY), seen]])).paragraphs == (FERRY, "In a box.")


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("cba", "אבג"),
        (".c ba 4,200 cb", "בג 4,200 אב ג."),
        ("cb Ulm Line 2 ba", "אב Ulm Line 2 בג"),
        ("cb (ba) a", "א (אב) בג"),
        ("a 50% cb", "בג 50% א"),
        ("cb 31/05/2026 a", "א 31/05/2026 בג"),
        ("pqrst", "السلام"),
        ("tr 12:30 st", "ال 12:30 سا"),
        ("b uvw a", "א ١٢٣ ב"),
    ],
)
def test_scripts_from_the_right_are_read_from_the_right(printed, text):
    letters = dict(zip("abcpqrstuvw", "אבגﻡﻼﺴﻟا١٢٣", strict=True))
    unicode_map = "\n".join(f"<{ord(code):02X}> <{ord(letter):04X}>" for code, letter in letters.items())
    rows = [(50, 700, 10, "cba cba cba"), (50, 688, 10, printed)]
    drawn = make_pdf([rows], unicode_map=unicode_map)
    assert read_pdf(drawn).text.removeprefix("אבג אבג אבג").strip() == text


def test_paragraphs_from_the_right_end_at_the_left():
    unicode_map = "<61> <05D0>"
    rows = [(50, 700, 10, "aaaa aaaa aaaa"), (95, 688, 10, ".aaaa"), (50, 676, 10, "aaaa aaaa aaaa")]
    assert len(read_pdf(make_pdf([rows], unicode_map=unicode_map)).paragraphs) == 2


def test_the_largest_letters_of_the_first_page_are_the_title():
    article = read_pdf(make_pdf([[(50, 740, 18, "Ferries run"), (50, 718, 18, "all night"), *wrapped(FERRY)]]))
    assert (article.title, article.paragraphs) == ("Ferries run all night", (FERRY,))


def test_list_marks_and_a_large_first_letter_belong_to_their_lines():
    rows = [(50, 676, 30, "T"), *wrapped(FERRY[1:], x=75), (50, 600, 10, "•"), (80, 600, 10, "One point of it")]
    article = read_pdf(make_pdf([rows]))
    assert article.paragraphs == (FERRY, "• One point of it")


def test_a_long_file_is_read_in_part_and_says_so(monkeypatch):
    monkeypatch.setattr("ui.reading.pdf.MAX_CHARS", 300)
    article = read_pdf(make_pdf([wrapped(text) for text in (FERRY, ANGER, PIER)]))
    assert (article.paragraphs, article.doubt) == ((FERRY, ANGER), CUT.format(num_pages=2))


@pytest.mark.browser
@pytest.mark.parametrize("columns", ["auto", "2"])
@pytest.mark.parametrize("samples", [SAMPLES[:1], SAMPLES], ids=["one article", "all articles"])
def test_what_a_browser_prints(tmp_path, columns, samples):
    browser = find_browser()
    assert browser, "no Chromium: run `make browser`"
    paragraphs = [" ".join(text.split()) for sample in samples for text in sample.text.split("\n\n")]
    page = tmp_path / "article.html"
    style = f"body {{columns: {columns}; font: 12pt serif}} p {{text-align: justify; hyphens: auto}}"
    body = "<h1>Night ferries win</h1>" + "".join(f"<p>{html.escape(text)}</p>" for text in paragraphs)
    page.write_text(f"<html lang=en><meta charset=utf-8><title>Ferries</title><style>{style}</style>{body}")
    printed = tmp_path / "printed.pdf"
    subprocess.run(
        [browser, *BROWSER_FLAGS, f"--user-data-dir={tmp_path}", f"--print-to-pdf={printed}", page.as_uri()],
        check=True,
        capture_output=True,
    )
    # Where a line ends with a hyphen, "four-legged" can't be told from a word that the browser broke.
    want = "\n\n".join(["Night ferries win", *paragraphs]).replace("-", "")
    assert read_file(printed).text.replace("-", "") == want
