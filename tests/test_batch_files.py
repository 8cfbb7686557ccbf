"""Many articles in one file: tables, texts and zips as people and attackers make them, and the results for Excel."""

import csv
import io
import random
import re
import struct
import time
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.batch import archives, files, tables
from ui.batch.archives import archive_articles
from ui.batch.files import read_batch
from ui.batch.item import EMPTY, NO_TEXT, BatchItem, too_many_articles
from ui.reading.article import Article
from ui.reading.errors import UnreadableError

CASES = Path(__file__).parent / "cases"
FERRY = "The ferry runs all night from Monday on, the city says. It takes bicycles, too; dogs travel free."
VIOLIN = 'A violin was lost in a taxi. "I cried," she said.\n\nThe driver brought it back.'


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def texts(items: list[BatchItem]) -> list[str]:
    return [item.text for item in items]


def refusal(path: Path, **options) -> str:
    with pytest.raises(UnreadableError) as caught:
        read_batch(path, **options)
    return str(caught.value)


def table(*rows, **style) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, **style).writerows(rows)
    return out.getvalue()


# Tables


@pytest.mark.parametrize("heading", ["text", "Article", "BODY", " content ", "Story", "article_text"])
def test_heading_says_where_the_text_is(write, heading):
    long = "Something else that is much longer than the article. " * 9
    path = write(table(["id", heading, "notes"], ["7", FERRY, long], ["8", VIOLIN, long]), "a.csv")
    assert read_batch(path) == [BatchItem(2, "7", FERRY, ""), BatchItem(3, "8", VIOLIN, "")]


def test_of_two_such_headings_the_longer_text(write):
    path = write(table(["article", "body"], ["Ferry", FERRY], ["Violin", VIOLIN]), "a.csv")
    assert texts(read_batch(path)) == [FERRY, VIOLIN]


def test_without_such_a_heading_the_longest_text(write):
    path = write(table(["Datum", "Inhalt", "Ort"], ["1.5.", FERRY, "Bern"], ["2.5.", VIOLIN, "Basel"]), "a.csv")
    assert read_batch(path) == [
        BatchItem(2, "The ferry runs all night from Monday on, the city says. It takes bicycles, …", FERRY, ""),
        BatchItem(3, 'A violin was lost in a taxi. "I cried," she said.', VIOLIN, ""),
    ]


def test_long_addresses_are_no_articles(write):
    path = write(table(["url", "Inhalt"], ["https://news.test/" + "a" * 200, FERRY]), "a.csv")
    assert texts(read_batch(path)) == [FERRY]


def test_without_any_heading(write):
    path = write(table(["1", FERRY], ["2", VIOLIN]), "a.csv")
    assert [(item.row, item.text) for item in read_batch(path)] == [(1, FERRY), (2, VIOLIN)]


@pytest.mark.parametrize(
    ("headings", "want"),
    [
        (["title", "url", "id", "text"], "A"),
        (["id", "Headline", "url", "text"], "B"),
        (["id", "url", "other", "text"], "B"),
        (["id", "other", "another", "text"], "A"),
    ],
)
def test_name(write, headings, want):
    [item] = read_batch(write(table(headings, ["A", "B", "C", FERRY]), "a.csv"))
    assert item.name == want


@pytest.mark.parametrize(
    ("name", "want"),
    [
        ("  Lost\n violin\t ", "Lost violin"),
        ("a" * 100, "a" * 78 + " …"),
        ("word " * 40, " ".join(["word"] * 15) + " …"),
        ("gnp.\u202efdp", "gnp.fdp"),
        (" ", "The ferry runs all night from Monday on, the city says. It takes bicycles, …"),
    ],
)
def test_name_is_one_short_line(write, name, want):
    [item] = read_batch(write(table(["title", "text"], [name, FERRY]), "a.csv"))
    assert item.name == want
    assert len(item.name) <= 80


