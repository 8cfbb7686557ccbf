"""The HTTP API: FastAPI routes over a `SummarizerService`. docs/api.md's table, one function a route."""

import asyncio
import logging
import re
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import unquote_plus

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from fastapi_offline import FastAPIOffline
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from serving.engine.interface import GenerationParams
from serving.errors import BusyError, InternalError, InvalidRequestError, NotReadyError, ServingError
from serving.guards.answers import DECLINED_BY, error_json, error_response
from serving.guards.bodies import BodyGuard
from serving.schemas import (
    DraftEvent,
    ErrorResponse,
    HealthResponse,
    HFGenerateParameters,
    HFParameters,
    HFRequest,
    HFSummary,
    Method,
    ProgressEvent,
    QueuedEvent,
    ReadyResponse,
    StatusResponse,
    SummarizeRequest,
    SummaryResponse,
)
from serving.service import Job, Mailbox, SummarizerService
from serving.summarizer import SummaryTask

logger = logging.getLogger("nutshell")

_HEARTBEAT_S = 1.0
"""How often a silent stream says that it is alive, so that both ends notice a broken connection."""

_STREAM_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would collect the events before it passes them on
}

_EVENT_NAMES = {QueuedEvent: "queued", ProgressEvent: "progress", DraftEvent: "draft"}

_MAX_FIELD_NAME_CHARS = 60
_FIELD_NAME = re.compile(r"[A-Za-z_]\w{0,29}", re.ASCII)
_TYPES = {"list", "str"}

_SAMPLING = {"do_sample", "temperature", "top_k", "top_p"}

_ERRORS: dict[int | str, dict[str, Any]] = {
    413: {"model": ErrorResponse, "description": "The article is too long."},
    422: {"model": ErrorResponse, "description": "A field is wrong; `fields` names it."},
    429: {"model": ErrorResponse, "description": "All places are taken; see Retry-After."},
    503: {"model": ErrorResponse, "description": "The asked method is not ready; see Retry-After."},
    504: {"model": ErrorResponse, "description": "It took longer than the request timeout."},
}
# Said without "model", which FastAPI would describe as plain text on a route that answers in plain text.
_GET_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": error["description"],
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}},
    }
    for status, error in {**_ERRORS, 414: {"description": "The URL is too long; use POST /summarize."}}.items()
}


def create_api(
    service: SummarizerService,
    *,
    status: Callable[[], Awaitable[StatusResponse]] | None = None,
    replica_id: str | None = None,
) -> FastAPI:
    """Return the ASGI application of one replica.

    Args:
        service: what does the work.
        status: how all replicas are, where there are others.
        replica_id: what to call this one towards the proxy, which asks another where this one declines.
    """
    # FastAPI's own /docs page loads its scripts from a content delivery network; this one carries them.
    api = FastAPIOffline(
        redoc_url=None,
        title="Nutshell",
        summary="News article in, summary out.",
        description="`POST /summarize` is the route to use; the GET routes are the Ray Serve tutorial's.",
        version="1",
    )
    # In the proxy too, before a place is taken; here for whoever reaches a replica by another way.
    api.add_middleware(BodyGuard, max_bytes=lambda _path: service.config.max_body_bytes)
    _install_error_handlers(api, replica_id)
    _add_summary_routes(api, service)
    _add_tutorial_routes(api, service)
    _add_state_routes(api, service, status)
    return api


def _add_summary_routes(api: FastAPI, service: SummarizerService) -> None:
    @api.post("/summarize", response_model=SummaryResponse, responses=_ERRORS, tags=["summary"])
    async def summarize(request: SummarizeRequest) -> SummaryResponse:
        """Summarize an article."""
        return await service.admit(_task(request), request.method).run()

    @api.post(
        "/summarize/stream",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}, **_ERRORS},
        tags=["summary"],
    )
    async def summarize_stream(request: SummarizeRequest) -> Response:
        """The same as server-sent events: `queued`, `progress`, `draft`, then `result` or `error`.

        Close the connection to stop the computation.
        """
        mailbox = Mailbox()
        return _EventStream(service.admit(_task(request), request.method, mailbox.post), mailbox)

    @api.post("/summarization", response_model=list[HFSummary], responses=_ERRORS, tags=["summary"])
    async def summarization(request: HFRequest) -> list[HFSummary]:
        """The Hugging Face Inference API's summarization task, for `huggingface_hub.InferenceClient`."""
        texts = [request.inputs] if isinstance(request.inputs, str) else request.inputs
        task = _hf_task(request, service)
        # One after the other: a list is one client's, and takes one place at a time.
        answers = [await service.admit(replace(task, text=text), "auto", text_field="inputs").run() for text in texts]
        return [HFSummary(summary_text=answer.summary) for answer in answers]


