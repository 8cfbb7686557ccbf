"""Connections to sites that a stranger named, or none: to public addresses only, and to the very ones that were judged.

    name -> looked up once -> are all its addresses public? -> connect to one of exactly these -> TLS for the name

A name that changes its mind between two look-ups gains nothing (DNS rebinding), and odd spellings of an address
(`0x7f.1`, `localhost.`) are judged by what they mean.
"""

import asyncio
import concurrent.futures
import contextlib
import functools
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import certifi
import httpcore

from ui.fetching.public_addresses import is_public
from ui.reading.article import MAX_FILE_BYTES
from ui.reading.errors import UnreadableError

WEB_NOT_PUBLIC = "This address does not lead to a public web page and is not opened. Paste the article's text instead."

_MAX_CONNECTIONS = 4
_CONNECT_TIMEOUT_S = 4.0
"""For one of a name's addresses; a network whose IPv6 leads nowhere should leave time for IPv4."""


def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host`, as the system finds them.

    Raises:
        OSError: there is none.
    """
    # Bytes, or Python would put names through an IDNA of its own.
    found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


@functools.cache
def _public_trust() -> ssl.SSLContext:
    # The system's certificates for companies that have one of their own; certifi's for systems that have none.
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@dataclass(frozen=True)
class Web:
    """What counts as the web, and how much of it one page may take. Only tests ask for another than the default."""

    resolve: Callable[[str, int], list[str]] = resolve
    is_allowed: Callable[[str], bool] = is_public
    ports: frozenset[int] = frozenset({80, 443})
    trust: Callable[[], ssl.SSLContext] = _public_trust
    max_s: float = 15.0
    max_bytes: int = MAX_FILE_BYTES


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """What httpcore opens its connections with."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """A connection to one of the name's addresses; `timeout` and what follows it are not heeded.

        Raises:
            UnreadableError: the site is not public.
            OSError: there is no such site.
            httpcore.NetworkError, httpcore.TimeoutException: it does not answer.
        """
        if port not in self._web.ports:
            raise UnreadableError(WEB_NOT_PUBLIC)
        addresses = await _on_a_thread_left_behind(self._web.resolve, host, port)
        if not addresses or not all(map(self._web.is_allowed, addresses)):
            raise UnreadableError(WEB_NOT_PUBLIC)
        failure: Exception | None = None
        for address in addresses[:_MAX_CONNECTIONS]:
            try:
                return await self._network.connect_tcp(address, port, timeout=_CONNECT_TIMEOUT_S)
            except (httpcore.NetworkError, httpcore.TimeoutException) as error:
                failure = error
        raise failure or httpcore.ConnectError


async def _on_a_thread_left_behind(resolve: Callable[[str, int], list[str]], host: str, port: int) -> list[str]:
    """getaddrinfo has no timeout, and the visitor may own the name's server; a thread of a pool would be waited for."""
    answer: concurrent.futures.Future[list[str]] = concurrent.futures.Future()

    def look_up() -> None:
        with contextlib.suppress(concurrent.futures.InvalidStateError):  # cancelled: nobody waits any more
            try:
                answer.set_result(resolve(host, port))
            except OSError as error:
                answer.set_exception(error)

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    return await asyncio.wrap_future(answer)