@pytest.mark.parametrize(
    "style",
    [
        pytest.param({}, id="comma"),
        pytest.param({"delimiter": ";"}, id="European Excel"),
        pytest.param({"delimiter": "\t"}, id="tabs"),
        pytest.param({"delimiter": "|"}, id="bars"),
        pytest.param({"quoting": csv.QUOTE_ALL}, id="everything quoted"),
        pytest.param(
            {"quoting": csv.QUOTE_ALL, "delimiter": ";", "lineterminator": "\n"}, id="everything quoted, Unix"
        ),
        pytest.param({"lineterminator": "\r"}, id="old Mac"),
    ],
)
@pytest.mark.parametrize("headings", [["title", "text"], None], ids=["headings", "no headings"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_styles(write, style, headings, name):
    rows = [["Ferry", FERRY], ["Violin", VIOLIN], ["Both", f"{FERRY}\n{VIOLIN}"]]
    path = write(table(*([headings] if headings else []), *rows, **style), name)
    assert texts(read_batch(path)) == [FERRY, VIOLIN, f"{FERRY}\n{VIOLIN}"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(write, encoding):
    path = write(table(["Titel", "text"], ["Zürich", "Für Züge – überall: 5 € für “alle”."]).encode(encoding), "a.csv")
    assert texts(read_batch(path)) == ["Für Züge – überall: 5 € für “alle”."]


def test_a_bar_between_words_separates_nothing(write):
    lines = [f"{FERRY} | Reuters", f"The dam will go, the board says. {FERRY} | AP"]
    assert texts(read_batch(write("\n".join(lines), "a.csv"))) == lines


def test_excel_says_which_separator(write):
    path = write(f"sep=;\r\nid;text\r\n1;{FERRY.replace(';', ',')}\r\n", "a.csv")
    assert [(item.row, item.name) for item in read_batch(path)] == [(2, "1")]


def test_rows_count_as_in_a_spreadsheet(write):
    path = write(table(["id", "text"], ["a", "Two\nlines"], [], ["", " "], ["b", ""], ["c", FERRY]), "a.csv")
    assert [(item.row, item.name, item.problem) for item in read_batch(path)] == [
        (2, "a", ""),
        (5, "b", NO_TEXT),
        (6, "c", ""),
    ]


def test_row_without_name_and_text(write):
    path = write("title,date,text\n,Monday,\n", "a.csv")
    assert read_batch(path) == [BatchItem(2, "Row 2", "", NO_TEXT)]


def test_commas_that_nobody_quoted_are_not_lost(write):
    path = write(f"id,text\n1,{FERRY}\n2,One, two, three.\n", "a.csv")
    assert texts(read_batch(path)) == [FERRY, "One, two, three."]


def test_commas_that_nobody_quoted_in_the_middle_are_a_problem(write):
    path = write(f"id,text,date\n1,{FERRY},Monday\n2,No comma.,Monday\n3,Excel's commas.,Monday,,,\n", "a.csv")
    assert [item.problem for item in read_batch(path)] == [tables.TOO_MANY_CELLS, "", ""]


@pytest.mark.parametrize(
    "lines",
    [
        ["text", "One, two, three.", "Four; five."],
        ["One, two, three.", "Four, five.", "Six."],
        ["One, two.", "Three, four."],
        ["One; two; three."],
        ["It cost 1,5 million."],
        ['"One", she said.'],
    ],
)
def test_one_article_per_line(write, lines):
    got = texts(read_batch(write("\n".join(lines), "a.csv")))
    assert got == [line for line in lines if line != "text"]


@pytest.mark.parametrize(
    "content",
    [
        "x,y\n1,2\n",
        "x,y\n1,2\n3,4\n",
        "1;2;3\n4;5;6\n",
        "year\tboats\n2024\t3\n2025\t4\n",
        "date,price,open\n2026-03-05,3.50,yes\n2026-03-06,3.60,no\n",
        "city,people\nUlm,126 000\nNew York,8 000 000\nSalt Lake City,200 000\n",
        "id,url\n1,https://ulm.example/the-ferry-runs-all-night-from-monday-on\n",
        "name,email\nAnna Berg,anna@ulm.example\n",
        "title,date\nThe ferry runs all night,2026-03-05\n",
        "1\n2\n3\n",
        "都市,人口\n東京,14000000\n大阪,2700000\n",
        "sep=;\n1;2\n3;4\n",
        "x,y\n" + "1,2\n" * 500,
    ],
)
def test_a_table_without_any_text_says_so(write, content):
    assert refusal(write(content, "a.csv")) == tables.NO_TEXT_COLUMN


@pytest.mark.parametrize(
    ("content", "want"),
    [
        ("x,y\n1,The ferry runs all night\n", "The ferry runs all night"),
        ("x,y\n1,It rained.\n", "It rained."),
        ("id,text\n1,Rain\n", "Rain"),
        ("都市,話\n東京,渡船は月曜日から一晩中運航する\n", "渡船は月曜日から一晩中運航する"),
        (
            "city,people\nUlm,3\nBonn,The council of Bonn counts again this year\n",
            "The council of Bonn counts again this year",
        ),
        ("title\nThe ferry runs all night\n", "The ferry runs all night"),
    ],
)
def test_one_text_in_a_table_is_enough(write, content, want):
    assert texts(read_batch(write(content, "a.csv")))[-1] == want


def test_short_article_is_no_heading(write):
    path = write(table(["1", "Rain stopped play."], ["2", FERRY * 4]), "a.csv")
    assert len(read_batch(path)) == 2


@pytest.mark.parametrize(
    "row",
    [
        pytest.param('2,"B\n', id="never closed"),
        pytest.param('2,"B\n3,C" and\n', id="closed in the next row"),
        pytest.param('2,"B," she said.\n', id="words after it"),
    ],
)
def test_quotation_marks_that_do_not_match(write, row):
    path = write(f"id,text\n1,A\n{row}{table(['3', VIOLIN], ['4', FERRY])}", "a.csv")
    assert refusal(path) == tables.unmatched_quotation(3)


def test_quotation_marks_inside_one_article_of_several_lines(write):
    assert refusal(write('text\n"One\n"two" three."\n', "a.csv")) == tables.unmatched_quotation(2)


def test_quotation_marks_in_a_file_with_tabs_are_just_marks(write):
    path = write('id\ttext\n1\t"Hello, she said.\n2\tFive" wide\n', "a.tsv")
    assert texts(read_batch(path)) == ['"Hello, she said.', 'Five" wide']


def test_large_cell(write):
    assert texts(read_batch(write(table(["text"], ["word " * 200_000]), "a.csv"))) == [("word " * 200_000).strip()]


def test_zeros_are_dropped_and_formulas_are_text(write):
    path = write(f'id,text\n1,"=HYPERLINK(""http://x"")"\n2,{"A b" * 100}\0\n', "a.csv")
    assert texts(read_batch(path)) == ['=HYPERLINK("http://x")', "A b" * 100]


@pytest.mark.parametrize("num_items", [100, 101])
@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_at_most_so_many(write, name, num_items):
    separator = "\n---\n" if name == "a.txt" else "\n"
    path = write(("text\n" if name == "a.csv" else "") + separator.join([FERRY.replace(",", "")] * num_items), name)
    if num_items == 100:
        assert len(read_batch(path)) == 100
    else:
        assert refusal(path) == too_many_articles(101, 100)
        assert len(read_batch(path, max_items=101)) == 101


@pytest.mark.slow
def test_a_million_short_rows_are_counted(write):
    assert refusal(write("text\n" + "a\n" * 1_000_000, "a.csv")) == too_many_articles(1_000_000, 100)


@pytest.mark.slow
def test_millions_of_blank_rows(write):
    assert texts(read_batch(write("text,\n" + ",\n" * 2_000_000 + f'"{FERRY}",', "a.csv"))) == [FERRY]


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=30)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=5), st.sampled_from([",", ";", "\t", "|"]), st.booleans())
def test_no_cell_of_a_quoted_table_is_lost(tmp_path_factory, rows, separator, bom):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(
        table(["title", "text"], *rows, delimiter=separator, quoting=csv.QUOTE_ALL),
        encoding="utf-8-sig" if bom else "utf-8",
        newline="",
    )
    want = [text for title, text in rows if title.strip() or text.strip()]
    if not want:
        assert refusal(path) == EMPTY
    else:
        spelled_out = [
            re.sub("[\ufb00-\ufb06]", lambda match: unicodedata.normalize("NFKC", match[0]), text) for text in want
        ]
        letters = ["".join(filter(str.isalnum, unicodedata.normalize("NFC", text))) for text in spelled_out]
        assert ["".join(filter(str.isalnum, text)) for text in texts(read_batch(path))] == letters


