"""A bound on the work of a call that tells a linear step from a quadratic one, on any machine."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

MAX_CPU_S = 120.0
"""Some 30 times what the dearest call under it needs; a quadratic step over 200,000 characters takes more."""


@contextmanager
def cpu_budget(max_cpu_s: float = MAX_CPU_S) -> Iterator[None]:
    """Fail, and end what is inside, once this process has worked for so long; time that others have does not count."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"took more than {max_cpu_s:.0f} s of CPU time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, max_cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
