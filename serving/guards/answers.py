"""An error as the API's JSON, where no framework is at hand."""

import json

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from serving.errors import ServingError
from serving.schemas import ErrorResponse

DECLINED_BY = "x-declined-by"
"""Header of an answer that another replica may give instead: which one gave this. No client sees it."""


def error_json(error: ServingError) -> bytes:
    """The body of an error, always encodable, whatever characters a client's field names hold."""
    body = ErrorResponse(
        error=error.error, message=error.message, fields=error.fields, retry_after_s=error.retry_after_s
    )
    return json.dumps(body.model_dump(exclude_none=True)).encode("ascii")


def error_response(error: ServingError) -> Response:
    """The whole answer, with `Retry-After` where the error knows when, and what else it has to say in headers."""
    headers = dict(error.headers)
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return Response(error_json(error), status_code=error.status, headers=headers, media_type="application/json")


async def send_error(scope: Scope, receive: Receive, send: Send, error: ServingError) -> None:
    """Answer a request with `error`; a WebSocket's handshake too."""
    await error_response(error)(scope, receive, send)
