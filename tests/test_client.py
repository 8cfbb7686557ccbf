"""The page's client: every way a server can fail becomes one of its own exceptions, and nothing else gets out."""

import threading
import time

import pytest

from tests.little_server import LittleServer, send_json, send_stream, sse
from ui import client as ui_client
from ui.client import (
    ArticleRefusedError,
    BusyError,
    Draft,
    NotReadyError,
    Progress,
    ProtocolError,
    Queued,
    SummarizerClient,
    SummarizerDownError,
    SummarizerError,
    Summary,
    SummaryRequest,
    TooSlowError,
    Waiting,
)

RESULT = {
    "summary": "Ferries run all night.", "method": "abstractive", "model": "someone/news", "finish_reason": "stop",
    "num_input_words": 100, "num_input_tokens": 140, "num_summary_words": 4, "num_summary_tokens": 6,
    "parts": 1, "elapsed_s": 0.5, "model_text": None, "evidence": [], "cuts": [], "unsupported": [], "notes": [],
}  # fmt: skip

REQUEST = SummaryRequest("An article.", max_words=40)


@pytest.fixture
def serve():
    servers = []

    def serve(answer):
        servers.append(LittleServer(answer))
        return servers[-1], SummarizerClient(servers[-1].url)

    yield serve
    for server in servers:
        server.close()


def test_reads_every_event(serve):
    server, client = serve(
        send_stream(
            sse("queued", {"position": 2}),
            b": still here\n\n",
            sse("progress", {"part": 1, "parts": 2, "num_tokens": 3}),
            sse("draft", {"text": "Ferries\u2028run"}),
            sse("result", RESULT),
        )
    )
    got = list(client.stream(REQUEST))
    assert got[:4] == [Queued(2), Waiting(), Progress(1, 2, 3), Draft("Ferries\u2028run")]
    assert isinstance(got[4], Summary)
    assert got[4].summary == RESULT["summary"]
    assert server.bodies == [
        {"text": "An article.", "max_words": 40, "format": "paragraph", "method": "auto"},
    ]


def test_event_cut_anywhere_between_two_packets_is_whole(serve):
    whole = sse("draft", {"text": "Zürich – 東京"}) + sse("result", RESULT)
    _, client = serve(send_stream(*[whole[i : i + 7] for i in range(0, len(whole), 7)], pause_s=0.002))
    got = list(client.stream(REQUEST))
    assert [type(event) for event in got] == [Draft, Summary]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, {"error": "busy", "message": "Busy.", "retry_after_s": 7}, BusyError),
        (503, {"error": "not_ready", "message": "Soon."}, NotReadyError),
        (413, {"error": "too_large", "message": "Too long."}, ArticleRefusedError),
        (422, {"error": "invalid_request", "message": "No words."}, ArticleRefusedError),
        (504, {"error": "timeout", "message": "Too slow."}, TooSlowError),
        (500, {"error": "internal", "message": "A bug."}, SummarizerError),
        (418, {"error": "teapot", "message": "Short and stout."}, SummarizerError),
    ],
)
def test_api_errors_keep_their_sentence(serve, status, body, kind):
    _, client = serve(send_json(status, body))
    with pytest.raises(kind) as error:
        client.stream(REQUEST)
    assert str(error.value) == body["message"]
    assert error.value.retry_after_s == body.get("retry_after_s")


def test_error_event_becomes_its_exception(serve):
    _, client = serve(send_stream(sse("error", {"error": "not_ready", "message": "Starting again."})))
    with pytest.raises(NotReadyError, match="Starting again"):
        list(client.stream(REQUEST))


def _bare(status, body=b"", content_type="text/html"):
    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


SERVE_WITHOUT_APP = b"Path '/summarize/stream' not found. Ping http://.../-/routes for available routes."


