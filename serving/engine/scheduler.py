"""Who runs: first come, first served, within a bound on memory. Knows no arrays.

A request holds its source's cache entries and, step by step, its own, until it leaves. A newcomer is admitted if
the bound holds at every later step, each request going on to its longest: someone about to leave makes room for
someone who has yet to grow. Nobody is ever put back, and as the first in line is never passed over, nobody starves.
"""

from collections import deque
from collections.abc import Sequence

from serving.engine.request import Request


class Scheduler:
    """Waiting and running requests.

    Args:
        max_running: most requests running at once.
        max_cache_tokens: most source tokens and entries in the caches. One request alone may exceed it.
        page_tokens: how many of them share a page of memory, which is taken as a whole.
        max_prefill_tokens: most padded tokens encoded before the next decode step. One request alone may
            exceed it.
    """

    def __init__(self, *, max_running: int, max_cache_tokens: int, page_tokens: int, max_prefill_tokens: int) -> None:
        self.waiting: deque[Request] = deque()
        self.running: list[Request] = []
        """A request's index is its slot: when one leaves, the last takes its place."""
        self._max_running = max_running
        self._max_cache_tokens = max_cache_tokens
        self._page_tokens = page_tokens
        self._max_prefill_tokens = max_prefill_tokens

    @property
    def has_requests(self) -> bool:
        return bool(self.waiting or self.running)

    def drop_stopped(self) -> list[Request]:
        """Take out every waiting request that was stopped, and return them."""
        stopped = [request for request in self.waiting if request.stop.is_set()]
        if stopped:
            self.waiting = deque(request for request in self.waiting if request not in stopped)
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
        if len(self.running) >= self._max_running:
            return False
        company = [*self.running, request]
        batch = [*admitted, request]
        prefill_tokens = len(batch) * max(len(each.source) for each in batch)
        fits_caches = len(company) == 1 or self._peak_cache_tokens(company) <= self._max_cache_tokens
        fits_prefill = len(batch) == 1 or prefill_tokens <= self._max_prefill_tokens
        return fits_caches and fits_prefill

    def _peak_cache_tokens(self, company: Sequence[Request]) -> int:
        """Return the most that the company will ever hold: just before one of them leaves."""
        widest = max(each.params.num_beams for each in company)
        return max(
            sum(
                self._whole_pages(len(each.source))
                # A step writes the widest one's number of entries for everybody.
                + self._whole_pages(
                    each.num_cache_entries + steps * each.params.num_beams + widest - each.params.num_beams
                )
                for each in company
                if steps <= each.num_steps_left
            )
            for steps in {each.num_steps_left for each in company}
        )

    def _whole_pages(self, num_tokens: int) -> int:
        return -(-num_tokens // self._page_tokens) * self._page_tokens
