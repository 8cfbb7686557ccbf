"""The page's only door to the summarizer: the HTTP API, spoken with `requests`.

Every failure is one of these; nothing of `requests` gets past this file:

    SummarizerError
    ├── SummarizerDownError      nobody answers at the address, or no longer: it starts, restarts, or is gone
    ├── NotReadyError            503: it is starting, or the asked method has no model yet
    ├── BusyError                429: all places are taken; `retry_after_s`
    ├── KeyRefusedError          401: the summarizer asks for another key than this client's
    ├── ArticleRefusedError      413, 414, 422: this text or these settings; the sentence says why
    ├── TooSlowError             504: the summary took longer than the summarizer allows
    └── ProtocolError            an answer that this client does not understand
"""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any, Literal

import requests

_CONNECT_TIMEOUT_S = 3.05  # a little over TCP's first retransmission, as requests' documentation advises
_STATUS_TIMEOUT_S = 5.0
_STREAM_SILENCE_S = 30.0
"""The stream says something every second; this much silence means that nobody is there, or not yet: while a replica
starts, Serve's proxy keeps a request waiting without a word."""


class SummarizerError(Exception):
    """A failure in words for the reader; `str(error)` is the sentence."""

    def __init__(self, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SummarizerDownError(SummarizerError):
    """Nobody answers at the address, or the connection broke or went silent."""


class NotReadyError(SummarizerError):
    """The summarizer is there, but cannot answer this yet."""


class BusyError(SummarizerError):
    """All places are taken."""


class KeyRefusedError(SummarizerError):
    """The summarizer asks for a key, and this client has none or another one."""


class ArticleRefusedError(SummarizerError):
    """The text or the settings are not acceptable."""


class TooSlowError(SummarizerError):
    """The summary was not finished in the time that the summarizer allows."""


class ProtocolError(SummarizerError):
    """An answer that this client does not understand."""


_DOWN = "The summarizer is not answering. Your article stays here; try again in a minute."
_KEY_REFUSED = "The summarizer does not take this page's key. Whoever runs the page can give it another with --api-key."
_SURROGATES = re.compile("[\ud800-\udfff]")
_STRANGE = "Something at {url} answered, but not as a summarizer does. Check the address."
_SERVES_OWN_ROUTES = "/-/routes"
"""Stands in the plain-text 404 that Serve's proxy gives to every path before there is an application."""


@dataclass(frozen=True)
class SummaryRequest:
    """What to summarize, and how; the API's `SummarizeRequest`.

    Half of a surrogate pair in `text`, which a browser may send and nobody can encode, becomes U+FFFD, as in the API:
    offsets into the text hold.
    """

    text: str
    max_words: int
    format: Literal["paragraph", "bullets"] = "paragraph"
    method: Literal["auto", "abstractive", "extractive"] = "auto"

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _SURROGATES.sub("\ufffd", self.text))


@dataclass(frozen=True)
class Queued:
    """Waiting; `position` 1 is next."""

    position: int


@dataclass(frozen=True)
class Progress:
    """Reading and writing part `part` of `parts`."""

    part: int
    parts: int
    num_tokens: int


@dataclass(frozen=True)
class Draft:
    """The text so far; replaces the draft before."""

    text: str


@dataclass(frozen=True)
class Waiting:
    """Nothing new, but the summarizer is alive."""


@dataclass(frozen=True)
class Summary:
    """A finished summary; the API's `SummaryResponse`."""

    summary: str
    method: Literal["abstractive", "extractive"]
    model: str | None
    finish_reason: str
    num_input_words: int
    num_input_tokens: int | None
    num_summary_words: int
    num_summary_tokens: int | None
    parts: int
    elapsed_s: float
    notes: list[str] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Status:
    """What the summarizer says of itself; the API's `StatusResponse`."""

    model: str
    method: str
    model_state: str
    model_reason: str | None
    downloaded_bytes: int | None
    total_bytes: int | None
    raw: dict[str, Any]


StreamEvent = Queued | Progress | Draft | Waiting | Summary


