"""Every failure that the serving side shows to a client, as one tree.

    ServingError
    ├── InvalidRequestError      422   the body or a parameter is wrong; `fields` names it
    ├── UploadTimeoutError       408   the request's body did not come in time
    ├── ArticleTooLongError      413   more characters or bytes than the limit
    ├── UrlTooLongError          414   a GET URL longer than the limit
    ├── HeadTooLargeError        431   a request's head, with its headers, larger than the limit
    ├── UnauthorizedError        401   the API asks for a key, and none or a wrong one came
    ├── NotFoundError            404   there is no such route
    ├── UnknownHostError         421   the server was called by a name that nobody allowed
    ├── ForeignSiteError         403   a page of another web site sent this
    ├── NotSummarizableError     422   the model's numbers overflow on this article
    ├── BusyError                429   every place in the queue is taken; Retry-After
    ├── NotReadyError            503   the asked method cannot answer yet; Retry-After
    ├── RequestTimeoutError      504   the summary took longer than the limit
    ├── StoppedError             499   the caller left; nobody reads this answer
    └── InternalError            500   a bug of ours: fixed words outside, the trace in the log

Each class knows its HTTP status, its machine word and a sentence that is safe to show: it never holds article text.
"""

from typing import ClassVar


class ServingError(Exception):
    """A failure with an HTTP status, a machine word and a public sentence that says what to do next."""

    status: ClassVar[int] = 500
    error: ClassVar[str] = "internal"
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, message: str, *, retry_after_s: int | None = None, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s
        self.fields = fields or {}


class InvalidRequestError(ServingError):
    """422: wrong JSON, a wrong type, an unknown field, a value out of bounds, or a text with no words."""

    status = 422
    error = "invalid_request"


class UploadTimeoutError(ServingError):
    """408: the request's body did not come in time."""

    status = 408
    error = "upload_timeout"

    def __init__(self) -> None:
        super().__init__("The article did not arrive in time. Check the connection and send it again.")


class ArticleTooLongError(ServingError):
    """413: the article, or the request that carries it, is longer than the limit."""

    status = 413
    error = "too_large"


class UrlTooLongError(ServingError):
    """414: the GET routes carry the article in the URL; this one is too long for that."""

    status = 414
    error = "url_too_long"

    def __init__(self, max_url_bytes: int) -> None:
        super().__init__(
            f"The URL is longer than {max_url_bytes:,} bytes. Send the article as JSON to POST /summarize."
        )


class HeadTooLargeError(ServingError):
    """431: the request's head, which holds its headers, is larger than any client's."""

    status = 431
    error = "head_too_large"

    def __init__(self, max_head_bytes: int) -> None:
        super().__init__(f"The request's headers are larger than {max_head_bytes:,} bytes. Send fewer or shorter ones.")


class UnauthorizedError(ServingError):
    """401: the API asks for a key, and none came, or one that it does not know."""

    status = 401
    error = "unauthorized"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer realm="Nutshell"'}


class NotFoundError(ServingError):
    """404: there is no such route."""

    status = 404
    error = "not_found"

    def __init__(self) -> None:
        super().__init__("There is no such route. GET /docs lists them all.")


class UnknownHostError(ServingError):
    """421: the server was called by a name that nobody allowed, as in DNS rebinding."""

    status = 421
    error = "unknown_host"

    def __init__(self) -> None:
        super().__init__(
            "Nutshell does not answer to this name. Call it by the address that it prints at its start, or start it "
            "with --allowed-host and the name."
        )


class ForeignSiteError(ServingError):
    """403: a page of another web site sent this from a visitor's browser."""

    status = 403
    error = "foreign_site"

    def __init__(self) -> None:
        super().__init__(
            "A page of another web site asked for this, so it was not done. If the site is yours, start Nutshell with "
            "--allowed-host and its name."
        )


class NotSummarizableError(ServingError):
    """422: the model's scores for this article are not finite, so what it would write means nothing."""

    status = 422
    error = "not_summarizable"

    def __init__(self) -> None:
        super().__init__(
            "The language model cannot work with this article: its numbers overflow. "
            "Ask for key sentences with method=extractive."
        )


class BusyError(ServingError):
    """429: all running and waiting places are taken. `retry_after_s` is sent as Retry-After."""

    status = 429
    error = "busy"


class NotReadyError(ServingError):
    """503: the asked method cannot answer yet (the model is still on its way, or failed to load)."""

    status = 503
    error = "not_ready"


class RequestTimeoutError(ServingError):
    """504: the summary was not finished within the request timeout; the computation was stopped."""

    status = 504
    error = "timeout"


class StoppedError(ServingError):
    """499 (nginx's word for it): the caller left, so the computation was stopped."""

    status = 499
    error = "stopped"


class InternalError(ServingError):
    """500: a bug of ours. The client gets fixed words; the log gets the trace."""

    status = 500
    error = "internal"

    def __init__(self) -> None:
        super().__init__("Something went wrong inside the summarizer. Try again; if it happens again, see its log.")
