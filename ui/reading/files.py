"""A file that someone chose in the browser -> the text of the article in it.

read_file -> kinds: what is it?  -> isolated: a child process with bounds -> plain | html | pdf | word -> Article
"""

from collections.abc import Callable
from pathlib import Path

from ui.reading.article import MAX_FILE_BYTES, MAX_FILE_SIZE, Article
from ui.reading.errors import FILE_EMPTY, UnreadableError
from ui.reading.html import read_html
from ui.reading.isolated import run_isolated
from ui.reading.kinds import SUFFIXES, Kind, kind_of
from ui.reading.pdf import read_pdf
from ui.reading.plain import read_markdown, read_plain
from ui.reading.word import read_docx

FILE_GONE = "The file can't be opened any more. Choose it again."
FILE_TOO_BIG = (
    f"This file is larger than {MAX_FILE_SIZE}; an article is far smaller. Choose a smaller file, or paste the text."
)

__all__ = ["SUFFIXES", "read_file"]

_READERS: dict[Kind, Callable[..., Article]] = {
    "text": read_plain,
    "markdown": read_markdown,
    "html": read_html,
    "pdf": read_pdf,
    "docx": read_docx,
}


def read_file(path: Path, *, name: str = "") -> Article:
    """The article in a file: 1,000,000 characters at most.

    Blocks for up to 20 s, usually well under one; call it from a worker thread.

    Args:
        path: a file of at most `MAX_FILE_BYTES`; what it holds counts more than what it is called.
        name: what the visitor calls it, if `path` does not end like that.

    Raises:
        UnreadableError: there is no text to be had; the sentence says why and what to do.
    """
    return read_document(_content(path), name=name or path.name)


def read_document(data: bytes, *, name: str) -> Article:
    """`read_file` of a file that was called `name` and is in memory already."""
    if not data.strip():
        raise UnreadableError(FILE_EMPTY)
    return run_isolated(_READERS[kind_of(data, Path(name).suffix.lower())], data)


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():  # a directory, or a pipe that would keep us waiting
            raise UnreadableError(FILE_GONE)
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise UnreadableError(FILE_GONE) from error
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableError(FILE_TOO_BIG)
    return data
