"""Which names this server may be called by, and which web sites may call it from a visitor's browser.

A page of any site, open in the browser of somebody who runs Nutshell, can send requests to 127.0.0.1; and by DNS
rebinding its own name becomes 127.0.0.1's, so that it may read the answers as well. Browsers say where a request comes
from (`Origin`, `Sec-Fetch-Site`) and by which name it was sent (`Host`), and no page can change what they say.
Programs send none of the first two, and are not stopped.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.addresses import is_address, is_loopback
from serving.errors import ForeignSiteError, UnknownHostError
from serving.guards.answers import send_error

ANY = "*"
_READS = {"GET", "HEAD"}


class Hosts:
    """The names by which one server may be called.

    Args:
        listens_on: the address that it listens on; beyond loopback, every address of this machine is a good name.
        allowed: further names, or `*` for any.
    """

    def __init__(self, listens_on: str, allowed: Iterable[str] = ()) -> None:
        self._names = {listens_on.lower(), *(name.strip().lower() for name in allowed if name.strip())}
        self._is_public = not is_loopback(listens_on)

    def add(self, name: str) -> None:
        """Allow one more name."""
        self._names.add(name.lower())

    def allow(self, host: str) -> bool:
        """Whether `host`, a `Host` header or the host of a URL with or without a port, is one of them."""
        name = host_name(host)
        if not name or ANY in self._names or name in self._names or is_loopback(name):
            return True
        # An address in numbers is what somebody typed or was given: rebinding needs a name.
        return self._is_public and is_address(name)

    def allow_origin(self, origin: str) -> bool:
        """Whether a page of `origin` may call. "null" is any page that hides where it comes from."""
        return origin != "null" and bool(urlsplit(origin).hostname) and self.allow(urlsplit(origin).netloc)


class HostGuard:
    """Refuses requests by another name (421), and what other sites' pages send (403).

    Args:
        computes: paths, or beginnings of paths, that compute although they are only read; others read freely.
    """

    def __init__(self, app: ASGIApp, *, hosts: Hosts, computes: tuple[str, ...] = ()) -> None:
        self._app, self._hosts, self._computes = app, hosts, computes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._hosts.allow(headers.get("host", "")):
            await send_error(scope, receive, send, UnknownHostError())
        elif self._is_foreign(scope, headers):
            await send_error(scope, receive, send, ForeignSiteError())
        else:
            scope["headers"] = [each for each in scope["headers"] if self._is_true(*each)]
            await self._app(scope, receive, _framed(send))

    def _is_foreign(self, scope: Scope, headers: Headers) -> bool:
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        if origin is not None and not self._hosts.allow_origin(origin):
            return True
        if scope["type"] == "http" and scope["method"] in _READS and not scope["path"].startswith(self._computes):
            return False
        if site == "same-site":
            # Ports of this machine are one site, and so are the links of everybody who shares a page by the tunnel.
            return not is_loopback(host_name(headers.get("host", "")))
        return site == "cross-site"

    def _is_true(self, name: bytes, value: bytes) -> bool:
        """False for a forwarded host that nobody allowed: Gradio would tell visitors to call it."""
        return name.lower() != b"x-forwarded-host" or self._hosts.allow(value.decode("latin-1").split(",")[0].strip())


def _framed(send: Send) -> Send:
    """Answers that no other site's page may show in a frame."""

    async def framed(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("content-security-policy", "frame-ancestors 'self'")
        await send(message)

    return framed


def host_name(host: str) -> str:
    """The name in a `Host` header, in lower case and without port, brackets and closing dot; empty for nonsense."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".") if not set(host) & set("/@\\ ?#") else "?"
    except ValueError:
        return "?"
