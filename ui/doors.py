"""Which of Gradio's routes are open, who a visitor is, and which files he may name. Plain ASGI, around Gradio's own.

Gradio serves far more than a page needs, takes any file that a request names, fetches it where it is an address, and
lets the browser choose the session that bounds are counted by. Here a visitor is who holds a cookie that this server
has signed, or, for programs, an address; the routes below are open and no others; and a file is one that the same
visitor has uploaded.
"""

import asyncio
import hashlib
import hmac
import json
import re
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from starlette.requests import cookie_parser

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

VISITOR_HEADER = "x-nutshell-visitor"
"""Set here on every request, whatever the client sent; handlers read it (`ui.runs.session_of`)."""

MAX_JSON_BYTES = 8_000_000
"""An article of 1,000,000 characters of any script, and what else the page sends."""
MAX_UPLOAD_BYTES = 21_000_000
UPLOAD_ROUTE = "/gradio_api/upload"
_MAX_UPLOADS_AT_ONCE = 8
_MAX_KEPT_BYTES = 200_000_000
"""Of all uploads of the last `KEPT_S`: after that, Gradio deletes what nobody has opened."""
KEPT_S = 600
MAX_CALLS_PER_S = 10.0
"""Of one visitor's, for long. What comes faster waits a little, then is refused."""
MAX_CALLS_AT_ONCE = 40
_MAX_CALL_WAIT_S = 2.0
_MAX_REMEMBERED = 10_000
_WRONG_LOGIN_PAUSE_S = 0.5
_MAX_WAITING_LOGINS = 20

OPEN_ROUTES = {
    "GET": (
        r"/", r"/config/?", r"/assets/.*", r"/static/.*", r"/svelte/.*", r"/favicon\.ico", r"/manifest\.json",
        r"/link-preview\.png",
        r"/robots\.txt", r"/theme\.css", r"/pwa_icon(/\d+)?", r"/logout", r"/login_check/?", r"/user/?",
        r"/gradio_api/(info|app_id|openapi\.json|user|login_check|startup-events|theme\.css|upload_progress)/?",
        r"/gradio_api/heartbeat/\w+", r"/gradio_api/queue/(data|status)",
        r"/gradio_api/call/(v2/)?summarize/\w+", r"/gradio_api/file=.*",
    ),
    "POST": (
        r"/login/?", r"/gradio_api/upload", r"/gradio_api/queue/join", r"/gradio_api/cancel", r"/gradio_api/reset/?",
        r"/gradio_api/run/predict", r"/gradio_api/(call|call/v2|run|api)/summarize/?",
    ),
}  # fmt: skip
_OPEN = {method: re.compile("|".join(f"(?:{route})" for route in routes)) for method, routes in OPEN_ROUTES.items()}
_OPEN["HEAD"] = _OPEN["GET"]
_COOKIE = "nutshell-visitor"


