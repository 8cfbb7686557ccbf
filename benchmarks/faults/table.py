"""The measurements as a Markdown table."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass

MAX_RATIO = 1.3
_HEADS = ("fault", "what a visitor saw", "back after, s", "lost", "memory, peak / before", "goal", "met")


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

    def line(self) -> str:
        """As a line of the table; it begins with the load on the machine's cores in the minute before."""
        cells = (
            self.fault,
            self.seen,
            "" if self.recovery_s is None else f"{self.recovery_s:.1f}",
            "" if self.num_lost is None else str(self.num_lost),
            ", ".join(f"{name} {ratio:.2f}" for name, ratio in (self.ratios or {}).items()),
            self.goal,
            {True: "yes", False: "**no**", None: "not measured"}[self.is_met],
        )
        return f"| {' | '.join(cells)} |"


def markdown(rows: Iterable[tuple[Row, float]], *, took_s: float, load_before: float) -> str:
    """The whole file.

    Args:
        rows: each with the load average of the minute when it ended.
        took_s: of all of them.
        load_before: load average of the minute before the first.
    """
    rows = list(rows)
    num_met = sum(row.is_met is True for row, _ in rows)
    heads = f"| {' | '.join(_HEADS)} |\n|{' --- |' * len(_HEADS)}"
    loads = ", ".join(f"{load:.1f}" for _, load in rows)
    return f"""# Faults, measured

Written by `make faults` (`python -m benchmarks.faults`), which starts the real application, breaks it, and looks at it
as a visitor: {len(rows)} faults in {took_s / 60:.1f} minutes on {os.cpu_count()} cores ({platform.machine()}, Python \
{platform.python_version()}), {num_met} goals met.
"Back after" is from the fault to the answer to the first request after which none failed. "Lost" counts the visitor's
requests that got no summary. Memory is resident, of each process. Attacker, visitor and application share the cores,
and so did other work: load averages were {load_before:.1f} before the first, and after each {loads}.

{heads}
{chr(10).join(row.line() for row, _ in rows)}
"""
