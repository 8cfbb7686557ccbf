"""The articles of a .zip file: one per document in it. What a zip says of itself is not believed."""

import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ui import words
from ui.reading.article import Article
from ui.reading.batch_item import BatchItem
from ui.reading.errors import UnreadableError
from ui.reading.files import MAX_FILE_BYTES, SUFFIXES

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""What everybody's zip programs write. The others unpack in pieces of unbounded size in Python."""

_MAX_MEMBERS = 1000
_MAX_TOTAL_BYTES = 50_000_000
_MAX_READING_S = 120.0
"""After this, no further document is begun; each of them may take 20 s (`isolated.py`), and a zip holds many."""

_PIECE_BYTES = 65_536
_ENCRYPTED_FLAG = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)
"""What `zipfile` raises about damaged files; ValueError is for offsets and names that make no sense."""

ReadFile = Callable[..., Article]


def archive_articles(path: Path, *, max_items: int, read_file: ReadFile) -> list[BatchItem]:
    """The articles of the zip file at `path`, in its own order; a document that cannot be read is a problem of its row.

    Args:
        path: the zip file.
        max_items: how many documents it may hold.
        read_file: reads one document, `read_file(path, name=...) -> Article`; may raise UnreadableError.

    Raises:
        UnreadableError: not a zip file, no document in it, too many, or more than 50 MB once unpacked.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise UnreadableError(words.BATCH_BROKEN_ZIP) from error
    with archive, tempfile.TemporaryDirectory(prefix="nutshell-") as folder:
        members = _members(archive, max_items)
        reader = _Reader(archive, Path(folder), read_file)
        return [reader.item(row, member) for row, member in enumerate(members, start=1)]


def _members(archive: zipfile.ZipFile, max_items: int) -> list[zipfile.ZipInfo]:
    """What a person sees in the zip: no folders, and nothing that macOS and editors hide."""
    if len(archive.infolist()) > _MAX_MEMBERS:
        raise UnreadableError(words.too_many_articles(len(archive.infolist()), max_items))
    members = [member for member in archive.infolist() if _is_shown(member)]
    if len(members) > max_items:
        raise UnreadableError(words.too_many_articles(len(members), max_items))
    if not members:
        raise UnreadableError(words.BATCH_EMPTY)
    return members


def _path(member: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(member.filename.replace("\\", "/"))


def _is_shown(member: zipfile.ZipInfo) -> bool:
    parts = _path(member).parts
    if not parts or member.filename.endswith(("/", "\\")) or "__MACOSX" in parts:
        return False
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return not hidden and parts[-1].lower() not in {"thumbs.db", "desktop.ini"}


def _problem(member: zipfile.ZipInfo, suffix: str) -> str:
    """Why not even to unpack this one, or nothing."""
    if suffix not in SUFFIXES:
        return words.BATCH_ZIP_IN_ZIP if suffix == ".zip" else words.BATCH_OTHER_KIND
    if member.flag_bits & _ENCRYPTED_FLAG:
        return words.BATCH_ENCRYPTED
    return words.BATCH_BROKEN_MEMBER if member.compress_type not in _METHODS else ""


class _Reader:
    """Reads one document after the other, and keeps count of what they unpack to."""

    def __init__(self, archive: zipfile.ZipFile, folder: Path, read_file: ReadFile) -> None:
        self._archive, self._folder, self._read_file = archive, folder, read_file
        self._left_bytes = _MAX_TOTAL_BYTES
        self._ends_at_s = time.monotonic() + _MAX_READING_S

    def item(self, row: int, member: zipfile.ZipInfo) -> BatchItem:
        """The article of one document.

        Raises:
            UnreadableError: all documents together are too large.
        """
        name, suffix = _path(member).name, _path(member).suffix.lower()
        problem = _problem(member, suffix)
        if not problem and time.monotonic() > self._ends_at_s:
            problem = words.BATCH_ZIP_TOO_SLOW
        if problem:
            return BatchItem.failed(row, problem, name=name)
        # Never a path of the zip's making: "../../.bashrc" is just a name to show.
        document = self._folder / f"document{suffix}"
        try:
            self._unpack(member, document)
        except _BROKEN:
            return BatchItem.failed(row, words.BATCH_BROKEN_MEMBER, name=name)
        if document.stat().st_size > MAX_FILE_BYTES:
            return BatchItem.failed(row, words.BATCH_LARGE_MEMBER, name=name)
        try:
            return BatchItem.article(row, self._read_file(document, name=name).text, name=name)
        except UnreadableError as error:
            return BatchItem.failed(row, str(error), name=name)

    def _unpack(self, member: zipfile.ZipInfo, document: Path) -> None:
        """Write the document, or just more than `MAX_FILE_BYTES` of it."""
        num_bytes = 0
        with self._archive.open(member) as source, document.open("wb") as target:
            while num_bytes <= MAX_FILE_BYTES and (piece := source.read(_PIECE_BYTES)):
                num_bytes += target.write(piece)
                self._left_bytes -= len(piece)
                if self._left_bytes < 0:
                    raise UnreadableError(words.BATCH_LARGE_ZIP)
