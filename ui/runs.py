"""Summaries under way: between `requests`, which blocks, and the page's event loop; and whose they are.

Visitors of a public link share one address, so a visitor is a browser, known by a cookie. A run outlasts a summarizer
that is starting, restarting or busy (`ui/patience.py`).
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ui.client import (
    BusyError,
    Draft,
    Progress,
    Queued,
    StreamEvent,
    SummarizerClient,
    SummarizerError,
    Summary,
    SummaryRequest,
    SummaryStream,
)
from ui.doors import VISITOR_HEADER
from ui.patience import STARTING, Countdown, Patience

MAX_RUNNING_PER_VISITOR = 2
"""So many summaries of one visitor are sent to the summarizer at a time, so that none takes all of its places."""

MAX_RUNS_PER_VISITOR = 8
"""Running or waiting here for their turn; the next one is refused."""

SENDING = "Sending the article …"
STOPPED = "Stopped. The article is still here."

TICK_S = 0.5
"""How often a run yields even when there is nothing new: Gradio notices a closed tab only between two yields."""

_TOO_MANY_RUNS = f"You have {MAX_RUNS_PER_VISITOR} summaries under way. Wait for one of them, or stop it."

_SILENCE_S = 3.0
"""A summarizer that is up answers at once, if only to say that it waits."""


class Stopped:
    """The reader pressed Stop, or left."""


@dataclass(frozen=True)
class Working:
    """A run goes on.

    Attributes:
        line: what it does, in one sentence.
        detail: how far it is.
        draft: the new draft; None leaves the one before, "" takes it away.
        countdown: it waits, and then tries again.
    """

    line: str
    detail: str = ""
    draft: str | None = None
    countdown: Countdown | None = None


class _Stoppable(Protocol):
    def stop(self) -> None: ...


class StopFlag:
    """Work that looks for itself whether it should go on."""

    is_set = False

    def stop(self) -> None:
        """Ask it to end."""
        self.is_set = True


class StreamThread:
    """Reads one summary's events on a thread, because `requests` blocks, and hands them to the page's event loop.

    `is_begun` says that the summarizer has taken the request, `num_draft_words` how far it is.
    """

    def __init__(self, client: SummarizerClient, request: SummaryRequest, turn: threading.Semaphore) -> None:
        self._client, self._request, self._turn = client, request, turn
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[StreamEvent | SummarizerError | Stopped] = asyncio.Queue()
        self._lock = threading.Lock()
        self._stream: SummaryStream | None = None
        self._closed = self._stopped = False
        self.num_draft_words = 0
        self.is_begun = False
        self._sent_at = float("inf")
        threading.Thread(target=self._read, name="read-summary", daemon=True).start()

    async def next_event(self, timeout_s: float) -> StreamEvent | SummarizerError | Stopped | None:
        """The next event, what ended the run, or None when `timeout_s` passed without one."""
        if self._stopped:
            return Stopped()
        # Not asyncio.wait_for: in Python 3.11 it swallows a cancellation that comes together with an event.
        try:
            async with asyncio.timeout(timeout_s):
                event = await self._events.get()
        except TimeoutError:
            return None
        self.is_begun = self.is_begun or not isinstance(event, SummarizerError | Stopped)
        if isinstance(event, Draft):
            self.num_draft_words = len(event.text.split())
        return event

    def silent_s(self) -> float:
        """For how long the summarizer has had the request, while nothing has come; 0 before it was sent."""
        return max(0.0, time.monotonic() - self._sent_at)

    def stop(self) -> None:
        """End the run now; `next_event` says so to whoever follows it. Belongs to the event loop."""
        self._stopped = True
        self._events.put_nowait(Stopped())
        self.close()

    def close(self) -> None:
        """Close the connection, which stops the computation. Harmless when it has ended."""
        with self._lock:
            self._closed = True
            if self._stream is not None:
                self._stream.close()

    def _read(self) -> None:
        with self._turn:
            if self._closed:
                return
            self._sent_at = time.monotonic()
            try:
                stream = self._client.stream(self._request)
                with self._lock:
                    self._stream = stream
                    if self._closed:
                        stream.close()
                for event in stream:
                    self._hand_over(event)
            except SummarizerError as error:
                self._hand_over(error)

    def _hand_over(self, event: StreamEvent | SummarizerError) -> None:
        with self._lock:
            # Once closed, nobody waits for it, and the loop may be closed as well.
            if not self._closed:
                self._loop.call_soon_threadsafe(self._events.put_nowait, event)


class _Run:
    """One summary on its way, over as many attempts as it takes. Belongs to the event loop."""

    def __init__(
        self, client: SummarizerClient, request: SummaryRequest, turn: threading.Semaphore, patience: Patience
    ) -> None:
        self._client, self._request, self._turn, self._patience = client, request, turn, patience
        self._thread: StreamThread | None = None
        self._is_stopped = False
        self._line = SENDING

    def stop(self) -> None:
        """End it now, whether it works or waits."""
        self._is_stopped = True
        if self._thread is not None:
            self._thread.stop()

    async def steps(self) -> AsyncGenerator[Working | Summary | SummarizerError | Stopped]:
        """`Working` at least every `TICK_S`, then how it ended."""
        while not self._is_stopped:
            thread = self._thread = StreamThread(self._client, self._request, self._turn)
            with contextlib.closing(thread):
                yield Working(self._line)
                event = await thread.next_event(TICK_S)
                while not isinstance(event, Summary | SummarizerError | Stopped):
                    yield self._working(thread, event)
                    event = await thread.next_event(TICK_S)
            pause = None
            if isinstance(event, SummarizerError):
                pause = self._patience.after(event, self._request, was_begun=thread.is_begun)
            if pause is None:
                yield event
                return
            self._line = pause.line
            until = time.monotonic() + pause.length_s
            while time.monotonic() < until and not self._is_stopped:
                yield Working(pause.line, draft="" if thread.num_draft_words else None, countdown=pause.countdown)
                await asyncio.sleep(min(TICK_S, pause.length_s))
        yield Stopped()

    def _working(self, thread: StreamThread, event: StreamEvent | None) -> Working:
        num_words = thread.num_draft_words
        if not thread.is_begun and thread.silent_s() > _SILENCE_S:
            # Serve's proxy keeps a request, without a word, until there is a replica for it.
            self._line = STARTING
        self._line = _line_of(event, self._line, is_writing=num_words > 0)
        detail = f"{num_words:,} {'word' if num_words == 1 else 'words'} so far" if num_words else ""
        return Working(self._line, detail, event.text if isinstance(event, Draft) else None)


def session_of(request: Any) -> str:
    """Whose request this is: the visitor, and which of his tabs.

    The tab's name is the browser's to choose; the visitor's is not (`ui.doors`), so bounds are counted by the visitor.
    """
    visitor = request.headers.get(VISITOR_HEADER, "") if request is not None else ""
    return f"{visitor or (request and request.session_hash)}/{request and request.session_hash}"


def _visitor(session: str) -> str:
    return session.partition("/")[0]


class Runs:
    """The runs under way, by browser session: Stop and a closed tab find theirs, and no session takes all places.

    A run also belongs to a `place` on the page, such as "article" or "batch", which has a Stop of its own.

    Args:
        client: speaks to the summarizer.
    """

    def __init__(self, client: SummarizerClient) -> None:
        self._client = client
        self._sessions: dict[str, _Session] = {}
        self._turns: dict[str, threading.Semaphore] = {}

    async def follow(
        self, session: str, place: str, request: SummaryRequest
    ) -> AsyncGenerator[Working | Summary | SummarizerError | Stopped]:
        """Run one summary: `Working` at least every `TICK_S`, then how it ended. Whoever stops iterating stops it.

        While the summarizer starts, restarts or is busy, the run waits, and goes on by itself.
        """
        if self._num_runs(session) >= MAX_RUNS_PER_VISITOR:
            yield BusyError(_TOO_MANY_RUNS)
            return
        turn = self._turns.setdefault(_visitor(session), threading.Semaphore(MAX_RUNNING_PER_VISITOR))
        run = _Run(self._client, request, turn, Patience())
        with self._holding(session, place, run):
            steps = run.steps()
            async with contextlib.aclosing(steps):
                async for step in steps:
                    yield step

    @contextlib.contextmanager
    def flag(self, session: str, place: str) -> Iterator[StopFlag]:
        """Work of the page's own, such as reading a file, that Stop ends too."""
        flag = StopFlag()
        with self._holding(session, place, flag):
            yield flag

    def stop(self, session: str, place: str = "") -> None:
        """Stop the runs of `session` at `place`, or all of them."""
        if session in self._sessions:
            for run, own_place in list(self._sessions[session].runs.items()):
                if place in {"", own_place}:
                    run.stop()

    @contextlib.contextmanager
    def _holding(self, session: str, place: str, run: _Stoppable) -> Iterator[None]:
        runs = self._sessions.setdefault(session, _Session()).runs
        runs[run] = place
        try:
            yield
        finally:
            del runs[run]
            if not runs:
                self._sessions.pop(session, None)
                if not any(_visitor(other) == _visitor(session) for other in self._sessions):
                    self._turns.pop(_visitor(session), None)

    def _num_runs(self, session: str) -> int:
        own = [each.runs for other, each in self._sessions.items() if _visitor(other) == _visitor(session)]
        return sum(isinstance(run, _Run) for runs in own for run in runs)


class _Session:
    def __init__(self) -> None:
        self.runs: dict[_Stoppable, str] = {}


def _line_of(event: StreamEvent | None, line: str, *, is_writing: bool) -> str:
    if isinstance(event, Queued):
        return "You are next." if event.position == 1 else f"Waiting: place {event.position} in the line."
    if isinstance(event, Progress):
        where = "" if event.parts == 1 else f" part {event.part} of {event.parts}"
        return f"Writing{where} …" if is_writing else f"Reading{where or ' the article'} …"
    return line
