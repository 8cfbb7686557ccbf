"""A web page -> the article in it, without its menus, advertisements and comments."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ui import words
from ui.reading.article import Article
from ui.reading.decoding import decode
from ui.reading.errors import UnreadableError
from ui.reading.isolated import run_isolated

_SHORT_CHARS = 200
_MIN_CHARS = 30
"""Shorter than a sentence: what is left of a page that asks for a login."""
_SENTENCE_END = re.compile(r"[.!?…。！？।؟]")
_MIN_HEADLINE_CHARS = 8
"""Shorter titles are "Home", "News" or "Log in"."""
_BEFORE_HEADLINE_CHARS = 200
_NO_LETTERS = re.compile(r"\W+")


def article_of_html(markup: bytes | str, *, url: str | None = None) -> Article:
    """The article in a web page: headline first, paragraphs separated by blank lines.

    Runs in a process of its own with bounds on time and memory (`ui.reading.isolated`).

    Args:
        markup: the page; characters, or bytes in an encoding that it may declare.
        url: where it came from, if known. Nothing is fetched from there.

    Raises:
        UnreadableError: there is no article text in it, or it can't be read within the bounds.
    """
    if isinstance(markup, str):
        return run_isolated(read_html, markup.encode("utf-8", "replace"), url=url, encoding="utf-8")
    return run_isolated(read_html, markup, url=url)


def read_html(data: bytes, *, url: str | None = None, encoding: str | None = None) -> Article:
    """`article_of_html` in this process, without its bounds.

    Args:
        encoding: of `data`, if it is known better than from the page itself.
    """
    markup = data.decode(encoding) if encoding else decode(data, is_html=True)
    if markup is None:
        raise UnreadableError(words.FILE_UNKNOWN)
    article = _extract(markup, url, precise=False)
    if article is None or len(article.text) < _SHORT_CHARS:
        # Of a page with hardly any text, even its menu or a request to switch scripts on would count as the article.
        article = _extract(markup, url, precise=True)
        if article is None or len(article.text) < _MIN_CHARS or not _SENTENCE_END.search(article.text):
            raise UnreadableError(words.PAGE_WITHOUT_ARTICLE)
    paragraphs = list(_without_bars(article.text.split("\n")))
    headline = " ".join((article.title or "").split())
    if len(headline) < _MIN_HEADLINE_CHARS or _has_headline("\n".join(paragraphs), headline):
        headline = ""
    return Article.of(paragraphs, title=headline)


def _extract(markup: str, url: str | None, *, precise: bool) -> Any:
    """trafilatura's `Document`, or None."""
    import trafilatura

    return trafilatura.bare_extraction(
        markup.replace("\0", ""), url=url, include_comments=False, favor_precision=precise, with_metadata=True
    )


def _without_bars(lines: Iterable[str]) -> Iterator[str]:
    """Table rows as the other readers give them: `| a | b |` becomes `a, b`."""
    for line in lines:
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("| ").split("|")]
            if not all(set(cell) <= {"-"} for cell in cells):
                yield ", ".join(filter(None, cells))
        else:
            yield line


def _has_headline(text: str, headline: str) -> bool:
    """Whether `text` begins with it, give or take a line above it and the marks in it."""
    start = text[: 2 * len(headline) + _BEFORE_HEADLINE_CHARS]
    return _NO_LETTERS.sub("", headline).casefold() in _NO_LETTERS.sub("", start).casefold()
