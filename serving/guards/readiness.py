"""`/ready` as a load balancer means it: whether to send requests to this machine."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import NotReadyError
from serving.guards.answers import send_error

_SERVES_HEALTH = "/-/healthz"


class ReadyGuard:
    """Refuses `/ready` where Serve's proxy takes no requests: before it knows of replicas, and while it is drained.

    Serve drains the proxy of a machine that shall go: requests under way go on, new ones are taken all the same, and
    only the proxy's own health says that no more should come. Elsewhere the application answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/ready" and await self._status(scope) != 200:
            message = "This machine takes no requests now. Ask again, or ask another."
            await send_error(scope, receive, send, NotReadyError(message, retry_after_s=2))
        else:
            await self._app(scope, receive, send)

    async def _status(self, scope: Scope) -> int:
        """The HTTP status of the proxy's own health."""
        status = 0

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)

        path = {"path": _SERVES_HEALTH, "raw_path": _SERVES_HEALTH.encode(), "query_string": b"", "method": "GET"}
        await self._app({**scope, **path}, receive, send)
        return status
