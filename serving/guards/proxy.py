"""What Serve's HTTP proxy calls at its start, and its own answers turned into the API's JSON errors.

Serve finds `middlewares` through `RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH`; what is bound is in one environment
variable, since the proxy is a process of Ray's and reads no configuration of ours.
"""

import os

from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.config import ROUTES
from serving.errors import NotFoundError, NotReadyError, ServingError
from serving.guards import connections
from serving.guards.answers import DECLINED_BY, error_json, send_error
from serving.guards.bodies import BodyGuard
from serving.guards.bounds import BOUNDS_VARIABLE, Bounds
from serving.guards.counting import RequestCounter
from serving.guards.hosts import HostGuard, Hosts
from serving.guards.keys import KEYS_VARIABLE, NO_AUTH_VARIABLE, KeyGuard
from serving.guards.metrics_page import MetricsPage
from serving.guards.readiness import ReadyGuard
from serving.schemas import HealthResponse

_RESTART_RETRY_AFTER_S = 5

# Headers by which a client could ask Serve's proxy to go on computing after it has left, or to give up early
# with an answer of Serve's own. Who may compute for how long is decided here, and so is which replica does it.
_SESSION = b"x-session-id"
_STRIPPED_HEADERS = {
    _SESSION,
    b"x_session_id",
    b"x-request-timeout-seconds",
    b"x-request-disconnect-disabled",
    b"x-request-disconnect-disable",
}


def middlewares() -> list[Middleware]:
    """What stands before Serve's proxy, the innermost first: Serve puts each around those before it."""
    # Here, since a test that imports this file has no Ray and needs none.
    from serving.ray_metrics import RayRecorder, metrics_agents

    bounds = Bounds.from_environment(os.environ)
    connections.install()
    return [
        Middleware(ReadyGuard),
        Middleware(ProxyGuard),
        Middleware(MetricsPage, agents=metrics_agents),
        Middleware(BodyGuard, max_bytes=lambda _path: bounds.max_body_bytes),
        Middleware(
            KeyGuard,
            keys=os.environ.get(KEYS_VARIABLE, "").split(","),
            # On one machine, app.py has judged that already.
            needs_keys=BOUNDS_VARIABLE not in os.environ and os.environ.get(NO_AUTH_VARIABLE) != "1",
        ),
        Middleware(
            HostGuard,
            hosts=Hosts(bounds.serving_host, bounds.allowed_host.split(",")),
            computes=(f"/{bounds.deployment_name}", "/router"),
        ),
        Middleware(RequestCounter, record=RayRecorder(), routes={f"/{bounds.deployment_name}", *ROUTES}),
    ]


class ProxyGuard:
    """Turns what Serve's proxy says by itself (plain text, or nothing at all) into the API's JSON errors.

    The proxy knows no route before there is an application (404), answers without a replica while none is up, and drops
    the request when its replica dies. Either way the client learns that the summarizer is starting and when to try
    again; an event stream gets an `error` event. `/health` is answered here: it asks whether the process answers, and
    must not wait behind those who want a place.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http" or not scope["path"].startswith("/"):
            await send_error(scope, receive, send, NotFoundError())
        elif scope["path"] == "/health" and scope["method"] in {"GET", "HEAD"}:
            await JSONResponse(HealthResponse().model_dump())(scope, receive, send)
        else:
            kept = [(name, value) for name, value in scope["headers"] if name.lower() not in _STRIPPED_HEADERS]
            await self._ask(scope, kept, _Repeated(receive), send)

    async def _ask(self, scope: Scope, headers: list[tuple[bytes, bytes]], received: "_Repeated", send: Send) -> None:
        """Pass the request on, to one replica after the other until one takes it or all have declined."""
        declined: list[bytes] = []
        while True:
            told = [*headers, (_SESSION, b" ".join(declined))] if declined else headers
            asked = {**scope, "headers": told}
            receive = received.again()
            answer = _Answer(asked, receive, send, declined)
            await self._app(asked, receive, answer.send)
            if answer.declined_by is None:
                await answer.finish()
                return
            declined.append(answer.declined_by)


class _Repeated:
    """A request that can be given more than once; its body is one message, `BodyGuard` has seen to that."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._body: Message | None = None

    def again(self) -> Receive:
        """A `receive` that begins with the body."""
        given = False

        async def receive() -> Message:
            nonlocal given
            if given:
                return await self._receive()
            given = True
            self._body = self._body or await self._receive()
            return self._body

        return receive


class _Answer:
    """One response on its way through the proxy.

    Args:
        declined: replicas that have declined the request before; another that declines is not passed on.

    Attributes:
        declined_by: the one that did so now.
    """

    declined_by: bytes | None = None

    def __init__(self, scope: Scope, receive: Receive, send: Send, declined: list[bytes]) -> None:
        self._scope, self._receive, self._send, self._declined = scope, receive, send, declined
        self._started = False
        self._finished = False
        self._replaced = False
        self._is_stream = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif self.declined_by is None and message["type"] == "http.response.body" and not self._replaced:
            self._finished = not message.get("more_body", False)
            await self._send(message)

    async def _start(self, message: Message) -> None:
        headers = dict(message["headers"])
        replica = headers.pop(DECLINED_BY.encode(), None)
        if replica is not None:
            if replica not in self._declined:
                self.declined_by = replica
                return
            message = {**message, "headers": list(headers.items())}
        self._started = True
        content_type = headers.get(b"content-type", b"")
        self._is_stream = content_type.startswith(b"text/event-stream")
        # Ours are JSON; the proxy's own are plain text: a 404 for everything while the application comes or goes.
        if message["status"] in {404, 408, 429, 500, 503} and not content_type.startswith(b"application/json"):
            self._replaced = True
            self._finished = True
            await send_error(
                self._scope, self._receive, self._send, _starting() if message["status"] == 404 else _restarting()
            )
        else:
            await self._send(message)

    async def finish(self) -> None:
        if self._finished:
            return
        if not self._started:
            await send_error(self._scope, self._receive, self._send, _restarting())
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
