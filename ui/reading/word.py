"""Word files (.docx) -> article text.

A .docx is a zip of XML files, and the words of the document are in one of them. It is read here without a library for
such files: docs/architecture.md says why.
"""

import email
import email.policy
import functools
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from itertools import chain, takewhile
from typing import TYPE_CHECKING

from ui.reading.article import Article
from ui.reading.decoding import Decoded, decode
from ui.reading.errors import FILE_BROKEN, FILE_LOCKED, FILE_TOO_COMPLEX, UnreadableError
from ui.reading.html import read_fragment
from ui.reading.plain import read_plain
from ui.reading.raised import read_runs
from ui.reading.word_formulas import FORMULAS, formula, symbol

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_XML_BYTES = 30_000_000
"""Unpacked; a book's worth of words with all its formatting. As a tree it takes about ten times the memory."""

FOREIGN_PART = (
    "This Word file holds its text as another file inside it, of a kind that can't be read. "
    "Open it in Word, save it again and choose that, or paste the text."
)

_MAIN_PART = "word/document.xml"
_IS_MAIN_PART = "/officeDocument"  # the end of a relationship's type, in both dialects of the format
_NOTES_PARTS = ("footnotes", "endnotes")
# Deleted and moved text, field codes such as ` PAGE `, furigana, and the copy of a text box for old versions of Word.
_LEFT_OUT = {"del", "moveFrom", "instrText", "Fallback", "pPr", "rPr", "sectPr", "rt", "footnoteRef", "endnoteRef"}
_AS_TEXT = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_MAX_DEPTH = 5
_OFF = {"0", "false", "none", "off"}
_RAISED = re.compile(r"[3-9]|[1-9]\d")
"""Half-points, by which some raise smaller letters instead of setting them as superscript."""
_SENTENCE = re.compile(r"\S\s\S+\s.*[.!?…][\"\'”’»)\]]*$", re.DOTALL)
_BODY_LEVEL = "9"
_PLAIN: Mapping[str, str] = {}
_TITLE = re.compile(r"title|heading 1")
_CONTENTS = re.compile(r"toc \d|table of figures|toc heading")


def read_docx(data: bytes, *, depth: int = 0) -> Article:
    """Paragraphs, headings, list items and table rows in the order of the document, text boxes after their paragraph.

    Args:
        depth: how many documents this one stands in.

    Raises:
        UnreadableError: it is protected, damaged, unpacks to more than `MAX_XML_BYTES`, or its text is an embedded
            file that can't be read.
    """
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Document(archive, depth).article()
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, NotImplementedError, etree.XMLSyntaxError) as error:
        raise UnreadableError(FILE_BROKEN) from error


def _name(element: "_Element") -> str:
    """Without the namespace, which the two dialects of the format do not share; "" for comments and the like."""
    return _local_name(element.tag) if isinstance(element.tag, str) else ""


@functools.lru_cache(maxsize=1000)
def _local_name(name: str) -> str:
    return name.rpartition("}")[2]


def _value(element: "_Element", name: str) -> str:
    return next((str(value) for key, value in element.items() if _local_name(key) == name), "")


def _settings(element: "_Element | None", *path: str) -> dict[str, str]:
    """What is set in the element at the end of `path`: values by name, "" for those that are only switched on."""
    for name in path:
        element = next((child for child in element if _name(child) == name), None) if element is not None else None
    return {_name(child): _value(child, "val") for child in element} if element is not None else {}


