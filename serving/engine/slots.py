"""Key and value caches of the running articles, and the table of each beam's ancestors in them.

Running articles fill the slots 0 .. n - 1. A joining article takes slot n; when one leaves, the last moves
into its place: each step's inputs are a contiguous prefix of every array, and nothing is copied in between.
Caches are never reordered either: `ages` says which entries a beam descends from and how long ago
(docs/engine.md has a picture).
"""

import mmap
from collections.abc import Sequence
from typing import Any

import numpy as np

from serving.engine.model_shape import MASKED

Array = np.ndarray[Any, np.dtype[Any]]

# Capacities grow by so many tokens or entries: every attention reads up to that many in vain, and the self caches
# are rid of entries that no beam descends from every 16 steps of two beams or less often.
_SOURCE_STEP = 32
_ENTRY_STEP = 32


class Slots:
    """Caches and tables with one row per slot.

    Args:
        num_layers, num_heads, head_size: of the decoder.
        num_ages: steps after which the position bias no longer depends on an entry's age.
        max_running: number of slots. Memory is taken as slots and entries are first used.
        max_cache_tokens: most source tokens and entries that hold memory, in whole pages, unless running articles
            need more. Within it an article's memory stays for the next one: page by page, fresh memory took a
            tenth of a decode step.
    """

    def __init__(
        self,
        *,
        num_layers: int,
        num_heads: int,
        head_size: int,
        num_ages: int,
        max_running: int,
        max_cache_tokens: int,
    ) -> None:
        self.names = {
            side: [f"{side}_{kind}_{layer}" for layer in range(num_layers) for kind in ("key", "value")]
            for side in ("cross", "self")
        }
        """Names of the cross-attention and the self-attention caches."""
        self._shape = (max_running, num_heads, head_size)
        self._num_ages = num_ages
        self._max_cache_tokens = max_cache_tokens
        self.page_tokens = max(1, mmap.PAGESIZE // (4 * head_size))
        """How many tokens or entries of one head share a page of memory."""
        self.num_running = 0
        self.caches: dict[str, Array] = {
            name: np.zeros((max_running, num_heads, 0, head_size), np.float32)
            for names in self.names.values()
            for name in names
        }
        self.version = 0
        """Changes whenever a cache array or its used prefix becomes another one."""
        self._pages: dict[str, mmap.mmap] = {}  # the memory of each, once it has any
        # Tokens and entries of each slot that may have memory, whoever wrote them, in whole pages.
        self._held = {side: np.zeros(max_running, np.int64) for side in self.names}
        self.source_bias = np.zeros((max_running, 0), np.float32)  # [slots, s]; 0 or MASKED
        self.ages = np.zeros((max_running, 1, 0), np.int32)  # [slots, b, e]; 0 = not an ancestor, 1 = this step's
        self.source_lengths = np.zeros(max_running, np.int64)
        self.write_index = np.zeros(max_running, np.int64)  # where the step's first beam goes in each self cache
        self.num_beams = np.zeros(max_running, np.int64)

    def add(self, source_lengths: Sequence[int], num_beams: Sequence[int]) -> slice:
        """Give newcomers the next free slots.

        Returns:
            Their slots, whose cross caches are the caller's to fill, up to the longest source.
        """
        num_old = self.num_running
        new = slice(num_old, num_old + len(source_lengths))
        self.num_running = new.stop
        self.source_lengths[new], self.num_beams[new], self.write_index[new] = source_lengths, num_beams, 0
        self._fit_sources(num_old)
        self.ages[new] = 0
        self._hold("cross", new, max(source_lengths))
        self.version += 1
        return new

    def remove(self, slot: int) -> None:
        """Free a slot. The last running article moves into it."""
        last = self.num_running - 1
        if slot != last:
            for table in (self.source_lengths, self.write_index, self.num_beams, self.ages, self.source_bias):
                table[slot] = table[last]
            # While both count as running, neither's memory can be given away.
            for side, names in self.names.items():
                used = self._used(side)[last]
                self._hold(side, slice(slot, slot + 1), used)
                for name in names:
                    cache = self.caches[name]
                    cache[slot, :, :used] = cache[last, :, :used]
        self.num_running = last
        self.version += 1

    def wipe(self, slot: int) -> None:
        """Zero what an article has left in its slot. A masked number does no harm to the next one there; NaN does."""
        for side, names in self.names.items():
            for name in names:
                self.caches[name][slot, :, : self._held[side][slot]] = 0

    def needs_room(self) -> bool:
        """Say whether `prepare_step` will rearrange the self caches: they are full, or much too large."""
        last, capacity = self._last_entry(), self.ages.shape[2]
        return last > capacity or 4 * _capacity(last) < capacity

    def prepare_step(self) -> None:
        """Make room for the step's entries: beam i of a slot writes at `write_index + i`, for itself."""
        self._fit_entries()
        running = slice(self.num_running)
        self._hold("self", running, self.write_index[running] + self.ages.shape[1])
        for slot in range(self.num_running):
            beams = np.arange(self.num_beams[slot])
            self.ages[slot, beams, self.write_index[slot] + beams] = 1

    def advance(self, slot: int, parents: Array) -> None:
        """After a step: beam i of the slot continues what was beam `parents[i]`, int64 [beams]."""
        inherited = self.ages[slot, parents]  # [b, e]
        self.ages[slot, : len(parents)] = np.minimum(inherited + (inherited > 0), self._num_ages)
        self.write_index[slot] += len(parents)

    def _fit_sources(self, num_old: int) -> None:
        """Size the cross caches for the longest running article; mask what each leaves unused."""
        capacity = self.source_bias.shape[1]
        needed = _fit(capacity, int(self.source_lengths[: self.num_running].max()), _SOURCE_STEP)
        if needed != capacity:
            self._rearrange("cross", needed, [slice(length) for length in self.source_lengths[:num_old]])
        is_token = np.arange(needed) < self.source_lengths[:, None]  # [slots, s]
        self.source_bias = np.where(is_token, np.float32(0), np.float32(MASKED))

    def _fit_entries(self) -> None:
        """Size the self caches for the coming step, and `ages` for the widest running article.

        The graph writes as many entries as the widest article has beams into every slot; what it writes
        beyond an article's own beams is nobody's ancestor and is overwritten by the next step.
        """
        widest = int(self.num_beams[: self.num_running].max())
        if widest != self.ages.shape[1]:
            self.ages = _resized(self.ages, widest, axis=1)
        if self.needs_room():
            self._drop_the_dead()

    def _drop_the_dead(self) -> None:
        """Move what some beam descends from to the front of the self caches, the entries of dropped beams left out."""
        old_ages = self.ages
        alive = [np.flatnonzero(ages.any(axis=0)) for ages in old_ages[: self.num_running]]
        self.write_index[: self.num_running] = [len(entries) for entries in alive]
        old_capacity, last = old_ages.shape[2], self._last_entry()
        is_fitting = last + _ENTRY_STEP <= old_capacity < _capacity(last) + 2 * _ENTRY_STEP
        capacity = old_capacity if is_fitting else _capacity(last)
        self.ages = np.zeros((*old_ages.shape[:2], capacity), np.int32)
        for slot, entries in enumerate(alive):
            self.ages[slot, :, : len(entries)] = old_ages[slot][:, entries]
        self._rearrange("self", capacity, alive)

    def _last_entry(self) -> int:
        running = slice(self.num_running)
        return int(self.write_index[running].max() + self.num_beams[running].max())

    def _rearrange(self, side: str, capacity: int, kept: Sequence[Any]) -> None:
        """Move the `kept` entries of the first slots to their front, in new caches if the capacity is another one."""
        is_new = capacity != self.caches[self.names[side][0]].shape[2]
        # One by one: the old and the new caches together would double the peak.
        for name in self.names[side]:
            old = self.caches[name]
            if is_new:
                self._pages[name], self.caches[name] = _lazy_zeros((*old.shape[:2], capacity, old.shape[3]))
            for slot, entries in enumerate(kept):
                own = old[slot][:, entries]
                self.caches[name][slot, :, : own.shape[1]] = own
        if is_new:
            self._held[side][:] = 0
            self._held[side][: len(kept)] = self._whole_pages(self._used(side)[: len(kept)])
            self.version += 1

    def _used(self, side: str) -> Array:
        """Tokens or entries that the slots' articles have in one side's caches, int64 [slots]."""
        return self.source_lengths if side == "cross" else self.write_index

    def _hold(self, side: str, slots: slice, num_tokens: Any) -> None:
        """Count memory that is about to be written; if the bound is exceeded, give back first what nobody uses."""
        held, needed = self._held[side], self._whole_pages(num_tokens)
        held[slots] = np.maximum(held[slots], needed)
        excess = sum(each.sum() for each in self._held.values()) - self._max_cache_tokens
        if excess <= 0:
            return
        is_running = np.arange(len(self.source_lengths)) < self.num_running
        # Cross caches first: theirs are written before anyone reads them, which makes new memory several times cheaper.
        for name, used in (("cross", self.source_lengths), ("self", self.write_index + self.ages.shape[1])):
            spare = self._held[name] - np.where(is_running, self._whole_pages(used), 0)
            for slot in np.argsort(-spare):
                if excess <= 0 or spare[slot] <= 0:
                    break
                self._held[name][slot] -= spare[slot]
                self._release(name, slot, self._held[name][slot])
                excess -= spare[slot]
        held[slots] = np.maximum(held[slots], needed)

    def _release(self, side: str, slot: int, num_kept: int) -> None:
        """Give the memory of a slot back, all but the first `num_kept` tokens'; it reads as zeros from then on."""
        num_heads, token_bytes = self._shape[1], 4 * self._shape[2]
        for name in self.names[side]:
            head_bytes = self.caches[name][slot, 0].nbytes
            for head in range(slot * num_heads, (slot + 1) * num_heads):
                first = -(-(head * head_bytes + num_kept * token_bytes) // mmap.PAGESIZE) * mmap.PAGESIZE
                end = (head + 1) * head_bytes // mmap.PAGESIZE * mmap.PAGESIZE
                if first < end:
                    self._pages[name].madvise(mmap.MADV_DONTNEED, first, end - first)

    def _whole_pages(self, num_tokens: Any) -> Any:
        return -(-num_tokens // self.page_tokens) * self.page_tokens


def _lazy_zeros(shape: tuple[int, ...]) -> tuple[mmap.mmap, Array]:
    """fp32 zeros that take memory page by page as they are first written, and give all of it back.

    `np.zeros` does so only until glibc, having seen such arrays freed, serves the next ones from its heap:
    resident memory then grew by 100 MB an article. Zeros, or later what an earlier article has left, but never
    just any bytes: a masked NaN would still poison the attention.
    """
    size = int(np.prod(shape))
    # Private: reading a page that nobody has written must not take memory, as it would in a shared mapping.
    pages = mmap.mmap(-1, max(1, 4 * size), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return pages, np.frombuffer(pages, np.float32, count=size).reshape(shape)


def _capacity(num_entries: int) -> int:
    """Room for so many entries and at least `_ENTRY_STEP` more."""
    return (-(-num_entries // _ENTRY_STEP) + 1) * _ENTRY_STEP


def _fit(capacity: int, needed: int, step: int) -> int:
    """Keep a capacity that suits; otherwise the next multiple of `step`."""
    return capacity if capacity // 2 < needed <= capacity else -(-needed // step) * step


def _resized(table: Array, size: int, axis: int) -> Array:
    shape = list(table.shape)
    shape[axis] = size
    new = np.zeros(shape, table.dtype)
    kept = tuple(slice(min(a, b)) for a, b in zip(table.shape, shape, strict=True))
    new[kept] = table[kept]
    return new