def _hang_up(handler):
    handler.connection.close()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (_hang_up, SummarizerDownError),
        (_bare(404, SERVE_WITHOUT_APP, "text/plain; charset=utf-8"), SummarizerDownError),
        (_bare(500, b"Internal Server Error"), SummarizerDownError),
        (_bare(503, b"Service Unavailable"), SummarizerDownError),
        (_bare(502, b"<html><h1>502 Bad Gateway</h1></html>"), SummarizerDownError),
        (_bare(504, b"<html><h1>504 Gateway Time-out</h1></html>"), SummarizerDownError),
        (_bare(404, b""), SummarizerDownError),
        (_bare(404, b"<html>somebody else's server</html>"), ProtocolError),
        (_bare(200, b""), SummarizerDownError),
        (send_json(404, {"detail": "Not Found"}), ProtocolError),
        (send_json(422, ["no", "object"]), ProtocolError),
        (send_stream(b"event: result\ndata: {broken\n\n"), ProtocolError),
        (send_stream(b"event: result\ndata: {}\n\n"), ProtocolError),
        (send_stream(b"event: surprise\ndata: {}\n\n"), ProtocolError),
        (send_stream(sse("draft", {"text": "half"})), SummarizerDownError),
        (send_stream(sse("queued", {"position": 1}), b'event: result\ndata: {"summary": "Ferr'), SummarizerDownError),
        (send_stream(sse("result", RESULT).rstrip(b"\n")), SummarizerDownError),
    ],
    ids=["hangs up", "Serve without application", "bare 500", "bare 503", "bare 502", "bare 504", "empty 404",
         "other server", "empty 200", "other API", "list", "broken result",
         "empty result", "unknown event", "stream breaks off", "event breaks off", "last event lacks its end"],
)  # fmt: skip
def test_strange_servers_become_our_exceptions(serve, answer, kind):
    _, client = serve(answer)
    with pytest.raises(kind) as error:
        list(client.stream(REQUEST))
    assert isinstance(error.value, SummarizerError)
    assert str(error.value)


def test_nobody_listens():
    client = SummarizerClient("http://127.0.0.1:9")
    for call in (client.status, lambda: list(client.stream(REQUEST))):
        with pytest.raises(SummarizerDownError):
            call()


def test_address_that_is_none():
    with pytest.raises(SummarizerError):
        SummarizerClient("http://[broken").status()


@pytest.mark.parametrize("pieces", [(), (sse("queued", {"position": 1}),)], ids=["from the start", "in the middle"])
def test_silence_means_that_nobody_is_there(serve, monkeypatch, pieces):
    """So it is while a replica starts: Serve's proxy keeps the request without a word."""

    def answer(handler):
        if not pieces:
            time.sleep(1)
        send_stream(*pieces, pause_s=1)(handler)

    monkeypatch.setattr(ui_client, "_STREAM_SILENCE_S", 0.2)
    monkeypatch.setattr(ui_client, "_STATUS_TIMEOUT_S", 0.2)
    _, client = serve(answer)
    with pytest.raises(SummarizerDownError):
        list(client.stream(REQUEST))
    with pytest.raises(SummarizerDownError):
        client.status()


@pytest.mark.parametrize("after_s", [0.0, 0.2])
def test_close_from_another_thread_wakes_the_reader_and_the_server_notices(serve, after_s):
    server, client = serve(send_stream(b": still here\n\n", repeat_last=True))
    stream = client.stream(REQUEST)
    ended = threading.Event()

    def read():
        list(stream)
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    time.sleep(after_s)
    stream.close()
    assert ended.wait(2)
    assert server.client_left.wait(2)


def test_close_wakes_a_reader_that_waits_in_silence(serve):
    _, client = serve(send_stream(sse("queued", {"position": 1}), pause_s=10))
    stream = client.stream(REQUEST)
    got = []
    thread = threading.Thread(target=lambda: got.extend(stream), daemon=True)
    thread.start()
    time.sleep(0.2)
    stream.close()
    thread.join(2)
    assert not thread.is_alive()
    assert got == [Queued(1)]


def test_status(serve):
    body = {
        "model": "m", "method": "extractive", "model_state": "downloading", "model_reason": None,
        "downloaded_bytes": 1, "total_bytes": 2, "limits": {},
    }  # fmt: skip
    _, client = serve(send_json(200, body))
    status = client.status()
    assert (status.model_state, status.downloaded_bytes, status.total_bytes) == ("downloading", 1, 2)
    assert status.raw == body
    _, strange = serve(send_json(200, {"hello": "world"}))
    with pytest.raises(ProtocolError):
        strange.status()