class _Document:
    """The parts of one .docx that matter for its words."""

    def __init__(self, archive: zipfile.ZipFile, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise UnreadableError(FILE_TOO_COMPLEX)
        self._archive, self._depth = archive, depth
        self._main = next(
            (target for _, kind, target in self._relations("") if kind.endswith(_IS_MAIN_PART)), _MAIN_PART
        )
        self._embedded = {name: target for name, _, target in self._relations(self._main)}
        self._style_names: dict[str, str] = {}
        self._styles: dict[str, dict[str, str]] = {}
        bases: dict[str, str] = {}
        for style in self._part("styles"):
            name, settings = _value(style, "styleId"), _settings(style)
            self._style_names[name], bases[name] = settings.get("name", "").lower(), settings.get("basedOn", "")
            self._styles[name] = _settings(style, "rPr") | _settings(style, "pPr") | _settings(style, "pPr", "numPr")
        own = dict(self._styles)
        for name in own:
            base, seen = bases[name], {name}
            while base in own and base not in seen:
                self._styles[name] = own[base] | self._styles[name]
                seen.add(base)
                base = bases[base]
        self._title = ""
        self._notes: list[str] = []

    def article(self) -> Article:
        paragraphs = list(filter(None, self._paragraphs(self._parse(self._main))))
        for part in _NOTES_PARTS:
            for note in self._part(part):
                if "eparator" not in _value(note, "type"):
                    self._notes.append("\n".join(filter(None, self._paragraphs(note))))
        if self._title and paragraphs[0] == self._title:
            paragraphs = paragraphs[1:]
        else:
            self._title = ""
        return Article.of(paragraphs, title=self._title, notes=self._notes)

    def _unpack(self, name: str) -> bytes:
        info = self._archive.getinfo(name)
        if info.flag_bits & 1:
            raise UnreadableError(FILE_LOCKED)
        # zipfile gives out as many bytes as the entry declares, whatever is behind it.
        if info.file_size > MAX_XML_BYTES:
            raise UnreadableError(FILE_TOO_COMPLEX)
        return self._archive.read(info)

    def _parse(self, name: str) -> "_Element":
        from lxml import etree

        # No entities: an XML bomb stays small, and no file of this machine gets into the text.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(self._unpack(name), parser)

    def _part(self, name: str) -> Iterator["_Element"]:
        path = posixpath.join(posixpath.dirname(self._main), f"{name}.xml")
        yield from self._parse(path) if path in self._archive.namelist() else ()

    def _relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Id, type and target of what a part ("" for the whole file) refers to."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path in self._archive.namelist() or not part:
            for relation in self._parse(path):
                target = posixpath.normpath(posixpath.join("/", folder, str(relation.get("Target"))))
                yield str(relation.get("Id")), str(relation.get("Type")), target.lstrip("/")

    def _paragraphs(self, element: "_Element") -> Iterator[str]:
        carried = ""
        for child in element:
            name = _name(child)
            if name == "p":
                text = carried + read_runs(self._words(child))
                carried = text if "del" in _settings(child, "pPr", "rPr") else ""  # its end was deleted
                if not carried:
                    yield self._as_paragraph(child, text.strip())
                yield from self._text_boxes(child)
            elif name == "tr":
                yield from () if "del" in _settings(child, "trPr") else self._row(child)
            elif name == "altChunk":
                yield from self._embedded_text(_value(child, "id"))
            elif name not in _LEFT_OUT:
                yield from self._paragraphs(child)
        yield carried.strip()

    def _as_paragraph(self, paragraph: "_Element", text: str) -> str:
        own = _settings(paragraph, "pPr")
        style = own.get("pStyle", "")
        name = self._style_names.get(style, "")
        settings = self._styles.get(style, {}) | own | _settings(paragraph, "pPr", "numPr")
        if _CONTENTS.match(name) or settings.get("vanish", "0") not in _OFF:
            return ""
        if not self._title and _TITLE.fullmatch(name):
            self._title = text
        is_heading = "heading" in name or settings.get("outlineLvl", _BODY_LEVEL) != _BODY_LEVEL
        is_item = settings.get("numId", "0") != "0" and not is_heading and bool(text)
        return f"- {text}" if is_item else text

    def _row(self, row: "_Element") -> Iterator[str]:
        """One line for a row of figures; a row of a table that only arranges the page keeps its paragraphs."""
        cells = [[text for text in self._paragraphs(cell) if text] for cell in row]
        texts = list(chain.from_iterable(cells))
        is_layout = any(len(cell) > 1 for cell in cells) or all(map(_SENTENCE.search, texts))
        yield from texts if is_layout else [", ".join(texts)]

    def _words(self, element: "_Element", settings: Mapping[str, str] = _PLAIN) -> Iterator[tuple[str, bool]]:
        """The runs of text in it, and whether they are raised."""
        is_raised = settings.get("vertAlign") == "superscript" or bool(_RAISED.match(settings.get("position", "")))
        for child in element:
            name = _name(child)
            if name == "t":
                yield child.text or "", is_raised
            elif name in _AS_TEXT:
                yield _AS_TEXT[name], is_raised
            elif name == "r":
                own = _settings(child, "rPr")
                own = self._styles.get(own.get("rStyle", ""), {}) | own
                if own.get("vanish", "0") in _OFF:
                    yield from self._words(child, own)
            elif name == "sym":
                yield symbol(_value(child, "font"), _value(child, "char")), is_raised
            elif name in FORMULAS:
                parts = [read_runs(self._words(part)) for part in child if not _name(part).endswith("Pr")]
                yield from formula(name, parts, _settings(child, f"{name}Pr"))
            elif name not in _LEFT_OUT and name != "txbxContent":
                yield from self._words(child, settings)

    def _text_boxes(self, paragraph: "_Element") -> Iterator[str]:
        for box in paragraph.iter("{*}txbxContent"):
            around = {
                _name(parent) for parent in takewhile(lambda parent: parent is not paragraph, box.iterancestors())
            }
            if around.isdisjoint(_LEFT_OUT | {"txbxContent"}):  # a box in a box comes with the outer one
                yield from self._paragraphs(box)

    def _embedded_text(self, name: str) -> Iterator[str]:
        """The words of a file inside this one, as web editors and report generators make them."""
        part = self._embedded[name]
        data = self._unpack(part)
        suffix = posixpath.splitext(part)[1].lower()
        if suffix in {".mht", ".mhtml"}:
            body = email.message_from_bytes(data, policy=email.policy.default).get_body(("html", "plain"))
            suffix, data = ".html", body.get_content().encode() if body else b""
        if suffix in {".htm", ".html", ".xhtml"}:
            article = read_fragment((decode(data, is_html=True) or Decoded("")).text)
        elif suffix == ".txt":
            article = read_plain(data)
        elif suffix == ".docx":
            article = read_docx(data, depth=self._depth + 1)
        else:
            raise UnreadableError(FOREIGN_PART)
        self._notes.extend(article.notes)
        yield from (article.title, *article.paragraphs)
