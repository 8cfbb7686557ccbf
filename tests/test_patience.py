"""A press while the summarizer starts, restarts or is busy waits and is then answered; Stop ends the wait."""

import asyncio
import threading
import time

import pytest

from tests.little_server import LittleServer, send_json, send_stream, sse
from tests.running_app import free_port
from tests.test_client import RESULT, SERVE_WITHOUT_APP, _bare, _hang_up
from ui import patience
from ui.client import (
    ArticleRefusedError,
    BusyError,
    NotReadyError,
    ProtocolError,
    SummarizerClient,
    SummarizerDownError,
    SummarizerError,
    Summary,
    SummaryRequest,
    TooSlowError,
)
from ui.patience import BUSY, STARTING, STARTING_AGAIN, Countdown, Patience
from ui.runs import Runs, Stopped, Working

REQUEST = SummaryRequest("An article.", max_words=40)
NOT_READY = {"error": "not_ready", "message": "Starting.", "retry_after_s": 5}
SUMMARY = send_stream(sse("result", RESULT))


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(patience, "_RETRY_S", 0.05)


@pytest.fixture
def follow():
    """Runs one request against a server that gives these answers one after the other; returns all steps."""
    servers = []

    def follow(*answers, request=REQUEST, stop_after=None):
        rest = list(answers)

        def answer(handler):
            now = rest.pop(0) if len(rest) > 1 else rest[0]
            now(handler)

        servers.append(LittleServer(answer))

        async def main():
            runs = Runs(SummarizerClient(servers[-1].url))
            steps = []
            async for step in runs.follow("a", "article", request):
                steps.append(step)
                if isinstance(step, Working) and step.line == stop_after:
                    runs.stop("a", "article")
            return steps

        return asyncio.run(main())

    yield follow
    for server in servers:
        server.close()


def lines(steps):
    """What was said on the way, each once in a row."""
    said = [step.line for step in steps if isinstance(step, Working)]
    return [line for line, before in zip(said, [None, *said], strict=False) if line != before]


@pytest.mark.parametrize(
    "answer",
    [
        _hang_up,
        _bare(404, SERVE_WITHOUT_APP, "text/plain"),
        send_json(503, NOT_READY),
        _bare(503, b"Service Unavailable", "text/plain"),
        _bare(500, b"Internal Server Error", "text/plain"),
        _bare(502, b"<html>Bad Gateway</html>"),
        _bare(200, b""),
    ],
    ids=["hangs up", "no application", "not ready", "bare 503", "bare 500", "bare 502", "empty"],
)
def test_waits_through_every_answer_of_a_start(follow, answer):
    steps = follow(answer, answer, answer, SUMMARY)
    assert isinstance(steps[-1], Summary)
    assert lines(steps)[1:] == [STARTING]


def test_waits_where_nobody_listens_yet(follow):
    port, summary = free_port(), []

    async def main():
        runs = Runs(SummarizerClient(f"http://127.0.0.1:{port}"))
        async for step in runs.follow("a", "article", REQUEST):
            if isinstance(step, Working) and step.line == STARTING and not summary:
                summary.append(LittleServer(SUMMARY, port=port))
        return step

    assert isinstance(asyncio.run(main()), Summary)
    summary[0].close()


@pytest.mark.parametrize(
    "broken",
    [
        send_stream(sse("draft", {"text": "Ferries run"})),
        send_stream(sse("draft", {"text": "Ferries run"}), sse("error", NOT_READY)),
        send_stream(sse("queued", {"position": 1})),
        send_stream(sse("progress", {"part": 1, "parts": 2, "num_tokens": 3}), b"event: result\ndata: {"),
        send_stream(b": still here\n\n"),
    ],
    ids=["breaks off", "error event", "in line", "half an event", "silent work"],
)
def test_run_broken_in_the_middle_is_repeated_once(follow, broken):
    steps = follow(broken, _hang_up, SUMMARY)
    assert isinstance(steps[-1], Summary)
    assert lines(steps)[-1] == STARTING_AGAIN
    steps = follow(broken, broken, SUMMARY)
    assert isinstance(steps[-1], SummarizerError)


def test_draft_of_a_broken_run_is_taken_away(follow):
    steps = follow(send_stream(sse("draft", {"text": "Ferries run"})), SUMMARY)
    assert [step.draft for step in steps if isinstance(step, Working) and step.draft is not None][:2] == [
        "Ferries run", "",
    ]  # fmt: skip


def busy(retry_after_s):
    return send_json(429, {"error": "busy", "message": "Busy.", "retry_after_s": retry_after_s})


@pytest.mark.slow
def test_busy_counts_down_and_tries_again(follow):
    started = time.monotonic()
    steps = follow(busy(1), busy(1), SUMMARY)
    assert isinstance(steps[-1], Summary)
    assert time.monotonic() - started >= 2
    counted = [step.countdown for step in steps if isinstance(step, Working) and step.line == BUSY]
    assert list(dict.fromkeys(filter(None, counted))) == [Countdown(1, 1), Countdown(1, 2)]


@pytest.mark.parametrize(("answer", "line"), [(busy(60), BUSY), (_hang_up, STARTING)], ids=["busy", "starting"])
def test_stop_ends_the_wait(follow, answer, line):
    started = time.monotonic()
    steps = follow(answer, stop_after=line)
    assert isinstance(steps[-1], Stopped)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (413, "too_large", ArticleRefusedError),
        (422, "invalid_request", ArticleRefusedError),
        (504, "timeout", TooSlowError),
        (500, "internal", SummarizerError),
        (404, "not_found", ProtocolError),
    ],
)
def test_what_waiting_does_not_mend_is_told_at_once(follow, status, error, kind):
    steps = follow(send_json(status, {"error": error, "message": "No."}), SUMMARY)
    assert isinstance(steps[-1], kind)
    assert str(steps[-1]) == "No."


def test_a_model_that_is_missing_is_not_waited_for(follow):
    request = SummaryRequest("An article.", max_words=40, method="abstractive")
    assert isinstance(follow(send_json(503, NOT_READY), SUMMARY, request=request)[-1], NotReadyError)


def test_waiting_for_a_start_has_an_end(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(patience.time, "monotonic", lambda: now[0])
    down = SummarizerDownError("Down.")
    own = Patience()
    now[0] = 1000.0
    assert own.after(down, REQUEST, was_begun=False) is not None
    now[0] += patience.MAX_START_S - 1
    assert own.after(down, REQUEST, was_begun=False) is not None
    now[0] += 2
    assert own.after(down, REQUEST, was_begun=False) is None


def test_waiting_for_a_place_has_an_end(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(patience.time, "monotonic", lambda: now[0])
    own = Patience()
    assert own.after(BusyError("Busy.", retry_after_s=7), REQUEST, was_begun=False).length_s == 7
    now[0] = 901.0
    assert own.after(BusyError("Busy.", retry_after_s=7), REQUEST, was_begun=False) is None
    assert Patience().after(BusyError("Yours are too many."), REQUEST, was_begun=False) is None


def test_no_thread_is_left_behind(follow):
    follow(_hang_up, SUMMARY)
    deadline = time.monotonic() + 120
    while any(thread.name == "read-summary" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
