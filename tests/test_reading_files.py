"""A file goes in, the text of its article comes out, or a sentence that says why not."""

import io
import zipfile

import pytest

from ui.reading.article import MAX_FILE_BYTES, MAX_TEXT_CHARS
from ui.reading.errors import FILE_BROKEN, FILE_EMPTY, FILE_UNKNOWN, UnreadableError
from ui.reading.files import FILE_TOO_BIG, SUFFIXES, read_file
from ui.reading.kinds import (
    FILE_MISNAMED,
    FILE_OFFICE,
    FILE_OLD_WORD,
    FILE_OPEN_DOCUMENT,
    FILE_PICTURE,
    FILE_RICH_TEXT,
    FILE_WEB_ARCHIVE,
)
from ui.reading.plain import read_markdown

pytestmark = pytest.mark.usefixtures("reading_in_process")

TEXT = "The council of Ulm voted on Monday.\n\nIt costs 2 million euros."


@pytest.fixture
def read(tmp_path):
    """Reads `content` as a file of this name."""

    def read(content: bytes | str, name: str) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_file(path).text

    return read


@pytest.fixture
def refusal(read):
    """The sentence with which `content` is refused."""

    def refusal(content: bytes | str, name: str) -> str:
        with pytest.raises(UnreadableError) as caught:
            read(content, name)
        return str(caught.value)

    return refusal


class TestAnyFile:
    def test_the_visitors_name_counts_when_there_is_one(self, tmp_path):
        path = tmp_path / "upload"
        path.write_text("# A *heading*")
        assert read_file(path, name="Bericht – 1½.MD").text == "A heading"

    def test_a_file_that_vanished(self, tmp_path):
        with pytest.raises(UnreadableError, match="can't be opened any more"):
            read_file(tmp_path / "gone.txt")

    def test_a_folder(self, tmp_path):
        with pytest.raises(UnreadableError, match="can't be opened any more"):
            read_file(tmp_path)

    def test_a_name_with_a_nul(self, tmp_path):
        with pytest.raises(UnreadableError, match="can't be opened any more"):
            read_file(tmp_path / "a\0.txt")

    def test_too_big(self, refusal):
        assert refusal(b"a" * (MAX_FILE_BYTES + 1), "a.txt") == FILE_TOO_BIG

    def test_very_long_text_is_cut(self, read):
        assert len(read("word " * 900_000, "a.txt")) in range(MAX_TEXT_CHARS - 10, MAX_TEXT_CHARS + 1)

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("content", [b"", b" \n\t\r\n"], ids=["no bytes", "blank"])
    def test_empty(self, refusal, content, suffix):
        assert refusal(content, f"a{suffix}") == FILE_EMPTY

    @pytest.mark.parametrize(
        ("content", "name", "sentence"),
        [
            (b"\x89PNG\r\n\x1a\n", "a.png", FILE_PICTURE),
            (b"\xff\xd8\xff\xe0 JFIF", "a.pdf", FILE_PICTURE),
            (b"\0\0\0 ftypheic", "IMG_1.HEIC", FILE_PICTURE),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "a.txt", FILE_PICTURE),
            (rb"{\rtf1\ansi Text}", "a.rtf", FILE_RICH_TEXT),
            (rb"{\rtf1\ansi Text}", "a.docx", FILE_RICH_TEXT),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0",
                "a.doc",
                FILE_OLD_WORD,
            ),
            (b"bplist00", "a.webarchive", FILE_WEB_ARCHIVE),
            (b"From: <Saved by Blink>\nMIME-Version: 1.0", "a.mhtml", FILE_WEB_ARCHIVE),
            (b"PK\x03\x04 cut off", "a.docx", FILE_BROKEN),
            (b"\x7fELF\x02\x01\x01\0" + bytes(range(256)), "a.txt", FILE_UNKNOWN),
            (b"MZ\x90\0\x03\0\0\0" + bytes(range(256)), "a", FILE_UNKNOWN),
            (b"\x1f\x8b\x08\x00" + bytes(range(200, 256)), "a.md", FILE_UNKNOWN),
            (b"a;b;c\n1;2;3", "a.csv", FILE_UNKNOWN),
            (TEXT.encode(), "a.pdf", FILE_MISNAMED.format(suffix=".pdf")),
            (TEXT.encode(), "a.docx", FILE_MISNAMED.format(suffix=".docx")),
        ],
    )
    def test_what_it_is_decides_and_not_its_name(self, refusal, content, name, sentence):
        assert refusal(content, name) == sentence

    @pytest.mark.parametrize(
        ("entry", "sentence"),
        [
            ("xl/workbook.xml", FILE_OFFICE),
            ("ppt/presentation.xml", FILE_OFFICE),
            ("photo.jpg", FILE_UNKNOWN),
        ],
    )
    def test_other_zips(self, refusal, entry, sentence):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(entry, "x")
        assert refusal(buffer.getvalue(), "a.docx") == sentence

    def test_an_open_document(self, refusal):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
            archive.writestr("content.xml", "<x/>")
        assert refusal(buffer.getvalue(), "a.odt") == FILE_OPEN_DOCUMENT

    def test_text_without_a_suffix(self, read):
        assert read(TEXT, "article") == TEXT


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp1252"])
    def test_encodings_of_a_western_text(self, read, encoding):
        text = "Grüße aus Köln – “schön”, sagte Müller.\n\nEs kostet 3 €."
        assert read(text.encode(encoding), "a.txt") == text

    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("cp1252", "Les élèves ont mangé à l’école."),
            ("cp1250", "Żółć gęślą jaźń. Rada miasta zdecydowała, że promy nocne będą kursować."),
            ("cp1251", "Городской совет проголосовал за то, чтобы ночные паромы работали ещё год."),
            ("koi8_r", "Городской совет проголосовал за то, чтобы ночные паромы работали ещё год."),
            ("cp1253", "Το δημοτικό συμβούλιο ψήφισε τη Δευτέρα να συνεχιστούν τα δρομολόγια."),
            ("cp1256", "صوت مجلس المدينة يوم الاثنين على استمرار العبارات الليلية لمدة عام آخر."),
            ("cp932", "市議会は月曜日、夜間フェリーをもう一年運航することを決めた。"),
            ("gb18030", "市议会周一投票决定，夜间渡轮再运营一年。辩论一直持续到接近午夜。"),
            ("cp949", "시의회는 월요일 야간 페리를 1년 더 운영하기로 의결했다."),
        ],
    )
    def test_encodings_that_have_to_be_guessed(self, read, encoding, text):
        assert read(text.encode(encoding), "a.txt") == text

    def test_what_cannot_be_seen_goes(self, read):
        assert read("A\0 soft\xadly \u200bﬁnal\x07 word\ufeff ½.\r\n\r\n\r\n\r\nB  \rC\u2029D", "a.txt") == (
            "A softly final word ½.\n\nB\nC\n\nD"
        )

    def test_right_to_left_text_keeps_its_marks_and_joiners(self, read):
        text = "می\u200cخواهم \u200fשלום"
        assert read(text, "a.txt") == text

    def test_one_line_a_paragraph(self, read):
        lines = ["The council of Ulm voted on Monday to keep the ferries running. " * 3] * 3
        assert read("\n".join(lines), "a.txt") == "\n\n".join(line.strip() for line in lines)

    def test_lines_broken_by_hand_stay(self, read):
        assert read("The council\nvoted.\n\nIt costs\nmoney.", "a.txt") == "The council\nvoted.\n\nIt costs\nmoney."

    def test_html_in_disguise(self, read):
        markup = f"<!-- saved --><!DOCTYPE html><title>x</title><p>{TEXT.replace(chr(10) * 2, '<p>')}"
        assert read(markup, "a.txt") == TEXT

    def test_many_comments_before_no_page(self, read):
        assert read("<!---->" * 2000 + "x", "a.txt").endswith("-->x")


