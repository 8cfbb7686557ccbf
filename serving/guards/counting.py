"""Counts what a port answers, by route and status."""

from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import StoppedError
from serving.metrics import Recorder


class RequestCounter:
    """Counts every answer that leaves, and as 499 every request whose client left before.

    Args:
        record: where to.
        routes: paths that are counted by their own name, all others as "other": names of a client's making fill memory.
    """

    def __init__(self, app: ASGIApp, *, record: Recorder, routes: Collection[str]) -> None:
        self._app, self._record, self._routes = app, record, frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status: int = StoppedError.status
        has_started = False

        async def counted(message: Message) -> None:
            nonlocal status, has_started
            if message["type"] == "http.response.start":
                status, has_started = message["status"], True
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except Exception:
            # What the server then answers by itself.
            status = status if has_started else 500
            raise
        finally:
            route = scope["path"] if scope["path"] in self._routes else "other"
            self._record("nutshell_http_requests_total", 1, route=route, status=str(status))
