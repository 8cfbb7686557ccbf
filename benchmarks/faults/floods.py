"""Floods one port for a minute, while a normal visitor asks for key sentences."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass

from benchmarks.faults.table import MAX_RATIO, Row
from benchmarks.faults.watched import Memory, Visitor, at_the_api, at_the_page, outcomes, p95
from tests.running_app import ROOT, RunningApp

FLOOD_S = 60.0
MAX_P95_S = 2.0
MAX_REFUSAL_P95_S = 0.1


@dataclass(frozen=True)
class Flood:
    """What an attacker does to one port, `count` times at once."""

    fault: str
    kind: str
    count: int
    at_page: bool
    num_processes: int = 1


FLOODS = (
    Flood("300 unfinished uploads to the API", "unfinished", 300, at_page=False),
    Flood("3,000 idle connections to the API", "idle", 3000, at_page=False, num_processes=2),
    Flood("300 clients that send a byte a second", "drip", 300, at_page=False),
    Flood("6 JSON bodies of 200 MB to the page", "large-json", 6, at_page=True),
    Flood("60 files of 5 MB to the page", "file", 60, at_page=True),
    Flood("1,000 unfinished files to the page", "unfinished-file", 1000, at_page=True),
    Flood("400 joins under made-up sessions", "joins", 400, at_page=True),
)
OVERLOAD = Flood("100 clients that ask the model, without a pause", "overload", 100, at_page=False)


def flood(app: RunningApp, what: Flood, seconds: float = FLOOD_S) -> Row:
    """Flood for `seconds`; return what a visitor who asks for key sentences noticed."""
    visit = at_the_page(app) if what.at_page else at_the_api(app)
    for _ in range(10):
        visit()
    with Memory(app) as memory, Visitor(visit) as visitor:
        began_s = time.monotonic()
        ends = attack(app, what, seconds)
        ended_s = time.monotonic()
    answers = visitor.since(began_s, ended_s)
    num_lost = sum(answer.outcome != 200 for answer in answers)
    slow_s, ratios = p95(answer.took_s for answer in answers), memory.ratios()
    return Row(
        f"{what.fault}, {seconds:.0f} s",
        f"{outcomes(answers)}, p95 {slow_s:.2f} s. Attacker: {ends}",
        f"p95 at most {MAX_P95_S:.0f} s, memory under {MAX_RATIO}",
        slow_s <= MAX_P95_S and not num_lost and max(ratios.values()) < MAX_RATIO,
        num_lost=num_lost,
        ratios=ratios,
    )


def overload(app: RunningApp, seconds: float = FLOOD_S / 2) -> list[Row]:
    """Keep all of the model's places taken; return how fast one more is refused, and how key sentences fare."""
    asks_model = at_the_api(app, method="abstractive", max_length=400)
    with Visitor(asks_model, pause_s=0.1) as refused:
        row = flood(app, OVERLOAD, seconds)
    refusals = [answer.took_s for answer in refused.answers if answer.outcome == 429]
    others = [answer for answer in refused.answers if answer.outcome not in {200, 429}]
    slow_s = p95(refusals)
    return [
        row,
        Row(
            "one more for the model meanwhile",
            f"{len(refusals)} x 429, p95 {1000 * slow_s:.0f} ms; else {outcomes(others)}",
            f"a 429 within {1000 * MAX_REFUSAL_P95_S:.0f} ms (p95)",
            slow_s <= MAX_REFUSAL_P95_S and not others,
            num_lost=len(others),
        ),
    ]


def attack(app: RunningApp, what: Flood, seconds: float) -> str:
    """Run the attacker to its end; how its requests ended, in words."""
    url = app.page_url if what.at_page else app.api_url
    count = str(what.count // what.num_processes)
    command = [sys.executable, "-m", "benchmarks.faults.attacker", what.kind, url, count, str(seconds)]
    attackers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(what.num_processes)
    ]
    ends: dict[str, int] = {}
    for attacker in attackers:
        for end, number in json.loads(attacker.communicate()[0]).items():
            ends[end] = ends.get(end, 0) + number
    return ", ".join(f"{number} x {end}" for end, number in sorted(ends.items()))
