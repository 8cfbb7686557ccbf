"""The HTML document that Gradio serves, with what has to be in it before Gradio's own scripts run.

Gradio's `js` runs when the page stands already: a press or a key before that would find no script, and what a script
then fills in would overwrite what was typed. Its `head` is put in just as late. So our scripts go to the end of the
document, where they run before Gradio's, which are modules and wait for the whole document.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
ASGIApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_END = b"</body>"


class WithScript:
    """ASGI middleware (https://asgi.readthedocs.io/en/latest/specs/www.html): every HTML page ends in `script`."""

    def __init__(self, app: ASGIApp, script: str) -> None:
        self._app = app
        # Whatever a string in the script holds, the element ends where we say.
        self._element = b"<script>" + script.replace("</", "<\\/").encode() + b"</script>"

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        document = _Document(send, self._element)
        await self._app(scope, receive, document.send)


class _Document:
    """One response: an HTML page is held back until it is whole, everything else goes on as it comes."""

    def __init__(self, send: Send, element: bytes) -> None:
        self._send = send
        self._element = element
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
        before, end, after = self._body.rpartition(_END)
        page = before + self._element + end + after if end else self._body
        headers = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
        # A HEAD request has no body to count.
        length = [(b"content-length", str(len(page)).encode())] if self._body else []
        await self._send({**self._start, "headers": headers + length})
        await self._send({"type": "http.response.body", "body": page})
        self._start = None
