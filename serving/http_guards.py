"""What stands between the socket and the routes: size limits, and errors that are always JSON.

`RequestLimits` wraps the application inside a replica. `ProxyGuard` wraps Serve's HTTP proxy, which answers by
itself when there is no replica to ask; Serve finds it through `RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH`.
Both are plain ASGI (https://asgi.readthedocs.io/en/latest/specs/www.html), because Starlette's BaseHTTPMiddleware
hides a client's leaving from the routes.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from serving.errors import ArticleTooLongError, NotReadyError, ServingError, UploadTimeoutError, UrlTooLongError
from serving.schemas import ErrorResponse

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

logger = logging.getLogger("nutshell")

_RESTART_RETRY_AFTER_S = 5
_MAX_PARSABLE_URL_BYTES = 65_535
_MAX_UPLOAD_S = 30.0
"""A request holds one of Serve's places before its body is read; one that never comes must give it back."""

# Headers by which a client could ask Serve's proxy to go on computing after it has left, or to give up early
# with an answer of Serve's own. Who may compute for how long is decided here.
_STRIPPED_HEADERS = {
    b"x-request-timeout-seconds",
    b"x-request-disconnect-disabled",
    b"x-request-disconnect-disable",
}


def error_json(error: ServingError) -> bytes:
    """The body of an error, always encodable, whatever characters a client's field names hold."""
    body = ErrorResponse(
        error=error.error, message=error.message, fields=error.fields, retry_after_s=error.retry_after_s
    )
    return json.dumps(body.model_dump(exclude_none=True)).encode("ascii")


def error_headers(error: ServingError) -> dict[str, str]:
    """`Retry-After` where the error knows when."""
    return {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}


def url_too_long(max_url_bytes: int) -> UrlTooLongError:
    """The 414 of the GET routes."""
    return UrlTooLongError(
        f"The URL is longer than {max_url_bytes:,} bytes. Send the article as JSON to POST /summarize."
    )


async def send_error(send: Send, error: ServingError) -> None:
    """Answer with `error` as JSON, on the bare ASGI interface."""
    headers = {"Content-Type": "application/json", **error_headers(error)}
    await send(
        {
            "type": "http.response.start",
            "status": error.status,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": error_json(error)})


class RequestLimits:
    """Refuses a URL over `max_url_bytes` (414), a body over `max_body_bytes` (413) or too slow a body (408)."""

    def __init__(self, app: ASGIApp, *, max_url_bytes: int, max_body_bytes: int) -> None:
        self._app = app
        self._max_url_bytes = max_url_bytes
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif len(scope.get("raw_path") or b"") + len(scope["query_string"]) + 1 > self._max_url_bytes:
            await send_error(send, url_too_long(self._max_url_bytes))
        else:
            await self._with_bounded_body(scope, receive, send)

    async def _with_bounded_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        num_bytes = 0
        answered = refused = whole = False
        deadline = asyncio.get_running_loop().time() + _MAX_UPLOAD_S
        too_long = ArticleTooLongError(
            f"The request is larger than {self._max_body_bytes:,} bytes. Shorten the article, or send it in pieces."
        )

        async def refuse(error: ServingError) -> Message:
            nonlocal refused
            if not answered and not refused:
                refused = True
                await send_error(send, error)
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
            return message if num_bytes <= self._max_body_bytes else await refuse(too_long)

        async def bounded_send(message: Message) -> None:
            nonlocal answered
            if not refused:
                answered = True
                await send(message)

        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self._max_body_bytes:
            await refuse(too_long)
        else:
            await self._app(scope, bounded_receive, bounded_send)


class ProxyGuard:
    """Turns what Serve's proxy says by itself (plain text, or nothing at all) into the API's JSON errors.

    The proxy knows no route before there is an application (404), answers without a replica while none is up, and drops
    the request when its replica dies. Either way the client learns that the summarizer is starting and when to try
    again; an event stream gets an `error` event.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() not in _STRIPPED_HEADERS]
        answer = _Answer(send)
        await self._app(scope, receive, answer.send)
        await answer.finish()


class _Answer:
    """One response on its way through the proxy."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = False
        self._finished = False
        self._replaced = False
        self._is_stream = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif message["type"] == "http.response.body" and not self._replaced:
            self._finished = not message.get("more_body", False)
            await self._send(message)

    async def _start(self, message: Message) -> None:
        self._started = True
        content_type = dict(message["headers"]).get(b"content-type", b"")
        self._is_stream = content_type.startswith(b"text/event-stream")
        # Ours are JSON; the proxy's own are plain text: a 404 for everything while the application comes or goes.
        if message["status"] in {404, 408, 429, 500, 503} and not content_type.startswith(b"application/json"):
            self._replaced = True
            self._finished = True
            await send_error(self._send, _starting() if message["status"] == 404 else _restarting())
        else:
            await self._send(message)

    async def finish(self) -> None:
        if self._finished:
            return
        if not self._started:
            await send_error(self._send, _restarting())
        elif self._is_stream:
            body = b"event: error\ndata: " + error_json(_restarting()) + b"\n\n"
            await self._send({"type": "http.response.body", "body": body, "more_body": False})


def _starting() -> ServingError:
    return NotReadyError(
        "The summarizer is starting or stopping. Try again in a few seconds.", retry_after_s=_RESTART_RETRY_AFTER_S
    )


def _restarting() -> ServingError:
    return NotReadyError(
        "The summarizer stopped in the middle and is starting again. Try again in a few seconds.",
        retry_after_s=_RESTART_RETRY_AFTER_S,
    )


def _answer_unparsable_urls() -> None:
    """Make uvicorn answer 414, as JSON, where its parser gives up on a URL of 65,536 bytes or more.

    httptools counts a URL's bytes in 16 bits, so such a request never reaches an ASGI application; uvicorn answers
    it with a plain-text 400, and has no setting for that.
    """
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    answer_400 = HttpToolsProtocol.send_400_response

    def answer(protocol: Any, message: str) -> None:
        if len(getattr(protocol, "url", b"")) <= _MAX_PARSABLE_URL_BYTES:
            answer_400(protocol, message)
            return
        body = error_json(url_too_long(_MAX_PARSABLE_URL_BYTES))
        head = (
            f"HTTP/1.1 414 URI Too Long\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        protocol.transport.write(head.encode("ascii") + body)
        protocol.transport.close()

    setattr(HttpToolsProtocol, "send_400_response", answer)  # noqa: B010  # mypy rightly dislikes the plain form


def proxy_middlewares() -> list[Any]:
    """What Serve's proxy calls at its start (`RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH`)."""
    from starlette.middleware import Middleware

    _answer_unparsable_urls()
    return [Middleware(ProxyGuard)]
