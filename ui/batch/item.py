"""One of many articles, as a file held it."""

import html
import re
from dataclasses import dataclass

from ui.reading.article import Article
from ui.reading.errors import UnreadableError

EMPTY = "There is no article in the file."
NO_TEXT = "There is no text here."

_MAX_NAME_CHARS = 80
_BLOCK_TAG = re.compile(
    r"<!--.*?-->|</?(?:article|blockquote|br|div|h[1-6]|header|li|ol|p|section|table|t[dhr]|ul)\b[^>]*>", re.I | re.S
)
_TAG = re.compile(
    r"<(script|style)\b.*?</\1>|</?[a-z][^<>]*>"
    r"|\[([a-z][\w-]*)\](?=.*\[/\2\])|\[/[a-z][\w-]*\]|\[[a-z][\w-]*\s+[\w-]+=[^\]]*\]",
    re.I | re.S,
)
"""Tags, and the shortcodes of content systems: `[caption id="1"]`, `[/caption]`; not "[sic]"."""
_MARKDOWN_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_MARKDOWN_START = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]*)", re.MULTILINE)
_MARKDOWN_STRONG = re.compile(r"(?<!\w)(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?!\w)")


def too_many_articles(num_items: int, max_items: int) -> str:
    """More than can be done at once."""
    return f"The file holds {num_items:,} articles; at most {max_items:,} can be done at once. Divide it."


@dataclass(frozen=True)
class BatchItem:
    """An article to summarize, or why this one cannot be.

    Attributes:
        row: where it stands: the spreadsheet's row, else the position in the file; starts at 1.
        name: what to call it; never empty.
        text: the article; empty when there is a problem.
        problem: empty, or a sentence for the reader.
        doubt: empty, or a sentence for the reader about what may have been read wrongly.
    """

    row: int
    name: str
    text: str
    problem: str
    doubt: str = ""

    @classmethod
    def article(cls, row: int, text: str, *, name: str = "", doubt: str = "") -> "BatchItem":
        """An article; without a name, its first line is one. A text without words is a problem."""
        try:
            text = Article.of([text]).text
        except UnreadableError:
            return cls.failed(row, NO_TEXT, name=name)
        name = _short(name) or _short(without_markup(text).split("\n", 1)[0]) or f"Row {row:,}"
        return cls(row, name, text, "", doubt)

    @classmethod
    def failed(cls, row: int, problem: str, *, name: str = "") -> "BatchItem":
        """One that cannot be summarized, and why."""
        return cls(row, _short(name) or f"Row {row:,}", "", problem)


def without_markup(text: str) -> str:
    """The lines with words of the first few thousand characters, without HTML, shortcodes and Markdown marks."""
    text = _TAG.sub("", _BLOCK_TAG.sub("\n", text[:5000]))
    text = _MARKDOWN_LINK.sub(r"\1", _MARKDOWN_START.sub("", html.unescape(text)))
    text = _MARKDOWN_STRONG.sub(r"\2", text)
    return "\n".join(line.strip() for line in text.split("\n") if any(map(str.isalnum, line)))


def _short(name: str) -> str:
    name = " ".join("".join(char for char in name[:500] if char.isprintable() or char.isspace()).split())
    if len(name) <= _MAX_NAME_CHARS:
        return name
    return name[: _MAX_NAME_CHARS - 2].rsplit(" ", 1)[0] + " …"
