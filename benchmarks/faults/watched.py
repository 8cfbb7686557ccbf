"""A normal visitor, and the memory of every process, while something happens to the application."""

import contextlib
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.running_app import RunningApp, command_of
from ui.samples import SAMPLES

PARTS = {
    "replica": "ray::ServeReplica",
    "proxy": "ray::ProxyActor",
    "controller": "ray::ServeController",
    "raylet": "/raylet/raylet\0",
    "GCS": "/gcs_server\0",
    "launch": "serving.launch",
    "page": "page_process\0",
    "starter": "app.py\0",
}
_SAMPLE_S = 0.5
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Answer:
    """One request's end: an HTTP status, or why there is none. Times are `time.monotonic()`."""

    began_s: float
    ended_s: float
    outcome: int | str

    @property
    def took_s(self) -> float:
        """Seconds from the request to the whole answer."""
        return self.ended_s - self.began_s


def p95(values: Iterable[float]) -> float:
    """The 95th percentile by nearest rank; NaN of nothing."""
    ordered = sorted(values)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else math.nan


def outcomes(answers: Iterable[Answer]) -> str:
    """How requests ended, in words."""
    counted = Counter(str(answer.outcome) for answer in answers).most_common()
    return ", ".join(f"{number} x {outcome}" for outcome, number in counted) or "nothing"


class Visitor(threading.Thread):
    """Asks by `visit`, which returns an HTTP status, again and again until closed."""

    def __init__(self, visit: Callable[[], int], *, pause_s: float = 0.5) -> None:
        super().__init__(daemon=True)
        self.answers: list[Answer] = []
        self._visit, self._pause_s = visit, pause_s
        self._ends = threading.Event()

    def run(self) -> None:
        """Ask until closed."""
        while not self._ends.is_set():
            began_s = time.monotonic()
            try:
                outcome: int | str = self._visit()
            except requests.RequestException as error:
                outcome = "timeout" if isinstance(error, requests.Timeout) else "no answer"
            self.answers.append(Answer(began_s, time.monotonic(), outcome))
            self._ends.wait(self._pause_s)

    def __enter__(self) -> "Visitor":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ends.set()
        self.join(_PATIENCE_S + 10)

    def since(self, began_s: float, until_s: float = math.inf) -> list[Answer]:
        """Answers to what was asked in that time."""
        return [answer for answer in list(self.answers) if began_s <= answer.began_s <= until_s]


def at_the_api(app: RunningApp, method: str = "extractive", max_length: int = 60) -> Callable[[], int]:
    """A visit that asks the API for a summary."""
    body = {"text": SAMPLES[0].text, "method": method, "max_length": max_length}
    return lambda: app.post("/summarize", body, timeout=_PATIENCE_S).status_code


def at_the_page(app: RunningApp) -> Callable[[], int]:
    """A visit that asks the page for key sentences, over Gradio's queue, as a browser with the page's cookie."""
    session = requests.Session()
    url = f"{app.page_url}/gradio_api/call/summarize"

    def visit() -> int:
        if not session.cookies:
            session.get(app.page_url, timeout=_PATIENCE_S)
        joined = session.post(url, json={"data": [SAMPLES[0].text, 60]}, timeout=_PATIENCE_S)
        if joined.status_code != 200:
            return joined.status_code
        events = session.get(f"{url}/{joined.json()['event_id']}", timeout=_PATIENCE_S).text
        (summary,) = json.loads(events.rpartition("data: ")[2]) if "event: complete" in events else [""]
        return 200 if summary else 500

    return visit


def parts(app: RunningApp) -> dict[int, str]:
    """The application's living processes that are named in `PARTS`, by number."""
    found = {}
    for pid in [app.process.pid, *app.descendants()]:
        name = next((name for name, mark in PARTS.items() if mark in command_of(pid)), None)
        if name is not None and name not in found.values():
            found[pid] = name
    return found


class Memory(threading.Thread):
    """Watches the resident memory of each part; `ratios` are its peaks over what it had at the beginning."""

    def __init__(self, app: RunningApp) -> None:
        super().__init__(daemon=True)
        self._parts = parts(app)
        self._first = {pid: resident_bytes(pid) for pid in self._parts}
        self._peak = dict(self._first)
        self._ends = threading.Event()

    def run(self) -> None:
        """Look until closed."""
        while not self._ends.wait(_SAMPLE_S):
            for pid in self._parts:
                self._peak[pid] = max(self._peak[pid], resident_bytes(pid))

    def __enter__(self) -> "Memory":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ends.set()
        self.join()

    def ratios(self) -> dict[str, float]:
        """By part."""
        return {name: self._peak[pid] / self._first[pid] for pid, name in self._parts.items() if self._first[pid]}


def resident_bytes(pid: int) -> int:
    """Resident memory of a process; 0 once it has ended."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
    return 0
