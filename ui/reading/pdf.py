"""PDF files -> article text, with pypdf, which is written in Python only and draws nothing."""

import io
import math
from typing import TYPE_CHECKING, Any

from ui import words
from ui.reading.article import MAX_TEXT_CHARS, Article, spell_out
from ui.reading.errors import FILE_BROKEN, FILE_LOCKED, UnreadableError
from ui.reading.lines import Line, in_reading_order, paragraphs, without_margins

if TYPE_CHECKING:
    from pypdf import PageObject

MAX_PAGES = 300

_MIN_LETTERS = 0.5
"""Share of letters and digits among a text's signs, where it is one; about nine tenths in any language."""


def read_pdf(data: bytes) -> Article:
    """The paragraphs of a PDF in the order in which it holds them, without what repeats on each page.

    Raises:
        UnreadableError: it is scanned, protected, damaged or too long, or its letters are not what they look like.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError(FILE_LOCKED)
        num_pages = len(reader.pages)
        if num_pages > MAX_PAGES:
            raise UnreadableError(words.FILE_TOO_MANY_PAGES.format(num_pages=num_pages, max_pages=MAX_PAGES))
        pages = _pages(reader)
    except PyPdfError as error:
        raise UnreadableError(FILE_BROKEN) from error
    article = list(paragraphs(without_margins(pages)))
    text = "".join(article)
    signs = "".join(text.split())
    if not any(map(str.isalnum, text)):
        raise UnreadableError(words.FILE_SCANNED)
    if sum(map(str.isalnum, signs)) < _MIN_LETTERS * len(signs):
        raise UnreadableError(words.FILE_GARBLED)
    return Article.of(article)


def _pages(reader: Any) -> list[list[Line]]:
    pages, num_chars = [], 0
    for page in reader.pages:
        pages.append(in_reading_order(_lines(page)))
        num_chars += sum(len(line.text) for line in pages[-1])
        if num_chars > MAX_TEXT_CHARS:
            break
    return pages


def _lines(page: "PageObject") -> list[Line]:
    """The lines of a page in the order in which they are drawn."""
    lines: list[Line] = []
    pieces: list[str] = []
    place = (0.0, 0.0, 0.0)

    def finish() -> None:
        text = " ".join(spell_out("".join(pieces)).split())
        if text:
            lines.append(Line(text, *place))
        pieces.clear()

    def see(text: str, to_page: list[float], to_line: list[float], _font: object, font_size: float) -> None:
        nonlocal place
        for number, piece in enumerate(text.split("\n")):
            if number:
                finish()
            if piece.strip() and not any(map(str.strip, pieces)):
                place = _place(to_page, to_line, font_size)
            pieces.append(piece)

    page.extract_text(visitor_text=see)
    finish()
    return lines


def _place(to_page: list[float], to_line: list[float], font_size: float) -> tuple[float, float, float]:
    """x, y and letter size on the page, from a line's matrix and that of its surroundings."""
    a, b, c, d, e, f = to_page
    x, y = to_line[4], to_line[5]
    up = (to_line[2] * a + to_line[3] * c, to_line[2] * b + to_line[3] * d)
    return x * a + y * c + e, x * b + y * d + f, math.hypot(*up) * font_size