@given(
    st.text(alphabet='ab",;\t\r\n x-=*', max_size=60) | st.text(max_size=60),
    st.sampled_from(["a.csv", "a.tsv", "a.txt"]),
)
def test_any_text_gives_items_or_our_own_error(tmp_path_factory, text, name):
    path = tmp_path_factory.getbasetemp() / f"any-{name}"
    path.write_bytes(text.encode("utf-8", "replace"))
    try:
        items = read_batch(path)
    except UnreadableError:
        return
    assert items
    assert all(item.name and bool(item.text) != bool(item.problem) for item in items)
    rows = [item.row for item in items]
    assert rows == sorted(set(rows))


# Tables as spreadsheets and content systems export them

DAM = "The dam above Lindfield, which has cracks, will be taken down."


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('"title,text"\n"Dam,""{0}"""\n"Ferry,""{1}"""\n', id="each row in quotes"),
        pytest.param('title,text\n"Dam,""{0}"""\n"Ferry,""{1}"""\n', id="each row but the headings"),
        pytest.param('"title;text"\r\n"Dam;""{0}"""\r\n"Ferry;""{1}"""\r\n', id="semicolons"),
        pytest.param('"title,text",,\n"Dam,""{0}""",,\n"Ferry,""{1}""",,\n', id="empty columns beside"),
        pytest.param('"title,text";;\n"Dam,""{0}""";;\n"Ferry,""{1}""";;\n', id="empty European columns beside"),
        pytest.param('"title;text",\n"Dam;""{0}""",\n"Ferry;""{1}""",\n', id="semicolons beside an empty column"),
        pytest.param("title|text\nDam|{0}\nFerry|{1}\n", id="bars"),
        pytest.param('"Titre,Contenu"\n"Dam,""{0}"""\n"Ferry,""{1}"""\n', id="French headings"),
        pytest.param('sep=;\n"title;text"\n"Dam;""{0}"""\n"Ferry;""{1}"""\n', id="separator named"),
        pytest.param('"title,text"\n"Dam,""{0}"""\n"Ferry,{1}"\n'.replace("Ferry,{1}", 'Ferry,""{1}""'), id="mixed"),
    ],
)
def test_a_table_in_one_column_is_a_table(write, content):
    items = read_batch(write(content.format(DAM, FERRY), "a.csv"))
    assert [(item.row, item.name, item.text) for item in items] == [(2, "Dam", DAM), (3, "Ferry", FERRY)]


