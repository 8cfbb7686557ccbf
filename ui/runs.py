"""One summary under way, between `requests`, which blocks, and the page's event loop."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from ui.client import Draft, StreamEvent, SummarizerClient, SummarizerError, SummaryStream


class Stopped:
    """The reader pressed Stop, or left."""


class Reader:
    """Reads one summary's events on a thread, because `requests` blocks, and hands them to the page's event loop."""

    def __init__(self, client: SummarizerClient, text: str, max_words: int) -> None:
        self._client, self._text, self._max_words = client, text, max_words
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[StreamEvent | SummarizerError | Stopped] = asyncio.Queue()
        self._lock = threading.Lock()
        self._stream: SummaryStream | None = None
        self._closed = self._stopped = False
        self.num_draft_words = 0
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
        if isinstance(event, Draft):
            self.num_draft_words = len(event.text.split())
        return event

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
        try:
            stream = self._client.stream(self._text, max_words=self._max_words)
            with self._lock:
                self._stream = stream
                if self._closed:
                    stream.close()
            for event in stream:
                self._loop.call_soon_threadsafe(self._events.put_nowait, event)
        except SummarizerError as error:
            self._loop.call_soon_threadsafe(self._events.put_nowait, error)


class Runs:
    """The runs under way, by browser session, so that Stop and a closed tab find theirs."""

    def __init__(self) -> None:
        self._readers: dict[str, set[Reader]] = {}

    @contextlib.contextmanager
    def of(self, session: str, reader: "Reader") -> Iterator[None]:
        """Hold `reader` as a run of `session`; it is closed at the end, however that comes."""
        self._readers.setdefault(session, set()).add(reader)
        try:
            yield
        finally:
            reader.close()
            self._readers[session].discard(reader)
            if not self._readers[session]:
                del self._readers[session]

    def stop(self, session: str) -> None:
        """Stop every run of `session`."""
        for reader in list(self._readers.get(session, ())):
            reader.stop()
