"""Memory of the key and value caches by the page: mapped, counted, given back. Nothing else knows what a page is."""

import mmap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def page_tokens(head_size: int) -> int:
    """Tokens or entries of one head that share a page of memory."""
    return max(1, mmap.PAGESIZE // (4 * head_size))


def whole_pages(num_tokens: Any, page_tokens: int) -> Any:
    """Round a number of tokens, or an array of them, up to whole pages."""
    return -(-num_tokens // page_tokens) * page_tokens


class PageBudget:
    """Arrays [slots, h, tokens, d] whose memory is taken as it is first written.

    Within the bound a slot's memory stays for whoever comes next there: fetched page by page from the kernel, fresh
    memory took a tenth of a decode step.

    Args:
        groups: names of arrays, by groups in which a slot has equally many tokens.
        shape: the arrays' other axes: slots, h, d.
        max_tokens: most tokens that may have memory, in whole pages, over all groups, unless more are needed.
    """

    def __init__(self, groups: dict[str, list[str]], shape: tuple[int, int, int], *, max_tokens: int) -> None:
        self._groups, self._shape = groups, shape
        self._page_tokens = page_tokens(shape[2])
        self._max_tokens = max_tokens
        self._pages: dict[str, mmap.mmap] = {}
        self.held = {group: np.zeros(shape[0], np.int64) for group in groups}
        """Tokens of each slot that may have memory, whoever wrote them, in whole pages."""

    def new_array(self, name: str, num_tokens: int) -> Array:
        """Return fp32 zeros [slots, h, tokens, d] that take memory as they are first written, and give all of it back.

        `np.zeros` does so only until glibc, having seen such arrays freed, serves the next ones from its heap:
        resident memory then grew by 100 MB an article. Zeros, or later what an earlier article has left, but never
        just any bytes: a masked NaN would still poison the attention.
        """
        num_slots, num_heads, head_size = self._shape
        size = num_slots * num_heads * num_tokens * head_size
        # Private: reading a page that nobody has written must not take memory, as it would in a shared mapping.
        self._pages[name] = mmap.mmap(-1, max(1, 4 * size), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        array = np.frombuffer(self._pages[name], np.float32, count=size)
        return array.reshape(num_slots, num_heads, num_tokens, head_size)

    def start_anew(self, group: str, num_tokens: Sequence[int]) -> None:
        """Count what was written into the first slots of new arrays."""
        self.held[group][:] = 0
        self.held[group][: len(num_tokens)] = whole_pages(np.array(num_tokens, np.int64), self._page_tokens)

    def hold(self, group: str, slots: slice, num_tokens: Any, needed: Callable[[], dict[str, Array]]) -> None:
        """Count memory that is about to be written; if the bound is exceeded, give back first what nobody needs.

        Args:
            group, slots, num_tokens: what will have memory.
            needed: returns the tokens that running requests need, int64 [slots], by group; first what is better lost.
        """
        wanted = whole_pages(num_tokens, self._page_tokens)
        self.held[group][slots] = np.maximum(self.held[group][slots], wanted)
        excess = sum(int(held.sum()) for held in self.held.values()) - self._max_tokens
        if excess > 0:
            self._give_back(excess, needed())
            self.held[group][slots] = np.maximum(self.held[group][slots], wanted)

    def _give_back(self, excess: int, needed: dict[str, Array]) -> None:
        for group, num_tokens in needed.items():
            spare = self.held[group] - whole_pages(num_tokens, self._page_tokens)
            for slot in np.argsort(-spare):
                if excess <= 0 or spare[slot] <= 0:
                    break
                excess -= spare[slot]
                self.held[group][slot] -= spare[slot]
                for name in self._groups[group]:
                    self._release(self._pages[name], slot, self.held[group][slot])

    def _release(self, pages: mmap.mmap, slot: int, num_kept: int) -> None:
        """Give the memory of a slot back, all but the first `num_kept` tokens'; it reads as zeros from then on."""
        num_slots, num_heads, head_size = self._shape
        head_bytes = len(pages) // (num_slots * num_heads)
        for head in range(slot * num_heads, (slot + 1) * num_heads):
            first = whole_pages(head * head_bytes + num_kept * 4 * head_size, mmap.PAGESIZE)
            end = (head + 1) * head_bytes // mmap.PAGESIZE * mmap.PAGESIZE
            if first < end:
                pages.madvise(mmap.MADV_DONTNEED, first, end - first)
