"""Keys and values of the running requests.

A request's slot is its index among the running: who joins takes the next one, and when one leaves, the last moves into
its place. So each step's inputs are a contiguous prefix of every array, and nothing is copied in between. Entries are
never reordered either: `Request.ages` says which of them a beam descends from (docs/engine.md has a picture).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from serving.engine.model_shape import ModelShape
from serving.engine.page_budget import PageBudget
from serving.engine.request import Request

Array = np.ndarray[Any, np.dtype[Any]]

# Rooms grow by so many tokens or entries, up to which every attention reads in vain; after so many, a request is rid of
# the entries that no beam descends from.
_STEP = 32


class KVCache:
    """Caches with one row per slot.

    Args:
        shape: the model's.
        max_running: number of slots. Memory is taken as slots and entries are first used.
        max_cache_tokens: see `PageBudget`; source tokens and entries together.
    """

    def __init__(self, shape: ModelShape, *, max_running: int, max_cache_tokens: int) -> None:
        # Memory of cross caches is given back first: theirs is written before anyone reads it, which makes new memory
        # several times cheaper.
        self.names = {
            side: [f"{side}_{kind}_{layer}" for layer in range(shape.num_decoder_layers) for kind in ("key", "value")]
            for side in ("cross", "self")
        }
        self._max_running = max_running
        slots = (max_running, shape.num_heads, shape.head_size)
        self._budget = PageBudget(self.names, slots, max_tokens=max_cache_tokens)
        self.room = dict.fromkeys(self.names, 0)
        """Tokens or entries that each side's caches are long."""
        self.caches = {name: self._budget.new_array(name, 0) for names in self.names.values() for name in names}
        """fp32 [slots, h, room, d]"""
        self._bound: tuple[int, Any] | None = None

    def bound(self, num_running: int, bind: Callable[[], Any]) -> Any:
        """Return what `bind` has made of the running requests' part of the arrays, made anew when that has changed.

        Nobody else may keep it: an array that is bound somewhere could not be freed.
        """
        if self._bound is None or self._bound[0] != num_running:
            self._bound = None
            self._bound = num_running, bind()
        return self._bound[1]

    def add(self, running: Sequence[Request], num_new: int) -> slice:
        """Give the last `num_new` of the running their slots.

        Returns:
            Those slots, whose cross caches are the caller's to fill, up to the newcomers' longest source.
        """
        lengths = [len(request.source) for request in running]
        new = slice(len(running) - num_new, len(running))
        room = self.room["cross"]
        if not room // 2 < max(lengths) <= room:
            self._resize("cross", -(-max(lengths) // _STEP) * _STEP, lengths[: new.start])
        self._budget.hold("cross", new, max(lengths[new]), lambda: self._needed(running))
        return new

    def remove(self, running: Sequence[Request], slot: int) -> None:
        """Free a slot: the last running request moves into it."""
        last = running[-1]
        if running[slot] is last:
            return
        # While it is in both places, neither's memory can be given back.
        in_both = [*running[:slot], last, *running[slot + 1 :]]
        for side, used in (("cross", len(last.source)), ("self", last.num_cache_entries)):
            self._budget.hold(side, slice(slot, slot + 1), used, lambda: self._needed(in_both))
            for name in self.names[side]:
                self.caches[name][slot, :, :used] = self.caches[name][len(running) - 1, :, :used]

    def wipe(self, slot: int) -> None:
        """Zero what a request has left in its slot. A masked number does no harm to the next one there; NaN does."""
        for side, names in self.names.items():
            for name in names:
                self.caches[name][slot, :, : self._budget.held[side][slot]] = 0

    def prepare_step(self, running: Sequence[Request]) -> None:
        """Make room for a step's entries: beam i of a slot writes after the entries there are, i places further on.

        The graph writes as many entries as the widest request has beams into every slot; what it writes beyond a
        request's own beams is nobody's ancestor and is overwritten by the next step.
        """
        for slot, request in enumerate(running):
            # When, is the request's own affair: sums round by where entries lie, and int8 makes another token of a last
            # bit now and then, so that it would depend on who else is being served.
            if request.num_steps_taken % max(1, _STEP // request.num_beams) == 0:
                self._move(slot, request.drop_dead_entries())
        needed = self._needed(running)
        last = int(needed["self"].max())
        if last > self.room["self"] or 4 * _room_for(last) < self.room["self"]:
            self._resize("self", _room_for(last), [request.num_cache_entries for request in running])
        self._budget.hold("self", slice(len(running)), needed["self"][: len(running)], lambda: needed)

    def _move(self, slot: int, entries: Array) -> None:
        """Move these entries of a slot's self caches to the front."""
        for name in self.names["self"]:
            own = self.caches[name][slot]
            own[:, : len(entries)] = own[:, entries]

    def _resize(self, side: str, room: int, used: Sequence[int]) -> None:
        """Give one side's caches another length; of the first slots, keep as many tokens or entries as are used."""
        self._bound, self.room[side] = None, room
        # One by one: the old and the new caches together would double the peak.
        for name in self.names[side]:
            old, self.caches[name] = self.caches[name], self._budget.new_array(name, room)
            for slot, length in enumerate(used):
                self.caches[name][slot, :, :length] = old[slot, :, :length]
            del old
        self._budget.start_anew(side, used)

    def _needed(self, running: Sequence[Request]) -> dict[str, Array]:
        """Tokens, and entries with those of the coming step, int64 [slots]."""
        needed = {side: np.zeros(self._max_running, np.int64) for side in self.names}
        widest = max(request.num_beams for request in running)
        for slot, request in enumerate(running):
            needed["cross"][slot] = len(request.source)
            needed["self"][slot] = request.num_cache_entries + widest
        return needed


def _room_for(num_entries: int) -> int:
    """Room for so many entries and at least `_STEP` more."""
    return (-(-num_entries // _STEP) + 1) * _STEP
