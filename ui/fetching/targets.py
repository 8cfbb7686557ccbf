"""A URL's parts, read once, so that what is judged and what is fetched cannot differ."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import idna

from ui.reading.errors import UnreadableError

WEB_BAD_ADDRESS = "This is not a web address that can be opened. Copy it again from the address bar of your browser."

_MAX_URL_CHARS = 8000
_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
"""Spaces and controls, which some readers of URLs drop; backslashes, which some take for slashes."""

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")


@dataclass(frozen=True)
class Target:
    """Where a request goes: `host` a name or an address in lower-case ASCII, `path` with its query, percent-encoded."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str) -> "Target":
        """Read `url`.

        Raises:
            UnreadableError: it is not a web address, or one with a password in it.
        """
        if len(url) > _MAX_URL_CHARS or _UNSAFE.search(url):
            raise UnreadableError(WEB_BAD_ADDRESS)
        try:
            parts = urlsplit(url)
            if parts.scheme not in _PORTS or "@" in parts.netloc:
                raise UnreadableError(WEB_BAD_ADDRESS)
            query = f"?{parts.query}" if parts.query else ""
            return cls(
                scheme=parts.scheme,
                host=_ascii_host(parts.hostname or ""),
                port=parts.port or _PORTS[parts.scheme],
                path=quote((parts.path or "/") + query, safe="!$%&'()*+,/:;=?@[]~"),
            )
        except ValueError as error:
            raise UnreadableError(WEB_BAD_ADDRESS) from error

    @property
    def host_header(self) -> str:
        """The `Host` header: with a port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def _ascii_host(host: str) -> str:
    if ":" in host and "%" not in host:
        return str(ipaddress.IPv6Address(host))
    # As browsers do: `straße.de` is xn--strae-oqa.de, `１２７.０.０.１` is 127.0.0.1.
    host = host if host.isascii() else idna.encode(host, uts46=True).decode()
    host = host.removesuffix(".")
    if not _NAME.fullmatch(host):
        raise ValueError
    return host