def _add_tutorial_routes(api: FastAPI, service: SummarizerService) -> None:
    async def summarize_txt(
        request: Request,
        txt: Annotated[str, Query(description="The article.")],
        max_length: Annotated[
            int | None, Query(ge=1, description="Longest summary in tokens (default: the length of `txt`).")
        ] = None,
    ) -> str:
        """The tutorial's route: plain text in the URL, plain text out, the model's words untouched."""
        text = _raw_txt(request.scope["query_string"]) or txt
        if max_length is None:
            max_length = max(1, min(len(text), service.config.max_length_tokens))
        task = SummaryTask(text=text, max_length=max_length, tidy=False)
        return (await service.admit(task, "auto", text_field="txt").run()).summary

    for path in (f"/{service.config.deployment_name}", "/router"):
        api.get(path, response_class=PlainTextResponse, responses=_GET_ERRORS, tags=["tutorial"])(summarize_txt)


def _add_state_routes(
    api: FastAPI, service: SummarizerService, status_of_all: Callable[[], Awaitable[StatusResponse]] | None
) -> None:
    @api.get("/status", tags=["state"])
    async def status() -> StatusResponse:
        """What the summarizer is doing, what it allows, and how far the model is."""
        return service.status() if status_of_all is None else await status_of_all()

    @api.get("/health", tags=["state"])
    async def health() -> HealthResponse:
        """The process answers."""
        return HealthResponse()

    @api.get("/ready", responses={503: _ERRORS[503]}, tags=["state"])
    async def ready(method: Method = "auto") -> ReadyResponse:
        """A summary can be made: a warm-up run of the method succeeded. `method=abstractive` waits for the model."""
        if not service.extractive_ready:
            raise NotReadyError("The summarizer is still starting.", retry_after_s=2)
        if method == "abstractive" and service.method != "abstractive":
            raise service.no_model()
        return ReadyResponse(ready=True, method="extractive" if method == "extractive" else service.method)

    # What a monitor asks; the server leaves the body out.
    for path, function in (("/status", status), ("/health", health), ("/ready", ready)):
        api.add_api_route(path, function, methods=["HEAD"], include_in_schema=False)


def _task(request: SummarizeRequest) -> SummaryTask:
    return SummaryTask(
        text=request.text, max_length=request.max_length, max_words=request.max_words, format=request.format
    )


def _hf_task(request: HFRequest, service: SummarizerService) -> SummaryTask:
    parameters = request.parameters or HFParameters()
    try:
        asked = HFGenerateParameters.model_validate(parameters.generate_parameters or {})
    except ValidationError as error:
        raise _invalid(
            [{**detail, "loc": ("generate_parameters", *detail["loc"])} for detail in error.errors()]
        ) from None
    engine = service.loader.engine
    base = GenerationParams() if engine is None else engine.default_params
    outer = parameters.model_dump(exclude_none=True, include=set(HFGenerateParameters.model_fields))
    stated = {**outer, **asked.model_dump(exclude_none=True)}
    stated = {name: value for name, value in stated.items() if name not in _SAMPLING}
    # As in transformers, max_new_tokens does not count the decoder start token and wins over max_length.
    new_tokens = stated.pop("max_new_tokens", None)
    max_length = stated.pop("max_length", None) if new_tokens is None else new_tokens + 1
    stated.pop("max_length", None)
    return SummaryTask(
        text="",
        max_length=max_length,
        tidy=False,
        params=replace(base, **stated) if stated else None,
    )


def _raw_txt(query: bytes) -> str | None:
    """Return the article of a GET URL, also where the tutorial's client did not escape its ampersands.

    `requests.get(url + "?txt=" + article)` escapes spaces and quotes but leaves `&` as it is, so "AT&T" would end the
    article there. A piece after `&` that looks like no parameter belongs to the text before it.

    Raises:
        InvalidRequestError: a piece looks like a parameter that this route does not have.
    """
    text: list[str] = []
    for piece in query.decode("latin-1").split("&"):
        name, equals, value = piece.partition("=")
        if name == "txt" and equals and not text:
            text.append(value)
        elif name == "max_length" and equals:
            continue
        elif equals and name.isidentifier() and name.islower():
            raise InvalidRequestError(
                "This route takes txt and max_length only. Escape an & in the article as %26.",
                fields={name[:_MAX_FIELD_NAME_CHARS]: "unknown parameter"},
            )
        elif text:
            text.append(piece)
    return unquote_plus("&".join(text), errors="replace") if text else None


