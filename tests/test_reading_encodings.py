"""Encodings: sentences in many languages as the machines of their countries write them, read back letter by letter."""

import unicodedata
from pathlib import Path

import pytest

from ui.batch.files import read_batch
from ui.reading.decoding import BROKEN, GUESSED, Decoded, decode
from ui.reading.files import read_file

CASES = Path(__file__).parent / "cases"
POLISH = (
    "Zarząd rzeki ogłosił w piątek, że stara zapora nad Lindfieldem zostanie rozebrana w ciągu dwóch lat. Inżynierowie "
    "znaleźli pęknięcia w obu wieżach. Mieszkańcy doliny są wściekli, bo nikt ich nie zapytał o zdanie. Koszt wyniesie "
    "88 milionów złotych, a większość pieniędzy da województwo. Burmistrz powiedział, że nie wie, skąd miasto weźmie "
    "resztę. W dolinie żyje około 3400 ludzi i kazano im trzymać spakowane torby."
)


def _corpus() -> dict[str, tuple[list[str], list[tuple[str, str]]]]:
    """For each language its encodings, and three headings with a sentence or two."""
    corpus = {}
    for block in (CASES / "sentences-in-many-languages.txt").read_text(encoding="utf-8").strip().split("\n\n"):
        head, *lines = block.split("\n")
        language, encodings = head.split(" | ")
        corpus[language] = encodings.split(), list(zip(lines[::2], lines[1::2], strict=True))
    return corpus


CORPUS = _corpus()
PAIRS = [(language, encoding) for language, (encodings, _) in CORPUS.items() for encoding in encodings]


def encoded(text: str, encoding: str) -> bytes:
    if encoding != "cp1258":
        return text.encode(encoding)
    # Vietnam's code page has letters with a circumflex, breve or horn, and tones as marks of their own.
    written = b""
    for char in text:
        tone = next(
            (mark for mark in unicodedata.normalize("NFD", char) if mark in "\u0300\u0301\u0303\u0309\u0323"), ""
        )
        letter = unicodedata.normalize("NFC", unicodedata.normalize("NFD", char).replace(tone, "")) if tone else char
        written += (letter + tone).encode("cp1258")
    return written


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_short_texts_and_tables_are_read_letter_by_letter(language, encoding):
    for heading, sentences in CORPUS[language][1]:
        for text in (f"{heading}\n\n{sentences}\n", f"{heading};{sentences}\r\n", sentences):
            decoded = decode(encoded(text, encoding))
            assert decoded is not None
            assert unicodedata.normalize("NFC", decoded.text) == text


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_no_heading_by_itself_is_misread_without_a_word(language, encoding):
    for heading, _ in CORPUS[language][1]:
        decoded = decode(encoded(heading, encoding))
        assert decoded is not None
        assert unicodedata.normalize("NFC", decoded.text) == heading or decoded.doubt == GUESSED


def test_few_texts_that_are_read_right_are_called_doubtful():
    num_texts = num_doubted = 0
    for language, encoding in PAIRS:
        for heading, sentences in CORPUS[language][1]:
            num_texts += 1
            num_doubted += decode(encoded(f"{heading}\n\n{sentences}\n", encoding)).doubt != ""
    assert num_doubted <= 0.1 * num_texts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize(
    "language", ["English", "Polish", "Russian", "Thai", "Japanese", "Simplified Chinese", "Korean"]
)
def test_unicode_with_and_without_a_mark(language, encoding):
    for heading, sentences in CORPUS[language][1]:
        text = f"{heading}\n\n{sentences}"
        assert decode(text.encode(encoding)) == Decoded(text)


@pytest.mark.parametrize(
    ("data", "want"),
    [
        pytest.param(POLISH.encode().replace("ź".encode(), b"\xc5"), POLISH.replace("ź", "�"), id="halves of letters"),
        pytest.param("Für Zürich: größer".encode()[:-3], "Für Zürich: grö�", id="cut in a letter"),
        pytest.param("“Für” – 5 €.".encode() + b"\xff", "“Für” – 5 €.�", id="a byte that is never UTF-8"),
        pytest.param("川の管理局は金曜日".encode()[:-1], "川の管理局は金曜�", id="cut in a Japanese letter"),
        pytest.param(
            "Паром и ".encode() + b"\xe9 " + "скрипка".encode(), "Паром и � скрипка", id="another file's letter"
        ),
    ],
)
def test_utf_8_with_a_few_broken_bytes_stays_utf_8(data, want):
    assert decode(data) == Decoded(want, BROKEN)


@pytest.mark.parametrize(("language", "encoding"), [("Japanese", "cp932"), ("Japanese", "euc-jp"), ("Korean", "cp949")])
def test_a_text_that_is_cut_in_a_letter_keeps_the_others(language, encoding):
    for heading, sentences in CORPUS[language][1]:
        text = f"{heading}\n\n{sentences.rstrip('。.')}"
        assert decode(text.encode(encoding)[:-1]) == Decoded(text[:-1] + "�", BROKEN)


