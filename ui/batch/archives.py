"""The articles of a .zip file: one per document in it. What a zip says of itself is not believed."""

import struct
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ui.batch.item import EMPTY, BatchItem, too_many_articles
from ui.reading.article import MAX_FILE_BYTES, MAX_FILE_SIZE, Article
from ui.reading.decoding import decode
from ui.reading.errors import UnreadableError
from ui.reading.files import SUFFIXES, read_document

BROKEN_ZIP = "The .zip file is damaged, or not one at all. Make it again."
LARGE_ZIP = "The documents in the .zip file are too large together: more than 50 MB. Divide them."
TOO_SLOW = "The documents before this one took too long. Put it into a .zip file with fewer others."
ZIP_IN_ZIP = "This is a .zip file inside a .zip file. Unpack it and give it by itself."
OTHER_KIND = "This is not a document that can be read: .txt, .md, .html, .pdf and .docx can."
ENCRYPTED = "This document is locked with a password. Unpack it first."
BROKEN_MEMBER = "This document cannot be unpacked. Make the .zip file again."
LARGE_MEMBER = f"This document is too large: more than {MAX_FILE_SIZE}."

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""What everybody's zip programs write. The others unpack in pieces of unbounded size in Python."""

_MAX_MEMBERS = 1000
_MAX_TOTAL_BYTES = 50_000_000
_MAX_READING_S = 120.0
"""After this, no further document is begun; each of them may take 20 s (`isolated.py`), and a zip holds many."""

_ENCRYPTED_FLAG = 0x1
_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
"""The extra field in which Info-ZIP and WinRAR put a name in UTF-8 (APPNOTE.TXT, 4.6.9)."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)
"""What `zipfile` raises about damaged files; ValueError is for offsets and names that make no sense."""


def archive_articles(path: Path, *, max_items: int, read: Callable[..., Article] = read_document) -> list[BatchItem]:
    """The articles of the zip file at `path`, in its own order; a document that cannot be read is a problem of its row.

    Args:
        path: the zip file.
        max_items: how many documents it may hold.
        read: reads one document, `read(data, name=...) -> Article`; may raise UnreadableError.

    Raises:
        UnreadableError: not a zip file, no document in it, too many, or more than 50 MB once unpacked.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise UnreadableError(BROKEN_ZIP) from error
    items, left_bytes, ends_at_s = [], _MAX_TOTAL_BYTES, time.monotonic() + _MAX_READING_S
    with archive:
        for row, member in enumerate(_members(archive, max_items), start=1):
            name = _path(member).name
            try:
                data = _unpacked(archive, member, ends_at_s)
                left_bytes -= len(data)
                if left_bytes < 0:
                    break
                if len(data) > MAX_FILE_BYTES:
                    raise UnreadableError(LARGE_MEMBER)
                article = read(data, name=name)
                items.append(BatchItem.article(row, article.text, name=name, doubt=article.doubt))
            except UnreadableError as error:
                items.append(BatchItem.failed(row, str(error), name=name))
    if left_bytes < 0:
        raise UnreadableError(LARGE_ZIP)
    return items


def _members(archive: zipfile.ZipFile, max_items: int) -> list[zipfile.ZipInfo]:
    """What a person sees in the zip: no folders, and nothing that macOS and editors hide."""
    if len(archive.infolist()) > _MAX_MEMBERS:
        raise UnreadableError(too_many_articles(len(archive.infolist()), max_items))
    _name(archive.infolist())
    members = [member for member in archive.infolist() if _is_shown(member)]
    if len(members) > max_items:
        raise UnreadableError(too_many_articles(len(members), max_items))
    if not members:
        raise UnreadableError(EMPTY)
    return members


def _name(members: list[zipfile.ZipInfo]) -> None:
    """Give the members the names that their zip program meant.

    Those without a flag or a field that says UTF-8 are in whatever encoding a machine had; `zipfile` takes all of them
    for DOS's. Together they tell more than each by itself.
    """
    unmarked = []
    for member in members:
        if not member.flag_bits & _UTF8_FLAG and not _name_by_field(member):
            unmarked.append(member)
    decoded = decode(b"\n".join(member.orig_filename.encode("cp437") for member in unmarked))
    names = decoded.text.split("\n") if decoded else []
    if len(names) == len(unmarked):
        for member, name in zip(unmarked, names, strict=True):
            member.filename = unicodedata.normalize("NFC", name)


def _name_by_field(member: zipfile.ZipInfo) -> bool:
    """Name the member by its extra field, if it has one for the name that it has now."""
    extra, raw = member.extra, member.orig_filename.encode("cp437")
    while len(extra) >= 4:
        kind, num_bytes = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + num_bytes], extra[4 + num_bytes :]
        if kind == _UNICODE_PATH and field[1:5] == struct.pack("<L", zlib.crc32(raw)):
            member.filename = field[5:].decode("utf-8", "replace")
            return True
    return False


def _path(member: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(member.filename.replace("\\", "/"))


def _is_shown(member: zipfile.ZipInfo) -> bool:
    parts = _path(member).parts
    if not parts or member.filename.endswith(("/", "\\")) or "__MACOSX" in parts:
        return False
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return not hidden and parts[-1].lower() not in {"thumbs.db", "desktop.ini"}


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, ends_at_s: float) -> bytes:
    """The document, or just more than `MAX_FILE_BYTES` of it.

    Raises:
        UnreadableError: it is none, it cannot be unpacked, or time is up.
    """
    suffix = _path(member).suffix.lower()
    if suffix not in SUFFIXES:
        raise UnreadableError(ZIP_IN_ZIP if suffix == ".zip" else OTHER_KIND)
    if member.flag_bits & _ENCRYPTED_FLAG:
        raise UnreadableError(ENCRYPTED)
    if member.compress_type not in _METHODS:
        raise UnreadableError(BROKEN_MEMBER)
    if time.monotonic() > ends_at_s:
        raise UnreadableError(TOO_SLOW)
    try:
        with archive.open(member) as document:
            return document.read(MAX_FILE_BYTES + 1)
    except _BROKEN as error:
        raise UnreadableError(BROKEN_MEMBER) from error
