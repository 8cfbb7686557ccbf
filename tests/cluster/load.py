"""Clients that ask one after the other, do what deploy/README.md asks of clients, and write down every answer."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import requests

ARTICLE = (
    "The town council decided on Tuesday that the ferries will run all night from the first of May. Nurses and "
    "cleaners who finish late have had to wait for the morning or pay for a water taxi. The plant uses 8,600 mirrors "
    "to focus sunlight on a tower 190 metres high, its operator said on Friday. "
)
_CONNECT_S = 2.0
_READING_S = 0.5
"""Between a client's summary and its next article: else two cores would be full, and Ray starts nothing on those."""
_ANSWER_S = 30.0
"""As for the page: so long a silence means that nobody is there."""


@dataclass(frozen=True)
class Answer:
    """One attempt's fate. `status` 0: no HTTP answer at all. `method`: what wrote the summary."""

    started: float
    ended: float
    status: int
    method: str
    retry_after_s: float | None
    url: str


class Load:
    """`clients` threads; each asks one proxy, and the next one where it fails to answer, until the `with` ends."""

    def __init__(
        self, urls: list[str], session: Callable[[], requests.Session], *, clients: int = 16, max_length: int = 60
    ) -> None:
        self.answers: list[Answer] = []
        self.num_given_up = 0
        """Requests that no attempt of five brought a summary for."""
        self._urls, self._session = urls, session
        self._body: dict[str, Any] = {"max_length": max_length}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._client, args=(i,), daemon=True) for i in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=_ANSWER_S + 10)

    def _client(self, i: int) -> None:
        session, turn = self._session(), i
        while not self._stop.is_set():
            for _ in range(5):
                answer = self._ask(session, self._urls[turn % len(self._urls)])
                self.answers.append(answer)
                if answer.status == 200:
                    self._stop.wait(_READING_S)
                    break
                turn += answer.status == 0
                self._stop.wait(answer.retry_after_s or 0.5)
            else:
                self.num_given_up += 1

    def _ask(self, session: requests.Session, url: str) -> Answer:
        started = time.time()
        body = {**self._body, "text": f"{2 * ARTICLE} {started}"}
        method, retry_after = "", None
        try:
            response = session.post(f"{url}/summarize", json=body, timeout=(_CONNECT_S, _ANSWER_S))
            status, after = response.status_code, response.headers.get("Retry-After")
            retry_after = float(after) if after else None
            method = response.json().get("method", "") if status == 200 else ""
        except requests.RequestException:
            status = 0
        return Answer(started, time.time(), status, method, retry_after, url)


@dataclass(frozen=True)
class Report:
    """What clients saw from `at` on, in seconds after it."""

    num_answers: int
    lost: Counter[str]
    slowest_loss_s: float
    num_key_sentences: int
    longest_gap_s: float

    @property
    def num_lost(self) -> int:
        """Attempts without a summary, those that never reached a living proxy left out."""
        return sum(number for status, number in self.lost.items() if status != "0")


def report(load: Load, at: float) -> Report:
    """Sum up the attempts that ended after `at` (time.time())."""
    after = [answer for answer in load.answers if answer.ended >= at]
    lost = [answer for answer in after if answer.status != 200]
    ends = [at, *sorted(answer.ended for answer in after if answer.status == 200)]
    return Report(
        num_answers=len(after) - len(lost),
        lost=Counter(str(answer.status) for answer in lost),
        slowest_loss_s=max((answer.ended - max(answer.started, at) for answer in lost if answer.status), default=0.0),
        num_key_sentences=sum(answer.method == "extractive" for answer in after),
        longest_gap_s=max((late - early for early, late in pairwise(ends)), default=0.0),
    )
