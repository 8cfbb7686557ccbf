"""The hard bound on work: at most so many requests run, so many wait, and the next one is told to come back.

Serve's own `max_ongoing_requests` is enforced approximately and by queues outside the replica, so it is set far
above this gate and never decides. One event loop owns a gate; there are no locks.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

from serving.errors import BusyError

_MAX_RETRY_AFTER_S = 300
_FIRST_GUESS_S = 5.0
"""Of how long a run takes, before one has ended."""
_NEWEST_SHARE = 0.3
_CROWDING = 0.7
"""Among n, a run takes n ** 0.7 times as long as alone: 6 to 7 times among 16 on the engine (benchmarks/README.md)."""
_OVERDUE = 0.25
"""A run that takes longer than was to be expected is expected to take a quarter more than it has."""


class Gate:
    """Places for running and waiting requests, first come first served."""

    def __init__(self, *, max_running: int, max_waiting: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.max_running = max_running
        self.max_waiting = max_waiting
        self.num_running = 0
        self._waiting: deque[Place] = deque()
        self._running: dict[Place, float] = {}
        self._alone_s: float | None = None
        self._promised: deque[float] = deque()

    @property
    def num_waiting(self) -> int:
        """Requests that wait for a place."""
        return len(self._waiting)

    def enter(self, on_position: Callable[[int], None] = lambda position: None) -> "Place":
        """Take a place at once, running or waiting; `async with` it to run.

        Args:
            on_position: called with the place in the waiting line (1 is next) whenever it changes.

        Raises:
            BusyError: all places are taken.
        """
        place = Place(self, on_position)
        if self.num_running < self.max_running:
            self._grant(place)
        elif len(self._waiting) < self.max_waiting:
            self._waiting.append(place)
            on_position(len(self._waiting))
        else:
            raise BusyError(
                "Everyone's articles are keeping the summarizer busy. Try again in a moment.",
                retry_after_s=self.retry_after_s(),
            )
        return place

    def retry_after_s(self) -> int:
        """Whole seconds until a place is likely to be free for this caller; the next caller is told of the next place.

        One becomes free with each run that ends. When that is to be expected is known from how long recent runs took,
        among how many others, and since when the present ones run.
        """
        now = self.clock()
        length_s = _FIRST_GUESS_S if self._alone_s is None else self._alone_s * self.max_running**_CROWDING
        ages = (now - started for started in self._running.values())
        ends = sorted(max(length_s - age, _OVERDUE * age) for age in ages)
        while self._promised and self._promised[0] <= now:
            self._promised.popleft()
        # Who asks again and again is not to make everybody wait for ever: at most one place for each run.
        wait_s = ends[min(len(self._promised), len(ends) - 1)] if ends else 0.0
        self._promised.append(max([now + wait_s, *list(self._promised)[-1:]]))
        return min(max(1, math.ceil(wait_s)), _MAX_RETRY_AFTER_S)

    def _grant(self, place: "Place") -> None:
        self.num_running += 1
        self._running[place] = self.clock()
        place.num_beside = self.num_running
        place.granted.set_result(None)

    def _leave(self, place: "Place") -> None:
        if place in self._waiting:
            self._waiting.remove(place)
            self._tell_positions()
            return
        took_s = self.clock() - self._running.pop(place)
        if place.has_run:
            # Between the crowd at its start and that at its end.
            alone_s = took_s / ((place.num_beside + self.num_running) / 2) ** _CROWDING
            before_s = alone_s if self._alone_s is None else self._alone_s
            self._alone_s = before_s + _NEWEST_SHARE * (alone_s - before_s)
        self.num_running -= 1
        if self._waiting and self.num_running < self.max_running:
            self._grant(self._waiting.popleft())
            self._tell_positions()

    def _tell_positions(self) -> None:
        for position, place in enumerate(self._waiting, start=1):
            place.on_position(position)


class Place:
    """One request's place. Entering waits for its turn; leaving hands the place to the next in line."""

    def __init__(self, gate: Gate, on_position: Callable[[int], None]) -> None:
        self._gate = gate
        self._left = False
        self.on_position = on_position
        self.granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.num_beside = 0
        self.has_run = False

    async def __aenter__(self) -> None:
        try:
            # Shielded, because a cancelled waiter must not cancel the future that the gate may be granting.
            await asyncio.shield(self.granted)
        except asyncio.CancelledError:
            self.leave()
            raise
        self.has_run = True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Give the place up; harmless when it was given up before."""
        if not self._left:
            self._left = True
            self._gate._leave(self)
