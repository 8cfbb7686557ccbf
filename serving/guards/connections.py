"""What uvicorn leaves open: heads that never end or fill memory, any number of connections, and errors as text.

uvicorn has no bound on the time and size of a request's head, and none on connections but `limit_concurrency`, which
then answers everybody with a 503. A WebSocket's handshake is an ordinary request here: neither port speaks that.
httptools counts a URL's bytes in 16 bits, so a longer one never reaches an application. Serve's proxy and Gradio both
let uvicorn choose its protocol; `install` makes it choose this one.
"""

import asyncio
import re
import resource
from typing import Any, ClassVar

from uvicorn import config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.errors import HeadTooLargeError, InvalidRequestError, ServingError, UrlTooLongError
from serving.guards.answers import error_json

MAX_HEAD_S = 10.0
"""From a connection, or an answer, to the end of the next request's head."""

MAX_HEAD_BYTES = 131_072
"""The longest URL and as much again."""

MAX_CONNECTIONS = 1000
"""Beyond it, the connection that has waited longest without a request is closed for the new one."""

_MAX_PARSABLE_URL_BYTES = 65_535
_H2C = re.compile(rb"\r\nupgrade:[ \t]*h2c[ \t]*(?=\r\n)", re.IGNORECASE)


def install() -> None:
    """Bound all connections that uvicorn accepts in this process from now on."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    config.HTTP_PROTOCOLS["auto"] = f"{__name__}:BoundedProtocol"


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    waiting: ClassVar[dict["BoundedProtocol", asyncio.TimerHandle]] = {}
    """Those without a request, the longest waiting first."""

    url = b""
    num_head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request's head."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > MAX_CONNECTIONS:
            next(iter(self.waiting))._close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A head begins; after an answer, this is when waiting begins anew."""
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._stop_waiting()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Read on. An offer to speak HTTP/2, as Java's client makes it, would end the request before its body."""
        super().data_received(_H2C.sub(b"\r\nx-offered: h2c", data) if self in self.waiting else data)
        self.num_head_bytes = self.num_head_bytes + len(data) if self in self.waiting else 0
        if self.num_head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(b"431 Request Header Fields Too Large", HeadTooLargeError(MAX_HEAD_BYTES))

    def _should_upgrade(self) -> bool:
        return False

    def _unsupported_upgrade_warning(self) -> None:
        """No line in the log for each."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Answer a head that cannot be parsed."""
        error: ServingError = InvalidRequestError("This is not a valid HTTP request.")
        status = b"400 Bad Request"
        if len(self.url) > _MAX_PARSABLE_URL_BYTES:
            error, status = UrlTooLongError(_MAX_PARSABLE_URL_BYTES), b"414 URI Too Long"
        self._refuse(status, error)

    def _refuse(self, status: bytes, error: ServingError) -> None:
        body = error_json(error)
        head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(head % (status, len(body)) + body)
        self.transport.close()

    def _wait(self) -> None:
        if self not in self.waiting:
            self.waiting[self] = self.loop.call_later(MAX_HEAD_S, self._close)

    def _stop_waiting(self) -> None:
        timer = self.waiting.pop(self, None)
        if timer is not None:
            timer.cancel()

    def _close(self) -> None:
        self._stop_waiting()
        self.transport.abort()
