"""The measurements as a Markdown table."""

import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_RATIO = 1.3
_HEADS = ("fault", "what a visitor saw", "back after, s", "lost", "memory, peak / before", "goal", "met", "load")


@dataclass(frozen=True)
class Row:
    """One fault.

    Attributes:
        fault: what was done.
        seen: what a visitor saw meanwhile.
        goal: what was to hold.
        is_met: whether it held; None where it could not be measured, and `seen` says why.
        recovery_s: seconds until a visitor was answered again.
        num_lost: requests that got no summary although they could have had one.
        ratios: peak of each process's memory over what it had before, by part.
    """

    fault: str
    seen: str
    goal: str
    is_met: bool | None
    recovery_s: float | None = None
    num_lost: int | None = None
    ratios: dict[str, float] | None = None

    def line(self, load: float) -> str:
        """As a line of the table, with the load average of the minute before."""
        cells = (
            self.fault,
            self.seen,
            "" if self.recovery_s is None else f"{self.recovery_s:.1f}",
            "" if self.num_lost is None else str(self.num_lost),
            ", ".join(f"{name} {ratio:.2f}" for name, ratio in (self.ratios or {}).items()),
            self.goal,
            {True: "yes", False: "**no**", None: "not measured"}[self.is_met],
            f"{load:.1f}",
        )
        return f"| {' | '.join(cells)} |"


def markdown(groups: Mapping[str, Any], *, order: Iterable[str]) -> str:
    """The whole file.

    Args:
        groups: `{name: {"took_s": seconds, "rows": [a `Row` as a dict, with its "load"]}}`.
        order: the groups' names as they shall stand.
    """
    given = [dict(row) for name in order if name in groups for row in groups[name]["rows"]]
    rows = [(load, Row(**row)) for row in given for load in [row.pop("load")]]
    num_met = sum(row.is_met is True for _, row in rows)
    took_s = sum(group["took_s"] for group in groups.values())
    heads = f"| {' | '.join(_HEADS)} |\n|{' --- |' * len(_HEADS)}"
    return f"""# Faults, measured

Written by `make faults` (`python -m benchmarks.faults`), which starts the real application, breaks it, and looks at it
as a visitor: {len(rows)} rows in {took_s / 60:.1f} minutes on {os.cpu_count()} cores ({platform.machine()}, Python \
{platform.python_version()}), {num_met} goals met.
"Back after" is from the fault to the answer to the first request after which none failed. "Lost" counts the visitor's
requests that got no summary. Memory is resident, of each process. Attacker, visitor and application share the cores,
and so did other work on the machine: "load" is the load average of the minute in which a row ended.

{heads}
{chr(10).join(row.line(load) for load, row in rows)}
"""