class Doors:
    """The middleware; one for the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._key = secrets.token_bytes(32)
        self._files: dict[str, set[str]] = defaultdict(set)
        self._kept: deque[tuple[float, int]] = deque()
        self._pace = Pace()
        self._num_uploads = self._num_logins = 0
        self._login_turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        send = _uncollected(send)
        if not _OPEN.get(scope["method"], _OPEN["POST"]).fullmatch(path):
            await _refuse(send, 404, "There is nothing at this address.")
            return
        visitor, is_new = self._visitor(scope)
        scope["headers"] = [
            *((name, value) for name, value in scope["headers"] if name.lower() != VISITOR_HEADER.encode()),
            (VISITOR_HEADER.encode(), visitor.encode()),
        ]
        if path.startswith("/login") and scope["method"] == "POST":
            await self._login(scope, receive, send)
        elif path == UPLOAD_ROUTE:
            await self._upload(visitor, scope, receive, send)
        elif scope["method"] == "POST":
            await self._call(visitor, scope, receive, send)
        else:
            await self._app(scope, receive, self._with_cookie(scope, send) if is_new and path == "/" else send)

    def _visitor(self, scope: Scope) -> tuple[str, bool]:
        """Who sends this, and whether he has no cookie of ours yet."""
        header = next((value for name, value in scope["headers"] if name.lower() == b"cookie"), b"").decode("latin-1")
        name, _, signature = cookie_parser(header).get(_COOKIE, "").partition(".")
        if name and hmac.compare_digest(signature.encode(), self._signature(name).encode()):
            return name, False
        client = scope.get("client")
        return f"address-{client[0] if client else 'unknown'}".replace(":", "-"), True

    def _signature(self, name: str) -> str:
        return hmac.new(self._key, name.encode(), hashlib.sha256).hexdigest()

    def _with_cookie(self, scope: Scope, send: Send) -> Send:
        name = secrets.token_hex(12)
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        cookie = f"{_COOKIE}={name}.{self._signature(name)}; Path=/; HttpOnly; SameSite=Lax{secure}"

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode())]
            await send(message)

        return with_cookie

    async def _login(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One at a time, and a wrong one takes half a second: guessing three words takes for ever."""
        if self._num_logins >= _MAX_WAITING_LOGINS:
            await _refuse(send, 429, "Too many people are logging in. Try again in a moment.", retry_after_s=5)
            return
        self._num_logins += 1
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            async with self._login_turn:
                await self._app(scope, receive, noting)
                if status >= 400:
                    await asyncio.sleep(_WRONG_LOGIN_PAUSE_S)
        finally:
            self._num_logins -= 1

    async def _upload(self, visitor: str, scope: Scope, receive: Receive, send: Send) -> None:
        now = time.monotonic()
        while self._kept and now - self._kept[0][0] > KEPT_S:
            self._kept.popleft()
        num_kept_bytes = sum(num_bytes for _, num_bytes in self._kept)
        if self._num_uploads >= _MAX_UPLOADS_AT_ONCE or num_kept_bytes > _MAX_KEPT_BYTES:
            await _refuse(send, 429, "Many files are being sent just now. Try again in a minute.", retry_after_s=60)
            return
        num_bytes, answer = 0, bytearray()

        async def counting() -> Message:
            nonlocal num_bytes
            message = await receive()
            num_bytes += len(message.get("body") or b"")
            return message

        async def reading(message: Message) -> None:
            answer.extend(message.get("body", b""))
            await send(message)

        self._num_uploads += 1
        try:
            await self._app(scope, counting, reading)
        finally:
            self._num_uploads -= 1
            self._kept.append((now, num_bytes))
        self._files[visitor].update(path for path in _json(bytes(answer)) or [] if isinstance(path, str))

    async def _call(self, visitor: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a call on, not too many of one visitor, if each file that it names is an upload of the same visitor."""
        wait_s = self._pace.wait_s(visitor)
        if wait_s is None:
            await _refuse(send, 429, "You are asking for very much at once. Try again in a moment.", retry_after_s=2)
            return
        await asyncio.sleep(wait_s)
        message = await receive()  # whole: `BodyGuard` stands before
        if not all(path in self._files[visitor] for path in _named_files(_json(message.get("body", b"")))):
            await _refuse(send, 403, "Only a file that was opened on this page can be read.")
            return
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return message

        await self._app(scope, again, send)


def _uncollected(send: Send) -> Send:
    """Event streams that no proxy collects before it passes them on."""

    async def uncollected(message: Message) -> None:
        kind = dict(message.get("headers", ())).get(b"content-type", b"")
        if message["type"] == "http.response.start" and kind.startswith(b"text/event-stream"):
            message["headers"] = [*message["headers"], (b"x-accel-buffering", b"no")]
        await send(message)

    return uncollected


class Pace:
    """How fast each visitor may call, by the generic cell rate algorithm (ITU-T I.371), with a clock in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}

    def wait_s(self, visitor: str) -> float | None:
        """Take the visitor's next turn; return how long it is until then, or None if that is too long."""
        now = self._clock()
        due = max(now, self._due.get(visitor, now))
        wait_s = due - now - MAX_CALLS_AT_ONCE / MAX_CALLS_PER_S
        if wait_s > _MAX_CALL_WAIT_S:
            return None
        if len(self._due) > _MAX_REMEMBERED:
            self._due = {name: each for name, each in self._due.items() if each > now}
        self._due[visitor] = due + 1 / MAX_CALLS_PER_S
        return max(0.0, wait_s)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _named_files(value: Any) -> Iterator[Any]:
    """What a call's JSON names as a file, however deep: the "path" of each object, as in Gradio's `FileData`."""
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if "path" in value:
                yield value["path"] if isinstance(value["path"], str) else None
            todo += value.values()
        elif isinstance(value, list):
            todo += value


async def _refuse(send: Send, status: int, sentence: str, *, retry_after_s: int | None = None) -> None:
    # `detail` is what Gradio's page and client show.
    body = json.dumps({"error": "refused", "message": sentence, "detail": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if retry_after_s is not None:
        headers.append((b"retry-after", str(retry_after_s).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
