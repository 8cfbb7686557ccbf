"""What a file is, by its content; its name is only asked where contents look alike."""

import io
import re
import zipfile
from typing import Literal

from ui.reading.errors import FILE_BROKEN, FILE_LOCKED, FILE_UNKNOWN, UnreadableError

FILE_PICTURE = "This is a picture, and words in pictures can't be read. Paste the text."
FILE_OLD_WORD = "This is a file of an old Word (.doc). Save it as .docx or PDF and choose that, or paste the text."
FILE_RICH_TEXT = "This is a rich text file (.rtf). Save it as .docx or PDF and choose that, or paste the text."
FILE_OPEN_DOCUMENT = "This is an OpenDocument file (.odt). Save it as .docx or PDF and choose that, or paste the text."
FILE_OFFICE = "This is a spreadsheet or a slide show. Choose a text, HTML, PDF or Word (.docx) file, or paste the text."
FILE_WEB_ARCHIVE = "This is a web archive. Save the page as HTML or PDF and choose that, or paste the text."
FILE_MISNAMED = "This is not the {suffix} file that its name says. Save or download it again, or paste the text."

Kind = Literal["text", "markdown", "html", "pdf", "docx"]

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx")

_PLAIN: dict[str, Kind] = {"": "text", ".txt": "text", ".md": "markdown", ".html": "html", ".htm": "html"}
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_PDF_HEADER_BYTES = 1024  # PDF readers look this far for the header; mail gateways put lines before it
_HTML = re.compile(
    rb"(?:<\?xml[^>]*+>|(?><!--.*?-->)|\s)*+<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE | re.DOTALL
)
_HTML_BYTES = 4096

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_SIGNATURES = (
    (b"{\\rtf", FILE_RICH_TEXT),
    (b"\x89PNG", FILE_PICTURE),
    (b"\xff\xd8\xff", FILE_PICTURE),
    (b"GIF8", FILE_PICTURE),
    (b"II*\0", FILE_PICTURE),
    (b"MM\0*", FILE_PICTURE),
    (b"bplist", FILE_WEB_ARCHIVE),
    (b"From: <Saved by", FILE_WEB_ARCHIVE),
    (b"MIME-Version:", FILE_WEB_ARCHIVE),
)
_PICTURES_AFTER_A_SIZE = re.compile(rb"RIFF.{4}WEBP|.{4}ftyp(?:heic|heix|mif1|avif)", re.DOTALL)


def kind_of(data: bytes, suffix: str) -> Kind:
    """What to read `data` as.

    Args:
        suffix: of the file's name, in lower case, such as ".txt"; "" if it has none.

    Raises:
        UnreadableError: it is nothing that can be read here.
    """
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data)
    start = _without_mark(data)
    if start.startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in data[:_PDF_HEADER_BYTES]):
        return "pdf"
    _refuse_known(data)
    if _HTML.match(start[:_HTML_BYTES]):
        return "html"
    if suffix in {".pdf", ".docx"}:
        raise UnreadableError(FILE_MISNAMED.format(suffix=suffix))
    if suffix not in _PLAIN:
        raise UnreadableError(FILE_UNKNOWN)
    return _PLAIN[suffix]


def _without_mark(data: bytes) -> bytes:
    """The beginning of `data` as one byte per character, without what may stand before it."""
    start = data[: 2 * _HTML_BYTES]
    for mark in _BYTE_ORDER_MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip()


def _refuse_known(data: bytes) -> None:
    if data.startswith(_OLE):
        # Word puts an encrypted .docx into the container that its .doc files used.
        raise UnreadableError(FILE_LOCKED if _ENCRYPTED_PACKAGE in data else FILE_OLD_WORD)
    for signature, sentence in _SIGNATURES:
        if data.startswith(signature):
            raise UnreadableError(sentence)
    if _PICTURES_AFTER_A_SIZE.match(data):
        raise UnreadableError(FILE_PICTURE)


def _kind_of_zip(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise UnreadableError(FILE_BROKEN) from error
    if any(name.startswith("word/") for name in names):
        return "docx"
    if any(name.startswith(("xl/", "ppt/")) for name in names):
        raise UnreadableError(FILE_OFFICE)
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in data[:200]:
        raise UnreadableError(FILE_OPEN_DOCUMENT)
    raise UnreadableError(FILE_UNKNOWN)
