"""A socket to a site that a stranger named, or none: to a public address only, and to the very one that was judged.

    name -> looked up once -> are all its addresses public? -> connect to one of exactly these -> TLS for the name

A name that changes its mind between two look-ups gains nothing (DNS rebinding), and odd spellings of an address
(`0x7f.1`, `localhost.`) are judged by what they mean.
"""

import functools
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import certifi

from ui.reading.errors import UnreadableError
from ui.reading.public_addresses import is_public
from ui.reading.targets import Target

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
    max_bytes: int = 5_000_000


class Clock:
    """How much time is left for everything together."""

    def __init__(self, max_s: float) -> None:
        self._ends_at_s = time.monotonic() + max_s

    def left_s(self) -> float:
        """More than 0.

        Raises:
            TimeoutError: there is none.
        """
        left_s = self._ends_at_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        return left_s


def open_socket(target: Target, web: Web, clock: Clock) -> socket.socket:
    """An open socket to the target's site, with TLS for https.

    Raises:
        UnreadableError: the site is not public.
        OSError: there is no such site, it does not answer (TimeoutError: in time), or its certificate is not good.
    """
    if target.port not in web.ports:
        raise UnreadableError(WEB_NOT_PUBLIC)
    sock = _connect(_judged(target, web, clock), target.port, clock)
    if target.scheme == "http":
        return sock
    try:
        sock.settimeout(clock.left_s())
        return web.trust().wrap_socket(sock, server_hostname=target.host)
    except OSError:
        sock.close()
        raise


def _judged(target: Target, web: Web, clock: Clock) -> list[str]:
    """The addresses of the target's name, all of them allowed."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(web.resolve(target.host, target.port))
        except OSError as error:
            answers.put(error)

    # On a thread because getaddrinfo has no timeout, and the visitor may own the name's server.
    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=clock.left_s())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    if not answer or not all(web.is_allowed(address) for address in answer):
        raise UnreadableError(WEB_NOT_PUBLIC)
    return answer


def _connect(addresses: list[str], port: int, clock: Clock) -> socket.socket:
    failure = OSError()
    for address in addresses[:_MAX_CONNECTIONS]:
        try:
            return socket.create_connection((address, port), timeout=min(_CONNECT_TIMEOUT_S, clock.left_s()))
        except OSError as error:
            failure = error
    raise failure
