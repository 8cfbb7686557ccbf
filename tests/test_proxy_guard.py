"""What Serve's proxy says by itself reaches nobody: the API's JSON errors do."""

import asyncio
import json

import pytest

from serving.guards.proxy import ProxyGuard


def proxy(*messages):
    """An ASGI application that sends `messages`, as Serve's proxy would."""

    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    return app


def start(status, content_type):
    return {"type": "http.response.start", "status": status, "headers": [(b"content-type", content_type.encode())]}


def body(data, more_body=False):
    return {"type": "http.response.body", "body": data, "more_body": more_body}


def answer(*messages):
    """Status, content type and body that a client gets."""
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(
        ProxyGuard(proxy(*messages))({"type": "http", "path": "/status", "method": "GET", "headers": []}, None, send)
    )
    head = dict(sent[0]["headers"])
    return sent[0]["status"], head[b"content-type"].decode(), b"".join(message["body"] for message in sent[1:])


@pytest.mark.parametrize(
    ("status", "said", "told"),
    [
        (
            404,
            b"Path '/status' not found. Ping http://.../-/routes for available routes.",
            "is starting or stopping. Try again",
        ),
        (503, b"Request dropped.", "is starting again"),
        (500, b"Internal Server Error", "is starting again"),
        (429, b"Too many requests", "is starting again"),
        (408, b"Request timed out", "is starting again"),
    ],
)
def test_plain_text_becomes_a_503_that_says_when(status, said, told):
    got_status, content_type, data = answer(start(status, "text/plain; charset=utf-8"), body(said))
    assert (got_status, content_type) == (503, "application/json")
    error = json.loads(data)
    assert (error["error"], error["retry_after_s"]) == ("not_ready", 5)
    assert told in error["message"]


@pytest.mark.parametrize("status", [200, 404, 422, 429, 503])
def test_the_applications_own_json_is_left_alone(status):
    messages = (start(status, "application/json"), body(b'{"a": ', True), body(b"1}"))
    assert answer(*messages) == (status, "application/json", b'{"a": 1}')


def test_dropped_request_is_answered():
    status, _, data = answer()
    assert status == 503
    assert json.loads(data)["error"] == "not_ready"


def test_dropped_stream_ends_with_an_error_event():
    status, _, data = answer(start(200, "text/event-stream"), body(b": still here\n\n", True))
    assert status == 200
    assert data.startswith(b": still here\n\nevent: error\ndata: {")
    assert data.endswith(b"}\n\n")
