"""Key and value caches of the running articles, and the table of each beam's ancestors in them.

Running articles fill the slots 0 .. n - 1. A joining article takes slot n; when one leaves, the last moves
into its place: each step's inputs are a contiguous prefix of every array, and nothing is copied in between.
Caches are never reordered either: `ages` says which entries a beam descends from and how long ago
(docs/engine.md has a picture).
"""

import mmap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

# Capacities grow by so many tokens or entries: every attention reads up to that many in vain, and the self caches
# are copied, without the entries that no beam descends from, every 16 steps of two beams or less often.
_SOURCE_STEP = 32
_ENTRY_STEP = 32
# Added to the scores of masked keys. exp() of it is exactly 0 in fp32 whatever T5's unscaled scores are;
# infinity would give NaN in rows without any key, as those of beams that an article does not have.
MASKED = -1e9


class Slots:
    """Caches and tables with one row per slot.

    Args:
        num_layers, num_heads, head_size: of the decoder.
        num_ages: steps after which the position bias no longer depends on an entry's age.
        max_running: number of slots. Memory is taken as slots and entries are first used.
    """

    def __init__(self, *, num_layers: int, num_heads: int, head_size: int, num_ages: int, max_running: int) -> None:
        self._names = [f"{kind}_{layer}" for layer in range(num_layers) for kind in ("key", "value")]
        self._shape = (max_running, num_heads, head_size)
        self._num_ages = num_ages
        self.version = 0
        """Changes whenever a cache array or its used prefix becomes another one."""
        self._clear()

    def _clear(self) -> None:
        max_running, num_heads, head_size = self._shape
        self.num_running = 0
        self.caches: dict[str, Array] = {
            f"{side}_{name}": np.zeros((max_running, num_heads, 0, head_size), np.float32)
            for side in ("cross", "self")
            for name in self._names
        }
        self._pages: dict[str, mmap.mmap] = {}  # the memory of each, once it has any
        self.source_bias = np.zeros((max_running, 0), np.float32)  # [slots, s]; 0 or MASKED
        self.ages = np.zeros((max_running, 1, 0), np.int32)  # [slots, b, e]; 0 = not an ancestor, 1 = this step's
        self.source_lengths = np.zeros(max_running, np.int64)
        self.write_index = np.zeros(max_running, np.int64)  # where the step's first beam goes in each self cache
        self.num_beams = np.zeros(max_running, np.int64)
        self.version += 1

    def add(self, source_lengths: Sequence[int], num_beams: Sequence[int], keys_values: Mapping[str, Array]) -> None:
        """Put newly encoded articles into the next free slots.

        Args:
            keys_values: `cross_key_0` and so on: [articles, h, >= longest source, d].
        """
        new = slice(self.num_running, self.num_running + len(source_lengths))
        self.num_running = new.stop
        self.source_lengths[new], self.num_beams[new], self.write_index[new] = source_lengths, num_beams, 0
        self._fit_sources()
        self.ages[new] = 0
        for name, values in keys_values.items():
            for slot, used, own in zip(range(new.start, new.stop), source_lengths, values, strict=True):
                self.caches[name][slot, :, :used] = own[:, :used]
        self.version += 1

    def remove(self, slot: int) -> None:
        """Free a slot and its memory. The last running article moves into it."""
        last = self.num_running - 1
        if last == 0:
            self._clear()
            return
        for name, cache in self.caches.items():
            if slot != last:
                self._release(name, slot)
                used = (self.source_lengths if name.startswith("cross") else self.write_index)[last]
                cache[slot, :, :used] = cache[last, :, :used]
            self._release(name, last)
        if slot != last:
            for table in (self.source_lengths, self.write_index, self.num_beams, self.ages, self.source_bias):
                table[slot] = table[last]
        self.num_running = last
        self.version += 1

    def needs_room(self) -> bool:
        """Say whether `prepare_step` will replace the self caches: they are full, or twice too large."""
        last, capacity = self._last_entry(), self.ages.shape[2]
        return last > capacity or 2 * _capacity(last) < capacity

    def prepare_step(self) -> None:
        """Make room for the step's entries: beam i of a slot writes at `write_index + i`, for itself."""
        self._fit_entries()
        for slot in range(self.num_running):
            beams = np.arange(self.num_beams[slot])
            self.ages[slot, beams, self.write_index[slot] + beams] = 1

    def advance(self, slot: int, parents: Array) -> None:
        """After a step: beam i of the slot continues what was beam `parents[i]`, int64 [beams]."""
        inherited = self.ages[slot, parents]  # [b, e]
        self.ages[slot, : len(parents)] = np.minimum(inherited + (inherited > 0), self._num_ages)
        self.write_index[slot] += len(parents)

    def _fit_sources(self) -> None:
        """Size the cross caches for the longest running article; mask what each leaves unused."""
        capacity = self.source_bias.shape[1]
        needed = _fit(capacity, int(self.source_lengths[: self.num_running].max()), _SOURCE_STEP)
        if needed != capacity:
            self._resize("cross", needed, [slice(min(length, capacity)) for length in self.source_lengths])
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
        """Move what some beam descends from into new self caches, the entries of dropped beams left out."""
        old_ages = self.ages
        alive = [np.flatnonzero(ages.any(axis=0)) for ages in old_ages[: self.num_running]]
        self.write_index[: self.num_running] = [len(entries) for entries in alive]
        capacity = _capacity(self._last_entry())
        self.ages = np.zeros((*old_ages.shape[:2], capacity), np.int32)
        for slot, entries in enumerate(alive):
            self.ages[slot, :, : len(entries)] = old_ages[slot][:, entries]
        self._resize("self", capacity, alive)

    def _last_entry(self) -> int:
        running = slice(self.num_running)
        return int(self.write_index[running].max() + self.num_beams[running].max())

    def _resize(self, side: str, capacity: int, kept: Sequence[Any]) -> None:
        """Replace the caches of one side by larger or smaller ones with each slot's `kept` entries."""
        # One by one: the old and the new caches together would double the peak.
        for name in [f"{side}_{name}" for name in self._names]:
            old = self.caches[name]
            pages, new = _lazy_zeros((*old.shape[:2], capacity, old.shape[3]))
            for slot in range(self.num_running):
                entries = old[slot][:, kept[slot]]
                new[slot, :, : entries.shape[1]] = entries
            self._pages[name], self.caches[name] = pages, new
        self.version += 1

    def _release(self, name: str, slot: int) -> None:
        """Give a slot's memory back; it reads as zeros from then on."""
        size = self.caches[name][slot].nbytes
        first, end = -(-slot * size // mmap.PAGESIZE), (slot + 1) * size // mmap.PAGESIZE
        if first < end:
            self._pages[name].madvise(mmap.MADV_DONTNEED, first * mmap.PAGESIZE, (end - first) * mmap.PAGESIZE)


def _lazy_zeros(shape: tuple[int, ...]) -> tuple[mmap.mmap, Array]:
    """fp32 zeros that take memory page by page as they are first written, and give all of it back.

    `np.zeros` does so only until glibc, having seen such arrays freed, serves the next ones from its heap:
    resident memory then grew by 100 MB an article. Zeros, because a masked NaN would still poison the
    attention.
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
