"""How much a request's body may hold, how long it may take, and how much of all bodies is kept at a time."""

import asyncio
import contextlib
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import ArticleTooLongError, BusyError, UploadTimeoutError
from serving.guards.answers import send_error

MAX_UPLOAD_S = 30.0
"""From a request's head to the end of its body."""

MAX_HELD_BYTES = 24_000_000
"""Of all bodies that are still coming or were not taken yet, in one process."""

_SMALL_BYTES = 65_536
"""A body of so many bytes is never refused for what others hold: an article of 10,000 words."""


class BodyGuard:
    """Reads a body whole before anyone is asked to work on it; refuses one that is too large (413) or too slow (408).

    Args:
        max_bytes: most bytes of a body, by path.
        streams: paths whose bodies are handed on as they come, such as uploads of files; their bounds hold too.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: Callable[[str], int],
        streams: tuple[str, ...] = (),
    ) -> None:
        self._app, self._max_bytes, self._streams = app, max_bytes, streams
        self._num_held_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        max_bytes = self._max_bytes(path)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > max_bytes:
            await send_error(scope, receive, send, _too_long(max_bytes))
        elif path.startswith(self._streams):
            await self._bounded_stream(scope, receive, send, max_bytes)
        else:
            await self._whole_body(scope, receive, send, max_bytes)

    async def _whole_body(self, scope: Scope, receive: Receive, send: Send, max_bytes: int) -> None:
        body = bytearray()
        try:
            try:
                async with asyncio.timeout(MAX_UPLOAD_S):
                    more = True
                    while more:
                        message = await receive()
                        if message["type"] != "http.request":
                            return  # the client left
                        body += message.get("body", b"")
                        self._num_held_bytes += len(message.get("body", b""))
                        more = message.get("more_body", False)
                        if len(body) > max_bytes:
                            await send_error(scope, receive, send, _too_long(max_bytes))
                            return
                        if more and self._num_held_bytes > MAX_HELD_BYTES and len(body) > _SMALL_BYTES:
                            await send_error(scope, receive, send, _too_many())
                            return
            except TimeoutError:
                await send_error(scope, receive, send, UploadTimeoutError())
                return
            await self._app(scope, _replay(bytes(body), receive), send)
        finally:
            self._num_held_bytes -= len(body)

    async def _bounded_stream(self, scope: Scope, receive: Receive, send: Send, max_bytes: int) -> None:
        num_bytes = 0
        answered = refused = whole = False
        deadline = asyncio.get_running_loop().time() + MAX_UPLOAD_S

        async def refuse(error: ArticleTooLongError | UploadTimeoutError) -> Message:
            nonlocal refused
            if not answered and not refused:
                refused = True
                await send_error(scope, receive, send, error)
            # What the application would see if the client had hung up: it reads no further.
            return {"type": "http.disconnect"}

        async def bounded_receive() -> Message:
            nonlocal num_bytes, whole
            try:
                # Once the body is whole, what is waited for here is the client's leaving.
                async with asyncio.timeout_at(None if whole else deadline):
                    message = await receive()
            except TimeoutError:
                return await refuse(UploadTimeoutError())
            num_bytes += len(message.get("body") or b"")
            whole = whole or not message.get("more_body", False)
            return message if num_bytes <= max_bytes else await refuse(_too_long(max_bytes))

        async def bounded_send(message: Message) -> None:
            nonlocal answered
            if not refused:
                answered = True
                await send(message)

        # Starlette's way to say that the client hung up, or that we told it so: nobody is there to be answered.
        with contextlib.suppress(ClientDisconnect):
            await self._app(scope, bounded_receive, bounded_send)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives `body`, then what the client does next, which is to leave."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _too_long(max_bytes: int) -> ArticleTooLongError:
    return ArticleTooLongError(
        f"The request is larger than {max_bytes:,} bytes. Shorten the article, or send it in pieces."
    )


def _too_many() -> BusyError:
    return BusyError("Too many articles are being sent at once. Try again in a moment.", retry_after_s=5)
