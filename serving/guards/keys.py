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

NO_AUTH_VARIABLE = "NUTSHELL_NO_AUTH"
"""Set to 1, it says on a cluster, where nobody reads our command line, that the API may go without a key."""

_OPEN = {"/health", "/ready", "/-/healthz"}
"""What asks whether to send requests here, such as Kubernetes' httpGet probes and KubeRay's operator, has no key."""


class KeyGuard:
    """Refuses requests without a key (401) before their bodies are read.

    Args:
        keys: those that are known.
        needs_keys: without any it lets nobody in, rather than everybody.
    """

    def __init__(self, app: ASGIApp, *, keys: Iterable[str], needs_keys: bool = False) -> None:
        self._app, self._needs_keys = app, needs_keys
        self._digests = [_digest(key.strip()) for key in keys if key.strip()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = bool(self._digests) or self._needs_keys
        if not is_asked or scope["type"] == "lifespan" or _is_open(scope):
            await self._app(scope, receive, send)
            return
        header = Headers(scope=scope).get("authorization", "")
        if self._is_known(header):
            # Nobody further in needs it.
            scope["headers"] = [each for each in scope["headers"] if each[0].lower() != b"authorization"]
            await self._app(scope, receive, send)
        else:
            await send_error(scope, receive, send, self._error(is_wrong=bool(header)))

    def _error(self, *, is_wrong: bool) -> UnauthorizedError:
        if self._digests:
            return UnauthorizedError(
                f"{'This is none of the keys' if is_wrong else 'A key is needed'}. Send one as the header "
                "'Authorization: Bearer KEY'; whoever runs this summarizer knows it."
            )
        return UnauthorizedError(
            f"This cluster was given no key, so it lets nobody in. Set {KEYS_VARIABLE} in the environment of Ray on "
            f"every machine, or {NO_AUTH_VARIABLE}=1 to let everyone in, and start it again."
        )

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
