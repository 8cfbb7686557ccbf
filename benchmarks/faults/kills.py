"""Kills one part of the application after the other and waits until a visitor is answered again."""

import os
import signal
import tempfile
import time
from pathlib import Path

from benchmarks.faults.table import Row
from benchmarks.faults.watched import Answer, Visitor, at_the_api, at_the_page, outcomes, parts
from tests.running_app import RunningApp, is_alive, wait_until

MAX_RECOVERY_S = 15.0
_CALM_S = 6.0
"""After so many seconds without a failure it is back."""
_WATCH_S = 90.0


def kill(app: RunningApp, name: str) -> Row:
    """Kill the part and watch."""
    at_page = name == "page"
    with Visitor(at_the_page(app) if at_page else at_the_api(app), pause_s=0.25) as visitor:
        time.sleep(3)
        victim = _wait_for(app, name)
        old = [app.process.pid, *app.descendants()]
        killed_s = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        while time.monotonic() - killed_s < _WATCH_S:
            if _is_calm(visitor, killed_s) and not _left_behind(app, old, victim):
                break
            time.sleep(0.2)
    failed = [answer for answer in visitor.answers if answer.ended_s >= killed_s and answer.outcome != 200]
    good = [answer for answer in visitor.since(_last_failure_s(visitor.answers, killed_s)) if answer.outcome == 200]
    recovery_s = good[0].ended_s - killed_s if good else None
    left = _left_behind(app, old, victim)
    seen = f"{outcomes(failed)}{'' if not left else '; left behind: ' + left}"
    return Row(
        f"{name} killed",
        seen if failed or left else "nothing",
        f"back within {MAX_RECOVERY_S:.0f} s, nothing left behind",
        recovery_s is not None and recovery_s <= MAX_RECOVERY_S and not left,
        recovery_s=recovery_s,
        num_lost=len(failed),
    )


def _wait_for(app: RunningApp, name: str) -> int:
    """The part's process; after the kill before, it may be just starting."""
    found: list[int] = []

    def is_there() -> bool:
        found[:] = [pid for pid, part in parts(app).items() if part == name]
        return bool(found)

    wait_until(is_there, timeout_s=60, what=name)
    return found[0]


def _is_calm(visitor: Visitor, killed_s: float) -> bool:
    """Whether nothing has failed for a while."""
    good = visitor.since(_last_failure_s(visitor.answers, killed_s))
    return bool(good) and time.monotonic() - good[0].ended_s > _CALM_S


def _last_failure_s(answers: list[Answer], killed_s: float) -> float:
    """When the visitor last saw a failure, or the fault itself."""
    return max([killed_s, *(answer.ended_s for answer in list(answers) if answer.outcome != 200)])


def _left_behind(app: RunningApp, old: list[int], victim: int) -> str:
    """Processes that are nobody's any more, and folders of a Ray that is gone."""
    now = {app.process.pid, *app.descendants()}
    orphans = [pid for pid in old if pid != victim and is_alive(pid) and pid not in now]
    folders = list(Path(tempfile.gettempdir()).glob(f"nutshell-{app.serving_port}-*"))
    found = [f"{len(orphans)} processes"] if orphans else []
    return ", ".join(found + ([f"{len(folders)} folders"] if len(folders) != 1 else []))
