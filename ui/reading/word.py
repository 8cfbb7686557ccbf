"""Word files (.docx) -> article text.

A .docx is a zip of XML files, and the words of the document are in one of them. It is read here without python-docx,
which unpacks every picture first and leaves out tracked insertions, content controls and text boxes.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ui import words
from ui.reading.article import Article
from ui.reading.errors import UnreadableError

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_XML_BYTES = 30_000_000
"""Unpacked; a book's worth of words with all its formatting. As a tree it takes about ten times the memory."""

_MAIN_PART = "word/document.xml"
_IS_MAIN_PART = "/officeDocument"  # the end of a relationship's type, in both dialects of the format
# Deleted and moved text, field codes such as ` PAGE `, and the copy of a text box for old versions of Word.
_LEFT_OUT = {"del", "moveFrom", "instrText", "Fallback", "pPr", "rPr", "sectPr"}
_AS_TEXT = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(data: bytes) -> Article:
    """Paragraphs, headings and table rows in the order of the document, text boxes after their paragraph.

    Raises:
        UnreadableError: it is protected, damaged, or unpacks to more than `MAX_XML_BYTES`.
    """
    from lxml import etree

    # No entities: an XML bomb stays small, and no file of this machine gets into the text.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            relations = etree.fromstring(_unpack(archive, "_rels/.rels"), parser)
            body = etree.fromstring(_unpack(archive, _main_part(relations)), parser)
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, NotImplementedError, etree.XMLSyntaxError) as error:
        raise UnreadableError(words.FILE_BROKEN) from error
    return Article.of(_paragraphs(body))


def _unpack(archive: zipfile.ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.flag_bits & 1:
        raise UnreadableError(words.FILE_LOCKED)
    # zipfile gives out as many bytes as the entry declares, whatever is behind it.
    if info.file_size > MAX_XML_BYTES:
        raise UnreadableError(words.FILE_TOO_COMPLEX)
    return archive.read(info)


def _main_part(relations: "_Element") -> str:
    """The name of the part that holds the text; nearly always the same, but the format leaves it open."""
    for relation in relations:
        if str(relation.get("Type")).endswith(_IS_MAIN_PART):
            return posixpath.normpath(str(relation.get("Target")).lstrip("/"))
    return _MAIN_PART


def _name(element: "_Element") -> str:
    """Without the namespace, which the two dialects of the format do not share; "" for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _paragraphs(element: "_Element") -> Iterator[str]:
    for child in element:
        name = _name(child)
        if name == "p":
            yield "".join(_words(child)).strip()
            yield from _text_boxes(child)
        elif name == "tr":
            yield from _row(child)
        elif name not in _LEFT_OUT:
            yield from _paragraphs(child)


def _row(row: "_Element") -> Iterator[str]:
    """One line for a row of figures; a row of a table that only arranges the page keeps its paragraphs."""
    cells = [[text for text in _paragraphs(cell) if text] for cell in row]
    if all(len(cell) <= 1 for cell in cells):
        yield ", ".join(cell[0] for cell in cells if cell)
    else:
        for cell in cells:
            yield from cell


def _words(element: "_Element") -> Iterator[str]:
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _AS_TEXT:
            yield _AS_TEXT[name]
        elif name not in _LEFT_OUT and name != "txbxContent":
            yield from _words(child)


def _text_boxes(element: "_Element") -> Iterator[str]:
    for child in element:
        name = _name(child)
        if name == "txbxContent":
            yield from _paragraphs(child)
        elif name not in _LEFT_OUT:
            yield from _text_boxes(child)
