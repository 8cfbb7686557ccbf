"""Whether a run that failed goes on by itself, when, and for how long that is hoped for."""

import time
from dataclasses import dataclass

from ui.client import BusyError, NotReadyError, SummarizerDownError, SummarizerError, SummaryRequest

STARTING = "The summarizer is starting; your article is next."
STARTING_AGAIN = "The summarizer had to start again; your article is next, from its beginning."
BUSY = "All places are taken. Your article is sent again by itself."

_RETRY_S = 1.0
MAX_START_S = 300.0
"""For so long a summarizer that does not answer may be starting: ten seconds, and minutes on a busy machine."""

_MAX_BUSY_S = 900.0


@dataclass(frozen=True)
class Countdown:
    """A wait whose end is known; `number` tells it from the one before, which may have been as long."""

    seconds: int
    number: int


@dataclass(frozen=True)
class Pause:
    """What to say until the next attempt, and how long that is; with a countdown where the reader is told."""

    line: str
    length_s: float
    countdown: Countdown | None = None


class Patience:
    """One run's."""

    def __init__(self) -> None:
        self._away_since: float | None = None
        self._busy_since: float | None = None
        self._has_broken = False
        self._num_countdowns = 0

    def after(self, error: SummarizerError, request: SummaryRequest, *, was_begun: bool) -> Pause | None:
        """Return how long to wait before `request` is sent again; None where `error` is the end of it.

        Args:
            was_begun: the summarizer had taken the request, and then failed.
        """
        if isinstance(error, BusyError):
            return self._while_busy(error)
        # An explicit wish for the model is not kept waiting: it may be missing for ever, and the error says why.
        is_starting = isinstance(error, NotReadyError) and request.method != "abstractive"
        if is_starting or isinstance(error, SummarizerDownError):
            return self._while_away(was_begun=was_begun)
        return None

    def _while_busy(self, error: BusyError) -> Pause | None:
        now = time.monotonic()
        self._away_since = None
        self._busy_since = now if self._busy_since is None else self._busy_since
        if error.retry_after_s is None or now - self._busy_since > _MAX_BUSY_S:
            return None
        seconds = max(1, error.retry_after_s)
        self._num_countdowns += 1
        return Pause(BUSY, seconds, Countdown(seconds, self._num_countdowns))

    def _while_away(self, *, was_begun: bool) -> Pause | None:
        now = time.monotonic()
        if was_begun:
            if self._has_broken:
                # Twice in the middle of one article: perhaps by its doing, and others want their summaries as well.
                return None
            self._has_broken = True
        if was_begun or self._away_since is None:
            self._away_since = now
        if now - self._away_since >= MAX_START_S:
            return None
        return Pause(STARTING_AGAIN if self._has_broken else STARTING, _RETRY_S)