class _EventStream(StreamingResponse):
    """The events of one job as `text/event-stream` (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

    def __init__(self, job: Job, mailbox: Mailbox) -> None:
        self._job = job
        super().__init__(_events(job, mailbox), media_type="text/event-stream", headers=_STREAM_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # Also when the client left before the first event, when the generator's own clean-up never begins.
            self._job.close()


async def _events(job: Job, mailbox: Mailbox) -> AsyncIterator[str]:
    running = asyncio.create_task(job.run())
    posted = asyncio.create_task(mailbox.posted())
    try:
        while not running.done():
            await asyncio.wait({running, posted}, timeout=_HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
            events = mailbox.take()
            for event in events:
                yield _sse(_EVENT_NAMES[type(event)], event.model_dump_json())
            if not events:
                yield ": still here\n\n"
            if posted.done():
                posted = asyncio.create_task(mailbox.posted())
        try:
            yield _sse("result", running.result().model_dump_json())
        except Exception as error:
            yield _sse("error", error_json(_as_serving_error(error)).decode())
    finally:
        running.cancel()
        posted.cancel()


def _sse(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"


def _install_error_handlers(api: FastAPI, replica_id: str | None) -> None:
    def answer(error: ServingError) -> Response:
        response = error_response(error)
        if replica_id is not None and isinstance(error, BusyError | NotReadyError):
            response.headers[DECLINED_BY] = replica_id
        return response

    @api.exception_handler(ServingError)
    async def on_serving_error(_: Request, error: ServingError) -> Response:
        return answer(error)

    @api.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        content_type = request.headers.get("content-type", "")
        if request.method == "POST" and "json" not in content_type:
            return answer(
                InvalidRequestError(
                    "Send the article as JSON, with the header Content-Type: application/json.",
                    fields={"content-type": content_type[:_MAX_FIELD_NAME_CHARS] or "missing"},
                )
            )
        return answer(_invalid(error.errors()))

    @api.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        # FastAPI's 400 is a body that broke the JSON parser in a rarer way: no UTF-8, nested too deep, a long number.
        return answer(_unread(request) if error.status_code == 400 else _HTTPError(error))

    @api.exception_handler(Exception)
    async def on_bug(_: Request, error: Exception) -> Response:
        return answer(_as_serving_error(error))


class _HTTPError(ServingError):
    """What FastAPI refuses by itself: no such route, wrong verb."""

    def __init__(self, error: HTTPException) -> None:
        words = {
            404: "There is no such route. GET /docs lists them all.",
            405: "This route does not take that HTTP verb. GET /docs lists what each takes.",
        }
        super().__init__(words.get(error.status_code, "The request was refused."))
        self.status = error.status_code  # type: ignore[misc]
        self.headers = dict(error.headers or {})  # type: ignore[misc]
        self.error = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")  # type: ignore[misc]


def _as_serving_error(error: Exception) -> ServingError:
    if isinstance(error, ServingError):
        return error
    # Where it happened, but not the exception's own words: they may quote the article.
    logger.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    return InternalError()


def _unread(request: Request) -> InvalidRequestError:
    encoding = request.headers.get("content-encoding")
    if encoding is None:
        return _invalid_json()
    return InvalidRequestError(
        "Send the article as it is, without a Content-Encoding.",
        fields={"content-encoding": encoding[:_MAX_FIELD_NAME_CHARS]},
    )


def _invalid_json() -> InvalidRequestError:
    return InvalidRequestError("The body is not valid JSON in UTF-8.", fields={"body": "invalid JSON"})


def _invalid(details: Any) -> InvalidRequestError:
    """Name each wrong field; the values stay out, because they may be the article."""
    fields: dict[str, str] = {}
    for detail in details:
        if detail["type"] == "json_invalid":
            return _invalid_json()
        path = list(map(str, detail["loc"][detail["loc"][0] in ("body", "query") :]))
        if detail["type"] == "extra_forbidden":
            # A name of the client's making: a slip in spelling is told, anything longer may be the article.
            path[-1:] = [path[-1] if _FIELD_NAME.fullmatch(path[-1]) else "(another)"]
            fields[".".join(path)] = "unknown field"
        else:
            # Where a field may be of several types, each is named behind it.
            own = [part for part in path if part.isdigit() or (_FIELD_NAME.fullmatch(part) and part not in _TYPES)]
            name, problem = ".".join(own) or "body", detail["msg"]
            fields[name] = f"{fields[name]}, or: {problem}" if name in fields else problem
    named = "; ".join(f"{name}: {problem}" for name, problem in list(fields.items())[:5])
    return InvalidRequestError(f"Some of the request is wrong. {named}.", fields=fields)