def test_a_table_in_one_column_with_paragraphs_and_a_blank_row(write):
    path = write(f'"title,text"\n\n"Violin,""{VIOLIN.replace(chr(34), chr(34) * 4)}"""\n', "a.csv")
    assert read_batch(path) == [BatchItem(3, "Violin", VIOLIN, "")]


@pytest.mark.parametrize("text", ["Rain, wind and snow.", "Rain, wind", "One,two, three"])
def test_quoted_prose_with_commas_stays_one_cell(write, text):
    assert texts(read_batch(write(f'title,text\nA,"{text}"\n', "a.csv"))) == [text]
    assert texts(read_batch(write(f'text\n"{text}"\n', "a.csv"))) == [text]


@pytest.mark.parametrize(
    ("headings", "name"),
    [
        (["Nagłówek", "Treść"], "Dam"),
        (["Überschrift", "Inhalt"], "Dam"),
        (["Заголовок", "Текст"], "Dam"),
        (["見出し", "本文"], "Dam"),
        (["post_title", "post_content"], "Dam"),
        (["Título", "Conteúdo"], "Dam"),
        (["headline", "Article Body"], "Dam"),
    ],
)
@pytest.mark.parametrize("article", [DAM, "Short."])
def test_headings_in_other_words(write, headings, name, article):
    items = read_batch(write(table(headings, ["Dam", article], delimiter=";"), "a.csv"))
    assert [(item.row, item.name, item.text) for item in items] == [(2, name, article)]


UNICODE_TEXT = [
    BatchItem(
        2,
        "Dam",
        "The dam above Lindfield will be taken down, the river board said on Friday. "
        "About 3,400 people live in the valley below.",
        "",
    ),
    BatchItem(
        3,
        "Ferry",
        "A petition with 4,200 names was handed to the minister on Tuesday; she did not reply. "
        "The ferry stops in October.\n\nIt has two paragraphs.",
        "",
    ),
]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-32"])
@pytest.mark.parametrize("name", ["excel.csv", "excel.txt", "excel.tsv"])
def test_unicode_text_of_excel(write, name, encoding):
    text = (CASES / "excel-unicode-text.csv").read_bytes().decode("utf-16")
    assert read_batch(write(text.encode(encoding), name)) == UNICODE_TEXT


def test_bodies_with_markup_keep_it_for_the_summarizer():
    items = read_batch(CASES / "bodies-with-markup.csv")
    assert [(item.row, item.name) for item in items] == [(2, "1"), (3, "2")]
    assert items[1].text == (
        "<h2>Ferry</h2><p><b>A petition</b> with 4,200 names was handed to the minister; she did not reply.</p>"
    )


