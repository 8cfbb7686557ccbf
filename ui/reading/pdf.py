"""PDF files -> article text, with pdfminer.six, which is written in Python only, draws nothing and fetches nothing.

A PDF knows letters and places. pdfminer puts letters into lines; pdf_lines.py reads each line's text, pdf_columns.py
puts the lines of a page in order, and pdf_paragraphs.py makes paragraphs and notes of them.
"""

import io
import itertools
from typing import TYPE_CHECKING, Any

from ui.reading.article import Article
from ui.reading.errors import FILE_BROKEN, FILE_LOCKED, UnreadableError
from ui.reading.pdf_columns import in_columns
from ui.reading.pdf_lines import Line, is_right_to_left, lines_of
from ui.reading.pdf_paragraphs import article_of, body_size, without_margins, without_notes

if TYPE_CHECKING:
    from pdfminer.pdfpage import PDFPage

MAX_PAGES = 300
MAX_CHARS = 250_000
"""More than the summarizer takes by default. pdfminer needs up to 35 us a letter, so this is half of the time bound."""

FILE_SCANNED = (
    "This PDF holds pictures of pages, not their words. Run text recognition (OCR) on it first, or paste the text."
)
FILE_GARBLED = "This PDF does not say which letters its signs stand for. Copy the text from elsewhere and paste it."
FILE_TOO_MANY_PAGES = (
    "This PDF has {num_pages:,} pages; at most {max_pages} can be read. Save the article's pages alone."
)
CUT = "This PDF is long: only its first {num_pages:,} pages were read. Save the article's pages alone to read others."
ORDER = (
    "This PDF has tables, or text in boxes that overlap. Some lines may stand in the wrong order here; look it over."
)

_MIN_LETTERS = 0.5
"""Share of letters and digits among a text's signs, where it is one; about nine tenths in any language."""


def read_pdf(data: bytes) -> Article:
    """The article in a PDF: its columns one after the other, without what repeats on each page, footnotes apart.

    Raises:
        UnreadableError: it is scanned, protected, damaged or too long, or its letters are not what they look like.
    """
    from pdfminer.pdfdocument import PDFEncryptionError
    from pdfminer.psexceptions import PSException

    try:
        pages, is_whole = _read(_open(data))
    except PDFEncryptionError as error:
        raise UnreadableError(FILE_LOCKED) from error
    except PSException as error:
        raise UnreadableError(FILE_BROKEN) from error
    pages = without_margins(pages)
    text = "".join(line.text for page in pages for line in page)
    _check_letters(text)
    body, from_right = body_size(pages), is_right_to_left(text)
    columns, notes, doubts = [], [], [] if is_whole else [CUT.format(num_pages=len(pages))]
    for page in pages:
        rest, notes_here = without_notes(page, body)
        ordered = in_columns(rest, from_right=from_right)
        columns.append(ordered.columns)
        notes += notes_here
        if ordered.is_in_doubt and ORDER not in doubts:
            doubts.append(ORDER)
    return article_of(columns, notes, doubt=" ".join(doubts))


def _open(data: bytes) -> list["PDFPage"]:
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    # Some mail programs leave lines before the header, and all places in the file are counted from there.
    document = PDFDocument(PDFParser(io.BytesIO(data[max(0, data.find(b"%PDF-")) :])))
    pages = list(itertools.islice(PDFPage.create_pages(document), 10 * MAX_PAGES))
    if not pages:
        raise UnreadableError(FILE_BROKEN)
    if len(pages) > MAX_PAGES:
        raise UnreadableError(FILE_TOO_MANY_PAGES.format(num_pages=len(pages), max_pages=MAX_PAGES))
    return pages


def _read(document_pages: list["PDFPage"]) -> tuple[list[list[Line]], bool]:
    """The lines of the pages in the order in which they are drawn, and whether that is all of them."""
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager

    resources = PDFResourceManager()
    device = _device(resources)
    interpreter = PDFPageInterpreter(resources, device)
    pages, num_chars = [], 0
    for page in document_pages:
        interpreter.process_page(page)
        pages.append(lines_of(device.get_result()))
        num_chars += sum(len(line.text) for line in pages[-1])
        if num_chars > MAX_CHARS:
            break
    return pages, len(pages) == len(document_pages)


def _device(resources: Any) -> Any:
    """pdfminer's, which leaves out what nobody sees and reads embedded drawings as parts of the page."""
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LTFigure
    from pdfminer.utils import translate_matrix

    class Device(PDFPageAggregator):
        def begin_figure(self, *_: Any) -> None: ...

        def end_figure(self, *_: Any) -> None: ...

        def render_image(self, name: str, *_: Any) -> None:
            # An image fills the unit square of its surroundings.
            self.cur_item.add(LTFigure(name, (0, 0, 1, 1), self.ctm))

        def paint_path(self, gstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Any) -> None:
            if fill and len(path) < 8:  # what may be the ground of white letters; drawings have thousands of others
                super().paint_path(gstate, stroke, fill, evenodd, path)

        def render_char(
            self, matrix: Any, font: Any, fontsize: float, scaling: float, rise: float, *rest: Any
        ) -> float:
            # So that a raised letter's matrix says how high it stands, however the file raises it.
            return super().render_char(translate_matrix(matrix, (0, rise)), font, fontsize, scaling, 0, *rest)

        def handle_undefined_char(self, *_: Any) -> str:
            return "\N{REPLACEMENT CHARACTER}"

    return Device(resources)


def _check_letters(text: str) -> None:
    signs = "".join(text.split())
    num_letters = sum(map(str.isalnum, signs))
    if not signs:
        raise UnreadableError(FILE_SCANNED)
    if num_letters < _MIN_LETTERS * len(signs):
        raise UnreadableError(FILE_GARBLED)