class SummarizerClient:
    """Speaks to one summarizer.

    Args:
        base_url: where it listens, such as "http://127.0.0.1:8000".
        api_key: what it asks for, if it does.
    """

    def __init__(self, base_url: str, api_key: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        # A function, not a header: requests would put what a ~/.netrc says of the host in a header's place.
        self._auth = _BearerAuth(api_key) if api_key else None

    def status(self) -> Status:
        """Ask how the summarizer is.

        Raises:
            SummarizerError: it does not answer, or not as a summarizer.
        """
        with _translated(self.base_url):
            response = requests.get(
                f"{self.base_url}/status", auth=self._auth, timeout=(_CONNECT_TIMEOUT_S, _STATUS_TIMEOUT_S)
            )
        body = _body_or_raise(response, self.base_url)
        try:
            return Status(raw=body, **{name: body[name] for name in Status.__dataclass_fields__ if name != "raw"})
        except KeyError as error:
            raise ProtocolError(_STRANGE.format(url=self.base_url)) from error

    def is_up(self) -> bool:
        """Whether anything answers there, if only to say that it starts."""
        try:
            requests.get(f"{self.base_url}/health", timeout=(_CONNECT_TIMEOUT_S, _STATUS_TIMEOUT_S))
        except requests.RequestException:
            return False
        return True

    def stream(self, request: SummaryRequest) -> "SummaryStream":
        """Begin a summary.

        Raises:
            SummarizerError: refused at once (busy, not acceptable, not there).
        """
        with _translated(self.base_url):
            response = requests.post(
                f"{self.base_url}/summarize/stream",
                json=asdict(request),
                auth=self._auth,
                stream=True,
                timeout=(_CONNECT_TIMEOUT_S, _STREAM_SILENCE_S),
            )
        if response.status_code != 200:
            _body_or_raise(response, self.base_url)
        return SummaryStream(response, self.base_url)


class SummaryStream:
    """The events of one summary, ending with a `Summary`. Closing it stops the computation."""

    def __init__(self, response: requests.Response, base_url: str) -> None:
        self._response = response
        self._base_url = base_url
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[StreamEvent]:
        """Yield events until the `Summary`, or until `close`.

        Raises:
            SummarizerError: the summarizer failed, or its connection broke.
        """
        name = ""
        data: bytes | None = None
        with _translated(self._base_url):
            try:
                # Lines of bytes: str.splitlines would also break at U+2028 inside an article's words.
                for line in self._response.iter_lines(chunk_size=None):
                    if line.startswith(b"event: "):
                        name = line[7:].decode()
                    elif line.startswith(b"data: "):
                        data = line[6:]
                    elif line.startswith(b":"):
                        yield Waiting()
                    elif not line and data is not None:
                        # The blank line makes an event whole: what a broken connection left of one is none.
                        event = self._parse(name, data)
                        data = None
                        yield event
                        if isinstance(event, Summary):
                            return
            except (requests.RequestException, OSError, AttributeError, ValueError):
                # What urllib3 raises when `close` shuts its socket depends on where it was reading.
                if not self._closed.is_set():
                    raise
                return
            finally:
                self._response.close()
        if not self._closed.is_set():
            raise SummarizerDownError(_DOWN)

    def _parse(self, name: str, data: bytes) -> StreamEvent:
        try:
            body = json.loads(data)
            if name == "error":
                raise _from_error(body)
            if name == "result":
                return _summary(body)
            kinds: dict[str, type[Queued] | type[Progress] | type[Draft]] = {
                "queued": Queued,
                "progress": Progress,
                "draft": Draft,
            }
            return kinds[name](**body)
        except (ValueError, KeyError, TypeError) as error:
            raise ProtocolError(_STRANGE.format(url=self._base_url)) from error

    def close(self) -> None:
        """Stop; from any thread. A reader that waits for the next event sees the stream end."""
        self._closed.set()
        # Not Response.close: it would wait for the reader's lock. Shutting the socket wakes the reader.
        try:
            self._response.raw.shutdown()
        except (OSError, ValueError, RuntimeError):
            # Already disconnected, or read to its end: nothing to stop. urllib3 says so in either of these ways.
            return

    def __enter__(self) -> "SummaryStream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _BearerAuth(requests.auth.AuthBase):
    def __init__(self, api_key: str) -> None:
        self._value = f"Bearer {api_key}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


class _translated:  # noqa: N801  # a context manager that reads as a word
    """Turns what `requests` raises into this file's exceptions."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        broken = (
            requests.exceptions.ConnectionError,
            requests.exceptions.Timeout,
            requests.exceptions.ChunkedEncodingError,
        )
        if isinstance(error, broken):
            raise SummarizerDownError(_DOWN) from error
        if isinstance(error, requests.RequestException):
            raise ProtocolError(_STRANGE.format(url=self._url)) from error


def _body_or_raise(response: requests.Response, url: str) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError as error:
        if _is_no_answer(response):
            raise SummarizerDownError(_DOWN) from error
        raise ProtocolError(_STRANGE.format(url=url)) from error
    if not isinstance(body, dict):
        raise ProtocolError(_STRANGE.format(url=url))
    if response.status_code == 200:
        return body
    if not isinstance(body.get("message"), str):
        raise ProtocolError(_STRANGE.format(url=url))
    raise _from_error(body)


def _is_no_answer(response: requests.Response) -> bool:
    """Whether only a proxy spoke (Serve's, or one before it), because the summarizer behind it is not there now."""
    is_without_application = response.status_code == 404 and _SERVES_OWN_ROUTES in response.text
    return response.status_code in {500, 502, 503, 504} or is_without_application or not response.content


def _from_error(body: dict[str, Any]) -> SummarizerError:
    """Map the API's `ErrorResponse` to this file's exceptions; unknown words become the base class."""
    if body.get("error") == "unauthorized":
        # The API's sentence is for those who know about headers.
        return KeyRefusedError(_KEY_REFUSED)
    kinds: dict[str, type[SummarizerError]] = {
        "busy": BusyError,
        "not_ready": NotReadyError,
        "too_large": ArticleRefusedError,
        "url_too_long": ArticleRefusedError,
        "invalid_request": ArticleRefusedError,
        "timeout": TooSlowError,
        "upload_timeout": TooSlowError,
        "not_found": ProtocolError,
    }
    kind = kinds.get(str(body.get("error")), SummarizerError)
    return kind(str(body["message"]), retry_after_s=body.get("retry_after_s"))


def _summary(body: dict[str, Any]) -> Summary:
    names = [name for name in Summary.__dataclass_fields__ if name != "raw"]
    return Summary(raw=body, **{name: body[name] for name in names})