@pytest.mark.parametrize(
    ("title", "text", "want"),
    [
        ("", "<h2>Ferry</h2><p><b>A petition</b> was handed over.</p>", "Ferry"),
        ("", "<p>It&rsquo;s over,&nbsp;the mayor said.</p><p>He left.</p>", "It’s over, the mayor said."),
        ("", "<!-- wp:paragraph -->\n<p>The ferry stops.</p>\n<!-- /wp:paragraph -->", "The ferry stops."),
        ("", '[caption id="a1"]<img src="x">A boat[/caption]\nThe ferry stops.', "A boat"),
        ("", "# Ferry stops\n\nIt **stops** in October.", "Ferry stops"),
        ("", "**Ferry** stops, [he said](https://news.test/a).\n\nMore.", "Ferry stops, he said."),
        ("<strong>Ferry</strong> &amp; dam", "Text.", "Ferry & dam"),
        ("Dam [sic] goes: 3 < 5 > 2", "Text.", "Dam [sic] goes: 3 < 5 > 2"),
        ("snake_case__name and 2 ** 3", "Text.", "snake_case__name and 2 ** 3"),
    ],
)
def test_a_name_is_a_plain_headline(write, title, text, want):
    [item] = read_batch(write(table(["title", "text"], [title, text]), "a.csv"))
    assert (item.name, item.text) == (want, text)


# Texts


@pytest.mark.parametrize("line", ["---", "-----", "===", "***", " --- ", "———", "–––", "---\r"])
def test_line_between_articles(write, line):
    path = write(f"{line}\n{FERRY}\n{line}\n\n{line}\nTitle\n\n{VIOLIN}\n{line}\n", "a.txt")
    items = read_batch(path)
    assert [(item.row, item.text) for item in items] == [(1, FERRY), (2, f"Title\n\n{VIOLIN}")]
    assert items[1].name == "Title"


@pytest.mark.parametrize("line", ["--", "- - -", "-", "--- more", "-=-", "* bullet", "", "\n\n\n"])
def test_other_lines_separate_nothing(write, line):
    assert len(read_batch(write(f"{FERRY}\n{line}\n{VIOLIN}", "a.txt"))) == 1


# Files that are no batch


@pytest.mark.parametrize(
    ("content", "name", "want"),
    [
        ("", "a.csv", EMPTY),
        ("text\n", "a.csv", EMPTY),
        (",,,\n,,,\n", "a.csv", EMPTY),
        (" \n", "a.txt", EMPTY),
        ("---\n***\n", "a.txt", EMPTY),
        (FERRY, "a.docx", files.KINDS),
        (FERRY, "a.xlsx", files.KINDS),
        (FERRY, "a", files.KINDS),
        (b"a" * 5_000_001, "a.txt", files.LARGE_FILE),
        (b"a" * 5_000_001, "a.zip", files.LARGE_FILE),
        (bytes(range(256)) * 20, "a.csv", files.NOT_TEXT),
        (random.Random(1).randbytes(5000), "a.txt", files.NOT_TEXT),
        (bytes(5000), "a.csv", files.NOT_TEXT),
        ("no zip", "a.zip", archives.BROKEN_ZIP),
        (b"", "a.zip", archives.BROKEN_ZIP),
    ],
)
def test_no_batch(write, content, name, want):
    assert refusal(write(content, name)) == want


def test_owner_s_name_tells_the_kind(write):
    path = write(table(["id", "text"], ["1", FERRY]), "upload.bin")
    assert texts(read_batch(path, name="Articles.CSV")) == [FERRY]


# Zip files


