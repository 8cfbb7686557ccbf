"""Text and Markdown files -> article text."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ui.reading.article import MAX_TEXT_CHARS, Article
from ui.reading.decoding import Decoded, decode
from ui.reading.errors import FILE_UNKNOWN, UnreadableError

if TYPE_CHECKING:
    from markdown_it.token import Token

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

    text, doubt = _decoded(data)
    text = _FRONT_MATTER.sub("", text.lstrip()[:MAX_TEXT_CHARS])  # parsing megabytes takes many seconds
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
    tokens = markdown.parse(text)
    end = next((n for n, token in enumerate(tokens) if token.type == "footnote_block_open"), len(tokens))
    return Article.of(_blocks(tokens[:end]), notes=_blocks(tokens[end:]), doubt=doubt)


def _decoded(data: bytes) -> Decoded:
    decoded = decode(data)
    if decoded is None:
        raise UnreadableError(FILE_UNKNOWN)
    return Decoded(decoded.text.replace("\r\n", "\n").replace("\r", "\n"), decoded.doubt)


def _blocks(tokens: Sequence["Token"]) -> Iterator[str]:
    """One string for each paragraph, heading, list item, piece of code and table row that has words."""
    bullet = ""
    cells: list[str] | None = None
    for token in tokens:
        block = ""
        if token.type == "list_item_open":
            bullet = "- "
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            block, cells = ", ".join(cells or []), None
        elif token.type == "inline" and cells is not None:
            cells.append(_inline(token.children or []))
        else:
            block = _words_of(token)
        if block.strip(" \n,"):
            yield bullet + block
            bullet = ""


def _words_of(token: "Token") -> str:
    if token.type == "inline":
        return _inline(token.children or [])
    if token.type in {"fence", "code_block"}:
        return token.content.strip("\n")
    if token.type == "html_block":
        import lxml.html

        # In a <div>, since a comment alone has no root element.
        return lxml.html.fromstring(f"<div>{token.content}</div>").text_content().strip()
    return ""


def _inline(tokens: Sequence["Token"]) -> str:
    breaks = {"softbreak": " ", "hardbreak": "\n"}
    kept = {"text", "code_inline"}
    parts = (breaks.get(token.type) or (token.content if token.type in kept else "") for token in tokens)
    return "".join(parts).strip()
