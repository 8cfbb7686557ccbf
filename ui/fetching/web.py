"""The article at a web address that somebody pasted."""

import re
from dataclasses import replace

from ui.fetching.download import WEB_NOT_A_PAGE, download
from ui.fetching.public_network import Web
from ui.reading.article import Article
from ui.reading.decoding import decode
from ui.reading.errors import UnreadableError
from ui.reading.html import read_html
from ui.reading.isolated import run_isolated

WEB_EMPTY = "The page is empty. Open it in your browser and paste the article's text."

_ADDRESS = re.compile(r"(?:https?://[^\s/?#]+|www\.[^\s/?#.]+\.[^\s/?#]+)(?:[/?#]\S*)?", re.IGNORECASE)
_AROUND = " \t\r\n\ufeff\u200b<>"
"""What mail programs and copying put around an address."""

_PUBLIC_WEB = Web()


def web_address(text: str) -> str | None:
    """The web address that `text` is, or None when it is anything else or more.

    web_address(" https://example.com/story\\n")  "https://example.com/story"
    web_address("www.example.com/story")          "https://www.example.com/story"
    web_address("See https://example.com")        None
    """
    text = text.strip(_AROUND)
    if not _ADDRESS.fullmatch(text):
        return None
    return text if text[:4].lower() == "http" else f"https://{text}"


def fetch_article(url: str, *, web: Web = _PUBLIC_WEB) -> Article:
    """Fetch the public page at `url`, within 15 s and 5 MB, and take the article out of it.

    Blocks, also while a child process reads the page; call it from a worker thread.

    Raises:
        UnreadableError: no public page, no text, or too much of it; the sentence says which.
    """
    page = download(url, web)
    is_html = page.content_type != "text/plain"
    decoded = decode(page.body, is_html=is_html, declared=page.charset)
    if decoded is None:
        raise UnreadableError(WEB_NOT_A_PAGE)
    text, doubt = decoded
    if not text.strip():
        raise UnreadableError(WEB_EMPTY)
    if not is_html:
        return Article.of([text], doubt=doubt)
    article = run_isolated(read_html, text.encode("utf-8", "replace"), url=page.url, encoding="utf-8")
    return replace(article, doubt=article.doubt or doubt)
