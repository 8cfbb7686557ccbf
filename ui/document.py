"""The HTML document that Gradio serves, with what is ours in it: what it says of itself, style and scripts.

Gradio's `js` runs when the page stands already: a press or a key before that would find no script, and what a script
then fills in would overwrite what was typed. Its `head` is put in just as late. So our scripts go to the end of the
document, where they run before Gradio's, which are modules and wait for the whole document. The style stands beside
them: Gradio writes style sheets that it is given anew, prefixes their selectors (inside `@media` as well, where `html`
then matches nothing), and loses some declarations.
"""

import html
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.datastructures import URL, Headers
from starlette.responses import FileResponse

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
ASGIApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_PICTURE_PATH = "/link-preview.png"
_PREVIEWS = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')
_HEAD, _END = b"<head>", b"</body>"


@dataclass(frozen=True)
class Document:
    """What every HTML page shall hold.

    Attributes:
        title: of the page, in the window's bar and where its link is shown.
        description: one sentence, shown with the link.
        picture: a PNG of 1200 by 630 pixels, shown with the link.
        style: CSS.
        script: JavaScript that runs before Gradio's.
    """

    title: str
    description: str
    picture: Path
    style: str
    script: str

    def head(self, picture_url: str) -> bytes:
        """Title, icon and what chat programs show of a link (https://ogp.me); they take whole addresses only."""
        title, text, picture = map(html.escape, (self.title, self.description, picture_url))
        return (
            f'<title>{title}</title><meta name="description" content="{text}">'
            '<link rel="icon" type="image/svg+xml" href="favicon.ico">'
            f'<meta property="og:type" content="website"><meta property="og:title" content="{title}">'
            f'<meta property="og:description" content="{text}"><meta property="og:image" content="{picture}">'
            '<meta name="twitter:card" content="summary_large_image">'
        ).encode()

    def end(self) -> bytes:
        """Style and script; whatever a string in the script holds, its element ends where we say."""
        script = self.script.replace("</", "<\\/")
        return f"<style>{self.style}</style><script>{script}</script>".encode()


class WithDocument:
    """ASGI middleware (https://asgi.readthedocs.io/en/latest/specs/www.html): every HTML page holds `document`."""

    def __init__(self, app: ASGIApp, document: Document) -> None:
        self._app = app
        self._document = document

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].removeprefix(scope.get("root_path", "")) == _PICTURE_PATH:
            # Here, before any login: who shows a link has none.
            await FileResponse(self._document.picture)(scope, receive, send)
            return
        page = _Page(send, self._document.head(_address(scope)), self._document.end())
        await self._app(scope, receive, page.send)


def _address(scope: MutableMapping[str, Any]) -> str:
    """The picture's address as whoever asked would write it, also through a tunnel that speaks https outside."""
    url = URL(scope=scope)
    scheme = Headers(scope=scope).get("x-forwarded-proto", url.scheme)
    return str(url.replace(scheme=scheme, path=scope.get("root_path", "") + _PICTURE_PATH, query=""))


class _Page:
    """One response: an HTML page is held back until it is whole, everything else goes on as it comes."""

    def __init__(self, send: Send, head: bytes, end: bytes) -> None:
        self._send = send
        self._head, self._end = head, end
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if dict(message["headers"]).get(b"content-type", b"").startswith(b"text/html"):
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            await self._send_page()
            return
        await self._send(message)

    async def _send_page(self) -> None:
        assert self._start is not None, "a body comes after its start"
        before, mark, after = self._body.rpartition(_END)
        page = self._body
        if mark:
            top, head, rest = _PREVIEWS.sub(b"", before).partition(_HEAD)
            page = top + head + (self._head if head else b"") + rest + self._end + mark + after
        headers = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
        # A HEAD request has no body to count.
        length = [(b"content-length", str(len(page)).encode())] if self._body else []
        await self._send({**self._start, "headers": headers + length})
        await self._send({"type": "http.response.body", "body": page})
        self._start = None
