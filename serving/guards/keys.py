"""Who may use the API: those with one of its keys, sent as RFC 6750 says, `Authorization: Bearer KEY`.

The keys come by an environment variable: the proxy is a process of Ray's, on a cluster one on each machine, and a
command line or a configuration would show them to others.
"""

import hashlib
import hmac
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.errors import UnauthorizedError
from serving.guards.answers import send_error

KEYS_VARIABLE = "NUTSHELL_API_KEY"
"""Several keys are separated by commas, so that one can be replaced while the old one still works."""

_OPEN = {"/health", "/ready", "/-/healthz"}
"""What asks whether to send requests here, such as Kubernetes' httpGet probes and KubeRay's operator, has no key."""


class KeyGuard:
    """Refuses requests without a key (401) before their bodies are read; lets all in where there are no `keys`."""

    def __init__(self, app: ASGIApp, *, keys: Iterable[str]) -> None:
        self._app = app
        self._digests = [_digest(key.strip()) for key in keys if key.strip()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._digests or scope["type"] == "lifespan" or _is_open(scope):
            await self._app(scope, receive, send)
            return
        header = Headers(scope=scope).get("authorization", "")
        if self._is_known(header):
            # Nobody further in needs it.
            scope["headers"] = [each for each in scope["headers"] if each[0].lower() != b"authorization"]
            await self._app(scope, receive, send)
        else:
            await send_error(scope, receive, send, UnauthorizedError(is_wrong=bool(header)))

    def _is_known(self, header: str) -> bool:
        scheme, _, key = header.partition(" ")
        digest = _digest(key.strip())
        # All are compared, and digests are of one length: the time that this takes tells nothing of a key.
        matches = [hmac.compare_digest(digest, known) for known in self._digests]
        return scheme.lower() == "bearer" and any(matches)


def _is_open(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["path"] in _OPEN and scope["method"] in {"GET", "HEAD"}


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
