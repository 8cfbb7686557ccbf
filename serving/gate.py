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


class Gate:
    """Places for running and waiting requests, first come first served."""

    def __init__(self, *, max_running: int, max_waiting: int) -> None:
        self.max_running = max_running
        self.max_waiting = max_waiting
        self.num_running = 0
        self._waiting: deque[Place] = deque()
        self._mean_run_s = 1.0

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
            self.num_running += 1
            place.granted.set_result(None)
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
        """Whole seconds until a place is likely to be free, from how long recent requests ran."""
        rounds = (len(self._waiting) + 1) / self.max_running
        return min(max(1, math.ceil(rounds * self._mean_run_s)), _MAX_RETRY_AFTER_S)

    def _leave(self, place: "Place") -> None:
        if place in self._waiting:
            self._waiting.remove(place)
            self._tell_positions()
            return
        if place.started_at is not None:
            self._mean_run_s += 0.3 * (time.monotonic() - place.started_at - self._mean_run_s)
        self.num_running -= 1
        if self._waiting and self.num_running < self.max_running:
            self.num_running += 1
            self._waiting.popleft().granted.set_result(None)
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
        self.started_at: float | None = None

    async def __aenter__(self) -> None:
        try:
            # Shielded, because a cancelled waiter must not cancel the future that the gate may be granting.
            await asyncio.shield(self.granted)
        except asyncio.CancelledError:
            self.leave()
            raise
        self.started_at = time.monotonic()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Give the place up; harmless when it was given up before."""
        if not self._left:
            self._left = True
            self._gate._leave(self)
