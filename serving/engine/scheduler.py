"""Who runs: first come, first served, within a bound on memory. Knows no arrays.

A request holds its source's cache entries and, step by step, its own, until it leaves. A newcomer is admitted if
the bound holds at every later step, each request going on to its longest: someone about to leave makes room for
someone who has yet to grow. Nobody is ever put back, and as the first in line is never passed over, nobody starves.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from serving.engine.page_budget import whole_pages
from serving.engine.request import Request


@dataclass(kw_only=True)
class Scheduler:
    """Waiting and running requests."""

    max_running: int
    """Most requests running at once."""
    max_cache_tokens: int
    """Most source tokens and entries in the caches. One request alone may exceed it."""
    page_tokens: int
    """How many of them share a page of memory, which is taken as a whole."""
    max_prefill_tokens: int
    """Most padded tokens encoded before the next decode step. One request alone may exceed it."""
    waiting: deque[Request] = field(default_factory=deque)
    running: list[Request] = field(default_factory=list)
    """A request's index is its slot: when one leaves, the last takes its place."""

    @property
    def has_requests(self) -> bool:
        return bool(self.waiting or self.running)

    def drop_stopped(self) -> list[Request]:
        """Take out every waiting request that was stopped, and return them."""
        stopped = [request for request in self.waiting if request.stop.is_set()]
        for request in stopped:
            self.waiting.remove(request)
        return stopped

    def admit(self) -> list[Request]:
        """Move requests from waiting to running, as many as one prefill may hold, and return them."""
        admitted: list[Request] = []
        while self.waiting and self._can_admit(self.waiting[0], admitted):
            request = self.waiting.popleft()
            self.running.append(request)
            admitted.append(request)
        return admitted

    def remove(self, slot: int) -> None:
        """Take a request out of running; the last one moves into its slot."""
        last = self.running.pop()
        if slot < len(self.running):
            self.running[slot] = last

    def _can_admit(self, request: Request, admitted: Sequence[Request]) -> bool:
        if len(self.running) >= self.max_running:
            return False
        together = [*self.running, request]
        batch = [*admitted, request]
        prefill_tokens = len(batch) * max(len(each.source) for each in batch)
        fits_caches = len(together) == 1 or self._peak_cache_tokens(together) <= self.max_cache_tokens
        fits_prefill = len(batch) == 1 or prefill_tokens <= self.max_prefill_tokens
        return fits_caches and fits_prefill

    def _peak_cache_tokens(self, requests: Sequence[Request]) -> int:
        """Return the most that these will ever hold together: just before one of them leaves."""

        def held(request: Request, num_steps: int) -> int:
            # A step writes the widest one's number of entries for everybody.
            num_entries = request.num_cache_entries + (num_steps - 1) * request.num_beams + widest
            return int(sum(whole_pages(number, self.page_tokens) for number in (len(request.source), num_entries)))

        widest = max(request.num_beams for request in requests)
        return max(
            sum(held(request, num_steps) for request in requests if num_steps <= request.num_steps_left)
            for num_steps in {request.num_steps_left for request in requests}
        )