@pytest.mark.parametrize(
    "text",
    [
        "The lock costs £5m.",
        "Profit rose to £320 million in 2019, from £280 million a year before.",
        "The council’s budget is too small for the boys’ school and Mr O’Brien.",
        "The years 1939–1945 were hard.",
        "A plan – and a good one – was made.",
        "A plan—and a good one—was made.",
        "Prices rise by 3½ per cent, says the bank.",
        "The sum of €5m is not enough for the bridge.",
        "They paid ¥5,000 each for the ticket in a heat of 38°C.",
        "The “new town” is ‘too far’ from the lock…",
        "• The first of the points\n• The second, by Nutshell™",
        "See §5 of the law. © 2026",
        "title,text\r\nLock,The repair costs £320.\r\n",
    ],
)
def test_plain_english_of_windows_leaves_no_doubt(text):
    assert decode(text.encode("cp1252")) == Decoded(text)


@pytest.mark.parametrize("text", ["Tickets cost £18.", "It’s over", "Costs: €5m – €6m"])
def test_a_few_words_with_signs_of_english_are_read_as_such_and_doubted(text):
    assert decode(text.encode("cp1252")) == Decoded(text, GUESSED)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", "Łukasz spoke in the town with the mayor."),
        ("iso8859-15", "Le cœur of the matter is the sum."),
        ("mac-roman", "Mr Martín said the café of the town is closed."),
        ("mac-roman", "• The first of the points\n• The second of them"),
        ("cp850", "The café of the town is closed, says Mr Martín."),
        ("cp437", "The café of the town is closed, says Mr Martín."),
    ],
)
def test_english_with_foreign_names_in_other_encodings(encoding, text):
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    "text", ["~{ is no Chinese", "\x1b[1mThe ferry\x1b[0m runs.", "a ~{ b ~} c", "It costs $(5", "Plain."]
)
def test_what_only_looks_like_an_encoding_of_ascii_bytes_is_plain(text):
    assert decode(text.encode()) == Decoded(text)


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("latin1", "cp1252", "‘Zürich’ – 5 €"),
        ("ISO-8859-9", "cp1254", "Şoför “yıl” dedi"),
        ("gbk", "gb18030", "㐀旧水坝"),
        ("ks_c_5601-1987", "cp949", "낡은 댐 똠"),
        ("x-sjis", "cp932", "①古いダム"),
        ("dos-874", "cp874", "เขื่อน"),
        (" Windows-1257 ", "cp1257", "Ryšys nutrūko"),
        ("x-mac-cyrillic", "mac-cyrillic", "Паром"),
    ],
)
def test_labels_mean_what_browsers_make_of_them(label, encoding, text):
    assert decode(text.encode(encoding), declared=label) == Decoded(text)


@pytest.mark.parametrize("label", ["utf-7", "hz-gb-2312", "x-user-defined", "zlib", "utf-8", "utf-16", "nonsense", ""])
def test_labels_that_are_not_heeded(label):
    text = CORPUS["French"][1][0][1]
    assert decode(text.encode("cp1252"), declared=label).text == text


@pytest.mark.parametrize(
    ("name", "want"),
    [
        ("polish-iso-8859-2.txt", POLISH),
        ("polish-windows-1250.txt", POLISH),
        (
            "thai-windows-874.txt",
            "คณะกรรมการแม่น้ำประกาศเมื่อวันศุกร์ว่าเขื่อนเก่าเหนือเมืองจะถูกรื้อถอนภายในสองปี วิศวกรพบรอยร้าวในหอคอยทั้งสอง "
            "ชาวบ้านในหุบเขาโกรธมากเพราะไม่มีใครถามพวกเขา ค่าใช้จ่ายอยู่ที่ 88 ล้านบาท",
        ),
    ],
)
def test_files(name, want):
    article = read_file(CASES / name)
    assert (article.text, article.doubt) == (want, "")


def test_a_doubt_reaches_the_reader_of_files_and_of_batches(tmp_path):
    data = "Un élève".encode("cp1252")
    for name in ("a.txt", "a.md"):
        (tmp_path / name).write_bytes(data)
        assert read_file(tmp_path / name).doubt == GUESSED
    assert read_batch(tmp_path / "a.txt")[0].doubt == GUESSED


def test_a_short_polish_table():
    [item] = read_batch(CASES / "polish-short-windows-1250.csv")
    assert (item.row, item.name, item.doubt) == (2, "Tama", "")
    assert item.text == (
        "Zarząd rzeki ogłosił w piątek, że stara zapora zostanie rozebrana w ciągu dwóch lat, bo źle ją zbudowano."
    )
