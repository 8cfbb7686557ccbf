"""Text and Markdown files -> article text."""

import re
from dataclasses import replace

from ui.reading.article import MAX_TEXT_CHARS, Article
from ui.reading.decoding import Decoded, decode
from ui.reading.errors import FILE_UNKNOWN, UnreadableError

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(?:[ \t]*[\w-]+[ \t]*[:=].*\n)(?:.*\n)*?\1[ \t]*(?:\n|\Z)")
_LONG_LINE_CHARS = 120
"""A line that is longer was not broken by hand; it is a paragraph."""


def read_plain(data: bytes) -> Article:
    """The article in a text file; paragraphs stand apart.

    Raises:
        UnreadableError: these bytes are no text.
    """
    text, doubt = _decoded(data)
    lines = text.strip().split("\n")
    if all(map(str.strip, lines)) and len(text) > _LONG_LINE_CHARS * len(lines):
        return Article.of(lines, doubt=doubt)
    return Article.of([text], doubt=doubt)


def read_markdown(data: bytes) -> Article:
    """The words of a Markdown file (CommonMark, tables and footnotes): no front matter, no markup, no pictures.

    Raises:
        UnreadableError: these bytes are no text.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    from ui.reading.html import read_fragment  # here, since a plain text is read in half of the time without it

    text, doubt = _decoded(data)
    text = _FRONT_MATTER.sub("", text.lstrip()[:MAX_TEXT_CHARS])  # parsing megabytes takes many seconds
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
    return replace(read_fragment(markdown.render(text)), doubt=doubt)


def _decoded(data: bytes) -> Decoded:
    decoded = decode(data)
    if decoded is None:
        raise UnreadableError(FILE_UNKNOWN)
    return Decoded(decoded.text.replace("\r\n", "\n").replace("\r", "\n"), decoded.doubt)
