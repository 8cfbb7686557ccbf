"""The results of the cluster's tests as a table."""

import os
import platform
from datetime import date

from tests.cluster.load import Report
from tests.running_app import ROOT

PATH = ROOT / "benchmarks" / "results" / "cluster.md"
_rows: list[str] = []
_HEAD = """# What a cluster loses, and when it is whole again

Written by `make test-cluster` on {day}: three machines made of namespaces on one of {cores} cores ({processor}),
16 clients, a random model. Lost: attempts that ended in a 503 or 429; each was repeated after its `Retry-After`, as the
page does. Cut off: attempts without any answer, on a proxy that is gone, and made again on another one. Gap: the
longest time in which nobody got a summary.

| what happens | answered | lost | cut off | slowest loss | key sentences | gap | whole again after |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def _cells(seen: Report) -> str:
    cut_off = seen.lost["0"]
    return (
        f"{seen.num_answers} | {seen.num_lost} | {cut_off} | {seen.slowest_loss_s:.1f} s | {seen.num_key_sentences} | "
        f"{seen.longest_gap_s:.1f} s"
    )


def add(what: str, seen: Report | None, took_s: float) -> None:
    """Add a row, and write the table anew."""
    cells = "| | | | |" if seen is None else _cells(seen)
    _rows.append(f"| {what} | {cells} | {took_s:.0f} s |")
    print(_rows[-1])
    head = _HEAD.format(day=date.today().isoformat(), cores=os.cpu_count(), processor=platform.machine())
    PATH.write_text(head + "\n".join(_rows) + "\n", encoding="utf-8")
