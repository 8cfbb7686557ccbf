"""What is counted and measured for Prometheus, and how one summary is; `ray_metrics.py` keeps the numbers.

Names and units as in https://prometheus.io/docs/practices/naming/; deploy/grafana.json draws them.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from serving.errors import ServingError, StoppedError
from serving.schemas import SummaryResponse

_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0)


@dataclass(frozen=True)
class Metric:
    """One line of the table: its kind, what it says, its labels, and a histogram's upper bounds."""

    kind: Literal["counter", "gauge", "histogram"]
    description: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


METRICS = {
    "nutshell_http_requests_total": Metric(
        "counter", "Requests that Serve's proxies answered, refused ones too.", ("route", "status")
    ),
    "nutshell_summaries_total": Metric(
        "counter", "Summaries that were asked for, by the method used and how they ended.", ("method", "outcome")
    ),
    "nutshell_wait_seconds": Metric("histogram", "From the request to its turn.", ("method",), _SECONDS),
    "nutshell_summary_seconds": Metric("histogram", "From the turn to the summary.", ("method",), _SECONDS),
    "nutshell_first_draft_seconds": Metric(
        "histogram", "From the request to the first words of the model.", buckets=_SECONDS
    ),
    "nutshell_tokens_total": Metric(
        "counter", "Tokens of articles that the model has read, of summaries that it has written.", ("direction",)
    ),
    "nutshell_running": Metric("gauge", "Summaries in work."),
    "nutshell_waiting": Metric("gauge", "Requests that wait for their turn."),
    "nutshell_model_state": Metric("gauge", "1 for the state that the model is in.", ("state",)),
}


class Recorder(Protocol):
    """Keeps one value of a metric of the table: adds it, sets it or observes it."""

    def __call__(self, name: str, value: float, **labels: str) -> None:
        """Keep it; from any thread."""
        ...


def record_nothing(name: str, value: float, **labels: str) -> None:
    """The recorder where nobody asks."""


class Measured:
    """One summary, from its request to its end."""

    def __init__(self, record: Recorder, method: str) -> None:
        self._record, self._method = record, method
        self._asked_s = self._turn_s = time.monotonic()
        self._has_draft = False

    def saw_draft(self) -> None:
        """The model has written words, the first or more."""
        if not self._has_draft:
            self._has_draft = True
            self._record("nutshell_first_draft_seconds", time.monotonic() - self._asked_s)

    def begin(self) -> None:
        """It is its turn."""
        self._turn_s = time.monotonic()
        self._record("nutshell_wait_seconds", self._turn_s - self._asked_s, method=self._method)

    def done(self, answer: SummaryResponse) -> None:
        """There is a summary; of another method than was thought, perhaps."""
        self._method = answer.method
        self._record("nutshell_summary_seconds", time.monotonic() - self._turn_s, method=self._method)
        for direction, num_tokens in [("read", answer.num_input_tokens), ("written", answer.num_summary_tokens)]:
            if num_tokens:
                self._record("nutshell_tokens_total", num_tokens, direction=direction)

    @contextmanager
    def outcome(self) -> Iterator[None]:
        """Count how what is done inside ends."""
        outcome = "failed"
        try:
            yield
            outcome = "done"
        except (asyncio.CancelledError, StoppedError):
            outcome = StoppedError.error
            raise
        except ServingError as error:
            outcome = error.error
            raise
        finally:
            self.ended(outcome)

    def ended(self, outcome: str) -> None:
        """Count how it ended: "done", or the name of what went wrong."""
        self._record("nutshell_summaries_total", 1, method=self._method, outcome=outcome)