class TestMarkdown:
    def test_markup_goes_and_words_stay(self, read):
        markdown = """---
title: Ferries
tags: [ulm]
---
# Ferries *run* all night

The [council](https://example.org "t") **voted**
on Monday.&nbsp;![a boat](boat.png) See <https://ulm.example>.<br>Done.

* one
* two `code`

> Quoted \\*text\\*.

| Year | Boats |
|------|-------|
| 2024 | 3     |

```python
x = 1
```

<div align="center">In a <b>box</b>.</div>

<!-- nothing -->

***
"""
        assert read(markdown, "a.md").split("\n\n") == [
            "Ferries run all night",
            "The council voted on Monday.\xa0 See https://ulm.example.",
            "Done.",
            "- one",
            "- two code",
            "Quoted *text*.",
            "Year, Boats",
            "2024, 3",
            "x = 1",
            "In a box.",
        ]

    @pytest.mark.parametrize(
        ("markdown", "text", "notes"),
        [
            ("It cost $320[^1] a head.\n\n[^1]: The board, *2026*.", "It cost $320 a head.", ["The board, 2026."]),
            ("[^b]: https://ulm.example\n\nIt rained[^b].\n", "It rained.", ["https://ulm.example"]),
            ("In 2019[^a][^b] it rained.\n\n[^a]: One\n[^b]: Two\n  lines", "In 2019 it rained.", ["One", "Two lines"]),
            ("It rained.^[Not in Ulm.] Much.", "It rained. Much.", ["Not in Ulm."]),
            ("# Rain[^1]\n\n- a[^1]\n\n[^1]:\n    First.\n\n    Second.", "Rain\n\n- a", ["First.", "Second."]),
            ("Say `[^1]`, or [^2].\n\n```\n[^1]: x\n```", "Say [^1], or [^2].\n\n[^1]: x", []),
        ],
    )
    def test_notes_stand_apart(self, markdown, text, notes):
        article = read_markdown(markdown.encode())
        assert (article.text, list(article.notes)) == (text, notes)

    @pytest.mark.parametrize(
        ("markdown", "text"),
        [
            ("It grew 10<sup>6</sup> times, says Berg<sup>3</sup>.", "It grew 10⁶ times, says Berg."),
            ("<details><summary>More</summary>The boats are old.</details>", "More\n\nThe boats are old."),
            ('Boats <span hidden>secret</span>run.\n\n<p style="display:none">x</p>', "Boats run."),
            (
                "<table><tr><th>Year</th><th>Boats</th></tr><tr><td>2024</td><td>3</td></tr></table>",
                "Year, Boats\n\n2024, 3",
            ),
            ("One  \ntwo\nthree\\\nfour", "One\ntwo three\nfour"),
            ("1. one\n2. two\n\n   more\n   - three", "- one\n\n- two\n\nmore\n\n- three"),
            ("a &lt;b&gt; &amp;amp; `<i>`", "a <b> &amp; <i>"),
        ],
    )
    def test_markup_of_html_in_it_is_read_as_a_page_s(self, read, markdown, text):
        assert read(markdown, "a.md") == text

    def test_a_rule_at_the_top_is_no_front_matter(self, read):
        assert read("---\n\nThe council: it voted.\n\n---\n\nMore.", "a.md") == "The council: it voted.\n\nMore."

    def test_markup_only(self, refusal):
        assert refusal("![](a.png)\n\n---\n", "a.md") == FILE_EMPTY