def zipped(members: dict[str, bytes | str], compression=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def read_plain(data: bytes, *, name: str) -> Article:
    """Stands in for the reader of documents, which has tests of its own."""
    content = data.decode()
    if "unreadable" in content:
        raise UnreadableError(f"{name} cannot be read.")
    return Article((content,))


def unzip(path: Path, max_items: int = 100) -> list[BatchItem]:
    return archive_articles(path, max_items=max_items, read=read_plain)


def unzip_refusal(path: Path) -> str:
    with pytest.raises(UnreadableError) as caught:
        unzip(path)
    return str(caught.value)


def test_documents_of_a_zip(write):
    path = write(
        zipped(
            {
                "news/": "",
                "news/Ferry.TXT": FERRY,
                "__MACOSX/news/._Ferry.txt": "resource fork",
                "news/.DS_Store": "x",
                ".git/notes.txt": "x",
                "Thumbs.db": "x",
                "Windows\\Violin.md": VIOLIN,
                "empty.txt": " ",
                "bad.html": "unreadable",
                "photo.jpg": "x",
                "inner.zip": zipped({"a.txt": FERRY}),
                "table.csv": "text\nA",
                "no suffix": "x",
            }
        ),
        "a.zip",
    )
    assert unzip(path) == [
        BatchItem(1, "Ferry.TXT", FERRY, ""),
        BatchItem(2, "Violin.md", VIOLIN, ""),
        BatchItem(3, "empty.txt", "", NO_TEXT),
        BatchItem(4, "bad.html", "", "bad.html cannot be read."),
        BatchItem(5, "photo.jpg", "", archives.OTHER_KIND),
        BatchItem(6, "inner.zip", "", archives.ZIP_IN_ZIP),
        BatchItem(7, "table.csv", "", archives.OTHER_KIND),
        BatchItem(8, "no suffix", "", archives.OTHER_KIND),
    ]


def test_path_of_a_member_is_only_a_name(write, tmp_path):
    names = ["../../evil.txt", "/etc/evil.txt", "..\\evil.txt", "C:\\evil.txt", "a/../../evil.txt", "~/evil.txt"]
    before = set(tmp_path.rglob("*"))
    path = write(zipped(dict.fromkeys(names, FERRY)), "a.zip")
    assert [item.name for item in unzip(path)] == ["evil.txt"] * 6
    assert set(tmp_path.rglob("*")) - before == {path}


def test_link_in_a_zip_is_not_followed(write):
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert texts(unzip(write(out.getvalue(), "a.zip"))) == ["/etc/passwd"]


@pytest.mark.slow
def test_large_members(write):
    path = write(zipped({"bomb.txt": bytes(60_000_000), "just.txt": "a" * 5_000_000, "ferry.txt": FERRY}), "a.zip")
    items = unzip(path)
    assert [item.problem for item in items] == [archives.LARGE_MEMBER, "", ""]
    assert texts(items)[2] == FERRY


@pytest.mark.slow
def test_many_large_members(write):
    path = write(zipped({f"{n}.txt": bytes(5_100_000) for n in range(10)}), "a.zip")
    assert unzip_refusal(path) == archives.LARGE_ZIP


def test_size_that_a_zip_claims_is_not_believed(write):
    content = zipped({"bomb.txt": "a" * 20_000_000, "ferry.txt": FERRY})
    lie = content.replace(struct.pack("<L", 20_000_000), struct.pack("<L", 10))
    assert lie != content
    items = unzip(write(lie, "a.zip"))
    assert [item.problem != "" for item in items] == [True, False]


def test_slow_documents(write, monkeypatch):
    monkeypatch.setattr("ui.batch.archives._MAX_READING_S", 0.1)
    path = write(zipped({"a.txt": FERRY, "b.txt": VIOLIN, "c.jpg": ""}), "a.zip")
    items = archive_articles(path, max_items=3, read=lambda data, name: time.sleep(0.2) or Article((FERRY,)))
    assert [item.problem for item in items] == ["", archives.TOO_SLOW, archives.OTHER_KIND]


@pytest.mark.parametrize(("num_members", "works"), [(100, True), (101, False), (1001, False)])
def test_number_of_members(write, num_members, works):
    path = write(zipped({f"{n}.txt": FERRY for n in range(num_members)}), "a.zip")
    if works:
        assert len(unzip(path)) == num_members
    else:
        assert unzip_refusal(path) == too_many_articles(num_members, 100)


@pytest.mark.parametrize("members", [{}, {"folder/": ""}, {"__MACOSX/._a.txt": "x"}])
def test_zip_without_documents(write, members):
    assert unzip_refusal(write(zipped(members), "a.zip")) == EMPTY


def test_locked_member(write):
    content = bytearray(zipped({"a.txt": FERRY, "b.txt": VIOLIN}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    content[6] |= 1
    assert [item.problem for item in unzip(write(bytes(content), "a.zip"))] == [archives.ENCRYPTED, ""]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression(write, method):
    [item] = unzip(write(zipped({"a.txt": FERRY}, method), "a.zip"))
    assert item.problem == archives.BROKEN_MEMBER


def test_damaged_member(write):
    content = bytearray(zipped({"a.txt": FERRY, "b.txt": VIOLIN}, zipfile.ZIP_STORED))
    content[content.index(b"ferry")] ^= 1
    assert [item.problem for item in unzip(write(bytes(content), "a.zip"))] == [archives.BROKEN_MEMBER, ""]


def test_zip_damaged_anywhere_gives_items_or_our_own_error(write):
    content = zipped({"a.txt": FERRY, "folder/b.txt": VIOLIN})
    chance = random.Random(7)
    for _ in range(500):
        damaged = bytearray(content)
        for _ in range(chance.choice([1, 1, 2, 5])):
            damaged[chance.randrange(len(damaged))] = chance.choice([0, 255, chance.randrange(256)])
        path = write(bytes(damaged[: chance.choice([None, None, chance.randrange(len(damaged))])]), "a.zip")
        try:
            items = archive_articles(path, max_items=100, read=lambda data, name: Article.of([data.decode("latin-1")]))
        except UnreadableError:
            continue
        assert items
        assert all(item.name and bool(item.text) != bool(item.problem) for item in items)


def named(names: list[bytes], *, extra: bytes = b"") -> bytes:
    """A zip with these very bytes as names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, name in enumerate(names):
            member = zipfile.ZipInfo(chr(65 + number) * len(name))
            member.extra = extra
            archive.writestr(member, FERRY)
    content = out.getvalue()
    for number, name in enumerate(names):
        content = content.replace(bytes([65 + number]) * len(name), name)
    return content


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (["Überschwemmung im Tal.txt", "Fähre hält nicht mehr.txt"], "utf-8"),
        (["ダムの取り壊し.txt", "新しい記事.txt", "表.txt"], "cp932"),
        (["旧水坝将被拆除.txt", "渡轮通宵运行.txt"], "gb18030"),
        (["舊水壩將被拆除.txt", "渡輪通宵行駛.txt"], "big5"),
        (["낡은 댐 철거된다.txt", "여객선 밤새 운항.txt"], "cp949"),
        (["Старую плотину снесут.txt", "Паром.txt"], "cp866"),
        (["Стару греблю знесуть.txt", "Пором ходитиме всю ніч.txt"], "cp1251"),
        (["Tama do rozbiórki.txt", "Śnieg w maju.txt", "Łódź.txt"], "cp852"),
        (["Überschwemmung im Tal.txt", "Fähre hält nicht mehr.txt"], "cp850"),
        (["Un élève retrouvé.txt", "Le barrage sera démoli.txt"], "cp437"),
        (["Το παλιό φράγμα γκρεμίζεται.txt", "Το πλοίο όλη τη νύχτα.txt"], "cp737"),
        (["เขื่อนเก่าจะถูกรื้อ.txt", "เรือข้ามฟากวิ่งทั้งคืน.txt"], "cp874"),
        (["plain.txt", "Ärger.txt", "Öl läuft aus.txt"], "cp437"),
    ],
)
def test_names_of_documents_in_every_country_s_zip(write, names, encoding):
    items = unzip(write(named([name.encode(encoding) for name in names]), "a.zip"))
    assert [item.name for item in items] == names


def test_a_name_that_macos_wrote_in_pieces_is_whole(write):
    [item] = unzip(write(named([unicodedata.normalize("NFD", "Fähre.txt").encode()]), "a.zip"))
    assert item.name == "Fähre.txt"


def test_a_name_in_the_extra_field_counts_while_it_belongs_to_the_name(write):
    for raw, want in [(b"Lodz.txt", "Łódź.txt"), (b"Wien.txt", "Wien.txt")]:
        field = b"\x01" + struct.pack("<L", zlib.crc32(b"Lodz.txt")) + "Łódź.txt".encode()
        extra = struct.pack("<HH", 0x7075, len(field)) + field
        [item] = unzip(write(named([raw], extra=extra), "a.zip"))
        assert item.name == want


@pytest.mark.parametrize(
    ("case", "want"),
    [
        ("names-from-a-mac.zip", ["Überschwemmung im Tal.txt", "Fähre hält nicht mehr.txt"]),
        ("names-from-japanese-windows.zip", ["ダムの取り壊し.txt", "新しい記事.txt"]),
    ],
)
def test_zips_from_other_machines(case, want):
    assert [item.name for item in read_batch(CASES / case)] == want
