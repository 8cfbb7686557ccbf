"""Word files: what its readers see of a document, in its order, and a sentence where there is nothing to see."""

import io
import zipfile
from pathlib import Path

import docx
import pytest

from ui.reading.article import Article
from ui.reading.errors import FILE_BROKEN, FILE_EMPTY, FILE_LOCKED, FILE_TOO_COMPLEX, UnreadableError
from ui.reading.files import read_file
from ui.reading.word import FOREIGN_PART, read_docx

CASES = Path(__file__).parent / "cases"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = f"""<w:styles xmlns:w="{W}"><w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:styleId="Note"><w:name w:val="footnote reference"/>
<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>
<w:style w:styleId="Secret"><w:name w:val="Internal"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:styleId="Points"><w:name w:val="List Bullet"/>
<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style></w:styles>"""
NOTES = f"""<w:footnotes xmlns:w="{W}">
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:t>x</w:t></w:r></w:p></w:footnote>
<w:footnote w:id="1"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> The board, 2026.</w:t></w:r></w:p>
</w:footnote></w:footnotes>"""


def saved(document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def docx_bytes(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def docx_of_xml(body: str, *, before: str = "", relations: str = "", **parts: bytes | str) -> bytes:
    """A Word file whose document has this body; the double underscore in the name of a part stands for a full stop."""
    packages = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = f'<Relationship Id="m" Type="{R}/officeDocument" Target="word/document.xml"/>'
    xml = f'<?xml version="1.0"?>{before}<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{packages}">{main}</Relationships>')
        archive.writestr(
            "word/_rels/document.xml.rels", f'<Relationships xmlns="{packages}">{relations}</Relationships>'
        )
        archive.writestr("word/document.xml", xml)
        for name, content in {"styles__xml": STYLES, "footnotes__xml": NOTES, **parts}.items():
            archive.writestr(f"word/{name.replace('__', '.')}", content)
    return buffer.getvalue()


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def texts(body: str) -> tuple[str, ...]:
    return read_docx(docx_of_xml(body)).paragraphs


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        read_docx(content)
    return str(caught.value)


def test_paragraphs_headings_lists_and_tables_in_order():
    document = docx.Document()
    document.add_heading("Ferries run all night", 0)
    document.add_paragraph("The council of ").add_run("Ulm").bold = True
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Year", "Boats", "2024", "3"], strict=True):
        cell.text = text
    document.add_paragraph("")
    document.add_paragraph("It costs\n2 million\teuros.", style="List Bullet")
    document.add_paragraph("Why", style="List Number")
    document.sections[0].header.paragraphs[0].text = "The Ulm Herald"
    assert read_docx(saved(document)) == Article(
        ("The council of Ulm", "Year, Boats", "2024, 3", "- It costs\n2 million\teuros.", "- Why"),
        "Ferries run all night",
    )


def test_a_table_that_only_arranges_the_page():
    table = docx.Document().add_table(rows=1, cols=2)
    table.cell(0, 0).text = "Left one."
    table.cell(0, 0).add_paragraph("Left two.")
    table.cell(0, 1).text = "Right."
    assert read_docx(saved(table.part.document)).paragraphs == ("Left one.", "Left two.", "Right.")


def table(*cells: str) -> str:
    row = "".join(f"<w:tc>{paragraph(run(cell))}</w:tc>" for cell in cells)
    return f"<w:tbl><w:tr>{row}</w:tr></w:tbl>"


@pytest.mark.parametrize(
    ("cells", "want"),
    [
        (["The lock closes in May.", "It opens in June, if all goes well."], None),
        (["“Will it be closed?” he asked.", "Nobody knew (yet!)"], None),
        (["The lock closes in May.", "", "It opens in June."], None),
        (["The lock closes in May."], None),
        (["2024", "3", "The lock was closed."], "2024, 3, The lock was closed."),
        (["Jan.", "Feb.", "Mar."], "Jan., Feb., Mar."),
        (["Grain quay", "60 berths"], "Grain quay, 60 berths"),
        (["Approx. no.", "The lock is closed"], "Approx. no., The lock is closed"),
    ],
)
def test_cells_that_are_sentences_are_paragraphs(cells, want):
    assert texts(table(*cells)) == ((want,) if want else tuple(filter(None, cells)))


M = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def formula(kind: str, *parts: str, properties: str = "") -> str:
    names = {"f": ("num", "den"), "sSup": ("e", "sup"), "sSubSup": ("e", "sub", "sup"), "rad": ("deg", "e")}
    tags = names.get(kind, ("e",) * len(parts))
    inside = "".join(
        f"<m:{tag}>{part if '<' in part else f'<m:r><m:t>{part}</m:t></m:r>'}</m:{tag}>"
        for tag, part in zip(tags, parts, strict=True)
    )
    return f'<m:oMath xmlns:m="{M}"><m:{kind}><m:{kind}Pr>{properties}</m:{kind}Pr>{inside}</m:{kind}></m:oMath>'


@pytest.mark.parametrize(
    ("before", "inside", "want"),
    [
        ("It takes 1", formula("f", "1", "2"), "It takes 1 1/2 h"),
        ("It takes ", formula("f", "1", "2"), "It takes 1/2 h"),
        ("It takes 2", formula("f", "a", "b"), "It takes 2a/b h"),
        ("It takes ", formula("f", "a+1", "2.5"), "It takes (a+1)/2.5 h"),
        ("It takes ", formula("f", formula("sSup", "10", "6"), "3"), "It takes 10⁶/3 h"),
        ("The area is ", formula("sSup", "r", "2"), "The area is r² h"),
        ("There are ", formula("sSup", "2", "64"), "There are 2⁶⁴ h"),
        ("There are ", formula("sSup", "2", "n+1"), "There are 2ⁿ⁺¹ h"),
        ("There are ", formula("sSup", "2", "n/2"), "There are 2^(n/2) h"),
        ("It is ", formula("sSup", "20", "∘"), "It is 20° h"),
        ("It is ", formula("sSubSup", "x", "1", "2"), "It is x1² h"),
        ("It is ", formula("rad", "", "2"), "It is √2 h"),
        ("It is ", formula("rad", "3", "a+b"), "It is ³√(a+b) h"),
        ("It is f", formula("d", "x"), "It is f(x) h"),
        (
            "It is f",
            formula("d", "x", "y", properties='<m:begChr m:val="["/><m:sepChr m:val=";"/><m:endChr m:val=""/>'),
            "It is f[x;y h",
        ),
        ("It is ", formula("sSub", "x", "1"), "It is x1 h"),
    ],
)
def test_formulas(before, inside, want):
    assert texts(paragraph(run(before), inside, run(" h"))) == (want,)


@pytest.mark.parametrize(
    ("font", "code", "want"),
    [
        ("Symbol", "F0B4", "4×5"),
        ("Symbol", "00B4", "4×5"),
        ("Symbol", "F0B0", "4°5"),
        ("Symbol", "F02D", "4−5"),
        ("Symbol", "F06D", "4μ5"),
        ("Symbol", "F0A3", "4≤5"),
        ("Symbol", "F0BB", "4≈5"),
        ("Symbol", "F02F", "4/5"),
        ("Arial", "00D7", "4×5"),
        ("Wingdings", "F04A", "4 5"),
        ("Symbol", "nonsense", "4 5"),
        ("", "", "4 5"),
    ],
)
def test_signs_that_are_given_by_number(font, code, want):
    sign = f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'
    assert texts(paragraph(run("4"), sign, run("5"))) == (want,)


SUPER = '<w:vertAlign w:val="superscript"/>'


@pytest.mark.parametrize(
    ("body", "want"),
    [
        (
            paragraph("<w:del>" + run("old ") + "</w:del>", run("The "), "<w:ins>" + run("new") + "</w:ins>"),
            ["The new"],
        ),
        (paragraph("<w:moveFrom>" + run("A ") + "</w:moveFrom><w:moveTo>" + run("B") + "</w:moveTo>"), ["B"]),
        (paragraph(run("One "), properties="<w:rPr><w:del/></w:rPr>") + paragraph(run("line.")), ["One line."]),
        (
            "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>" + paragraph(run("Old")) + "</w:tc></w:tr><w:tr><w:tc>"
            f"{paragraph(run('2024'))}</w:tc><w:tc>{paragraph(run('3'))}</w:tc></w:tr></w:tbl>",
            ["2024, 3"],
        ),
        (paragraph("<w:r><w:instrText> PAGE </w:instrText></w:r>", run("Nine")), ["Nine"]),
        (paragraph("<w:r><w:t>new</w:t><w:noBreakHyphen/><w:t>ish</w:t></w:r>"), ["new-ish"]),
        (paragraph(run("Ulm"), "<w:r><w:ptab/></w:r>", run("8 pm")), ["Ulm\t8 pm"]),
        ("<w:sdt><w:sdtContent>" + paragraph(run("In a control.")) + "</w:sdtContent></w:sdt>", ["In a control."]),
        (
            paragraph(run("Text."), f"<w:r><w:txbxContent>{paragraph(run('Box.'))}</w:txbxContent></w:r>"),
            ["Text.", "Box."],
        ),
        (
            paragraph("<w:hyperlink>" + run("linked") + "</w:hyperlink><w:smartTag>" + run(" tag") + "</w:smartTag>"),
            ["linked tag"],
        ),
        (paragraph(run("$320"), run("1", SUPER), run(" a head.")), ["$320 a head."]),
        (paragraph(run("41,500"), run("2", '<w:rStyle w:val="Note"/>'), run(" homes.")), ["41,500 homes."]),
        (
            paragraph(run("40 km"), run("2", SUPER), run(", the 1"), run("st", SUPER), run(" of 10"), run("6", SUPER)),
            ["40 km², the 1st of 10⁶"],
        ),
        (
            paragraph(run("10"), run("1", SUPER), run("2", SUPER), run(" or 1"), run("1", SUPER), run("/2 of 5 m")),
            ["10¹² or 1 1/2 of 5 m"],
        ),
        (
            paragraph(run("They spent $320"), run("1 ", SUPER), run("on 5 m"), run("3", SUPER), run("/s.")),
            ["They spent $320 on 5 m³/s."],
        ),
        (
            paragraph(run("$320"), run("1", '<w:position w:val="6"/><w:sz w:val="16"/>'), run(" a head.")),
            ["$320 a head."],
        ),
        (paragraph(run("5 m"), run("3", '<w:position w:val="10"/>'), run(" of it.")), ["5 m³ of it."]),
        (paragraph(run("$320"), run("1", '<w:position w:val="3pt"/>'), run(" a head.")), ["$320 a head."]),
        (paragraph(run("$320"), run("1", '<w:position w:val="0"/>'), run(" a head.")), ["$3201 a head."]),
        (paragraph(run("H"), run("2", '<w:position w:val="-6"/>'), run("O")), ["H2O"]),
        (paragraph(run("All of it stands higher.", '<w:position w:val="6"/>')), ["All of it stands higher."]),
        (paragraph(run("CO"), run("2", '<w:vertAlign w:val="subscript"/>')), ["CO2"]),
        (paragraph(run("Seen."), run(" Hidden.", "<w:vanish/>")), ["Seen."]),
        (paragraph(run("Seen."), run(" Hidden.", '<w:rStyle w:val="Secret"/>')), ["Seen."]),
        (paragraph(run("Seen.")) + paragraph(run("Hidden."), properties='<w:pStyle w:val="Secret"/>'), ["Seen."]),
        (
            paragraph(
                run("Seen", '<w:vanish w:val="0"/>'),
                run(" too.", '<w:rStyle w:val="Secret"/><w:vanish w:val="false"/>'),
            ),
            ["Seen too."],
        ),
        (
            paragraph(
                "<w:r><w:ruby><w:rt>"
                + run("とう")
                + "</w:rt><w:rubyBase>"
                + run("東")
                + "</w:rubyBase></w:ruby></w:r>",
                run("京"),
            ),
            ["東京"],
        ),
        (
            paragraph(run("A point"), properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'),
            ["- A point"],
        ),
        (paragraph(run("A point"), properties='<w:pStyle w:val="Points"/>'), ["- A point"]),
        (
            paragraph(run("No point"), properties='<w:pStyle w:val="Points"/><w:numPr><w:numId w:val="0"/></w:numPr>'),
            ["No point"],
        ),
        (paragraph(run("Why"), run("3"), properties='<w:pStyle w:val="TOC1"/>') + paragraph(run("Why.")), ["Why."]),
    ],
)
def test_what_readers_see_of_a_paragraph(body, want):
    assert texts(body) == tuple(want)


def style(name: str, base: str = "", properties: str = "") -> str:
    return f'<w:style w:styleId="{name}"><w:basedOn w:val="{base}"/>{properties}</w:style>'


@pytest.mark.parametrize(
    ("runs", "properties", "want"),
    [
        ([run("$320"), run("1", '<w:rStyle w:val="Mark"/>')], "", "$320"),
        ([run("$320"), run("1", '<w:rStyle w:val="MyMark"/>')], "", "$320"),
        ([run("$320"), run("1", '<w:rStyle w:val="TheirMark"/>')], "", "$320"),
        ([run("$320"), run("1", '<w:rStyle w:val="NoMark"/>')], "", "$3201"),
        ([run("Seen"), run(" not", '<w:rStyle w:val="MySecret"/>')], "", "Seen"),
        ([run("Seen"), run(" too", '<w:rStyle w:val="Open"/>')], "", "Seen too"),
        ([run("A point")], '<w:pStyle w:val="MyPoints"/>', "- A point"),
        ([run("A point")], '<w:pStyle w:val="MyPoints"/><w:numPr><w:ilvl w:val="1"/></w:numPr>', "- A point"),
        ([run("No point")], '<w:pStyle w:val="Unmarked"/>', "No point"),
        ([run("A chapter")], '<w:pStyle w:val="Chapter"/>', "A chapter"),
        ([run("A part")], '<w:pStyle w:val="MyPoints"/><w:outlineLvl w:val="1"/>', "A part"),
        ([run("In a circle"), run("1", '<w:rStyle w:val="Ring2"/>')], '<w:pStyle w:val="Ring1"/>', "- In a circle"),
        ([run("Of none")], '<w:pStyle w:val="Self"/>', "Of none"),
        ([run("Of what is not there")], '<w:pStyle w:val="Orphan"/>', "Of what is not there"),
    ],
)
def test_a_style_takes_after_the_one_that_it_is_based_on(runs, properties, want):
    numbered = '<w:pPr><w:numPr><w:numId w:val="{}"/></w:numPr></w:pPr>'
    styles = (
        style("TheirMark", "MyMark"),
        style("MyMark", "Mark"),
        style("Mark", properties=f"<w:rPr>{SUPER}</w:rPr>"),
        style("NoMark", "Mark", '<w:rPr><w:vertAlign w:val="baseline"/></w:rPr>'),
        style("Secret", properties="<w:rPr><w:vanish/></w:rPr>"),
        style("MySecret", "Secret"),
        style("Open", "MySecret", '<w:rPr><w:vanish w:val="0"/></w:rPr>'),
        style("Points", properties=numbered.format(3)),
        style("MyPoints", "Points"),
        style("Unmarked", "Points", numbered.format(0)),
        style("Head", properties=numbered.format(2).replace("</w:pPr>", '<w:outlineLvl w:val="0"/></w:pPr>')),
        style("Chapter", "Head"),
        style("Ring1", "Ring2", numbered.format(1)),
        style("Ring2", "Ring1", f"<w:rPr>{SUPER}</w:rPr>"),
        style("Self", "Self"),
        style("Orphan", "Nobody"),
    )
    styles_part = f'<w:styles xmlns:w="{W}">{"".join(styles)}</w:styles>'
    body = paragraph(*runs, properties=properties)
    assert read_docx(docx_of_xml(body, styles__xml=styles_part)).paragraphs == (want,)


def test_notes_and_the_title_stand_apart():
    marked = paragraph(run("It rose to $320"), '<w:r><w:footnoteReference w:id="1"/></w:r>', run("."))
    body = paragraph(run("Dam to go"), properties='<w:pStyle w:val="Titel"/>') + marked
    assert read_docx(docx_of_xml(body)) == Article(("It rose to $320.",), "Dam to go", ("The board, 2026.",))


PAGE = "<html><head><title>T</title></head><body><p>The dam&nbsp;goes.</p><p hidden>No.</p><ul><li>Why<sup>1</sup></ul>"
MAIL = f"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE}"


@pytest.mark.parametrize(
    ("name", "content", "want"),
    [
        ("a__htm", PAGE, ("The dam\xa0goes.", "- Why")),
        ("a__xhtml", PAGE.encode("utf-8-sig"), ("The dam\xa0goes.", "- Why")),
        ("a__mht", MAIL, ("The dam\xa0goes.", "- Why")),
        ("a__txt", "The dam goes.\r\n\r\nWhy", ("The dam goes.", "Why")),
        ("a__docx", docx_bytes("The dam goes.", "Why"), ("The dam goes.", "Why")),
    ],
)
def test_a_file_inside_the_file(name, content, want):
    target = name.replace("__", ".")
    relation = f'<Relationship Id="c1" Type="{R}/aFChunk" Target="{target}"/>'
    body = paragraph(run("Before.")) + '<w:altChunk r:id="c1"/>' + paragraph(run("After."))
    assert read_docx(docx_of_xml(body, relations=relation, **{name: content})).paragraphs == (
        "Before.",
        *want,
        "After.",
    )


def test_a_file_inside_the_file_that_cannot_be_read():
    relation = f'<Relationship Id="c1" Type="{R}/aFChunk" Target="/word/a.rtf"/>'
    assert refusal(docx_of_xml('<w:altChunk r:id="c1"/>', relations=relation, a__rtf="{\\rtf1 x}")) == FOREIGN_PART


def test_a_document_of_a_web_editor():
    assert read_file(CASES / "made-by-a-web-editor.docx").text == (
        "Dam to go\n\nThe river board said on Friday that the old dam above Lindfield will be taken down within two "
        "years, after engineers found cracks in both of its towers and water in the inspection tunnel.\n\nAbout 3,400 "
        "people live in the valley below, and they have been told to keep a bag packed in case the siren sounds before "
        "the reservoir has been drained this summer."
    )


def test_empty():
    assert refusal(docx_bytes()) == FILE_EMPTY


def test_called_txt(tmp_path):
    (tmp_path / "a.txt").write_bytes(docx_bytes("The council voted."))
    assert read_file(tmp_path / "a.txt").text == "The council voted."


def test_protected(tmp_path):
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "a.docx").write_bytes(container)
    with pytest.raises(UnreadableError, match=FILE_LOCKED):
        read_file(tmp_path / "a.docx")


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_truncated(share):
    content = docx_bytes("The council voted.")
    assert refusal(content[: int(share * len(content))]) == FILE_BROKEN


def test_damaged_inside():
    content = bytearray(docx_bytes("The council voted."))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo("word/document.xml").header_offset + 60
    content[start : start + 50] = bytes(50)
    assert refusal(bytes(content)) == FILE_BROKEN


@pytest.mark.slow
def test_a_zip_bomb():
    bomb = docx_of_xml(paragraph(run("a" * 60_000_000)))
    assert len(bomb) < 200_000
    assert refusal(bomb) == FILE_TOO_COMPLEX


def test_documents_inside_documents_end():
    content = docx_of_xml(paragraph(run("Innermost.")))
    relation = f'<Relationship Id="c1" Type="{R}/aFChunk" Target="a.docx"/>'
    for _ in range(40):
        content = docx_of_xml('<w:altChunk r:id="c1"/>', relations=relation, a__docx=content)
    assert refusal(content) == FILE_TOO_COMPLEX


def test_an_xml_bomb_stays_small():
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    before = f'<!DOCTYPE x [<!ENTITY e0 "laugh">{levels}]>'
    assert refusal(docx_of_xml(paragraph(run("&e9;")), before=before)) in {FILE_EMPTY, FILE_BROKEN}


def test_no_file_of_ours_gets_in(tmp_path):
    (tmp_path / "secret").write_text("secret")
    before = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    assert read_docx(docx_of_xml(paragraph(run("Hi &e; there")), before=before)).text == "Hi"
