"""One object per request: all that is known of it, from its arrival to its answer."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from serving.engine.beam_search import BeamState
from serving.engine.interface import Generation, GenerationParams, OnStep

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(eq=False)
class Request:
    source: Sequence[int]
    """Input tokens, with prefix and end token."""
    params: GenerationParams
    stop: threading.Event
    on_step: OnStep | None
    beams: BeamState
    future: Future[Generation] = field(default_factory=Future)
    ages: Array = field(init=False)
    """int32 [b, e]: how many steps ago each entry of its self-attention caches was written, counting from 1, where the
    beam descends from it; else 0. The last b are those that the coming step writes, one for each beam."""

    def __post_init__(self) -> None:
        self.ages = np.eye(self.num_beams, dtype=np.int32)

    @property
    def num_beams(self) -> int:
        return self.params.num_beams

    @property
    def num_cache_entries(self) -> int:
        """Self-attention entries that it holds; each step adds one for each beam."""
        return int(self.ages.shape[1]) - self.num_beams

    @property
    def num_steps_taken(self) -> int:
        return self.beams.running.shape[1] - 1

    @property
    def num_steps_left(self) -> int:
        """Decode steps until `max_length` ends it, if nothing else does."""
        return self.params.max_length - self.beams.running.shape[1]

    def follow(self, parents: Array) -> None:
        """After a step: beam i continues what was beam `parents[i]`, int64 [b]."""
        inherited = self.ages[parents]
        next_entries = np.eye(self.num_beams, dtype=np.int32)
        self.ages = np.concatenate([inherited + (inherited > 0), next_entries], axis=1)

    def drop_dead_entries(self) -> Array:
        """Forget the entries that no beam descends from; return where those that it keeps were, int64 [kept]."""
        alive = np.flatnonzero(self.ages.any(axis=0))
        self.ages = self.ages[:, alive]
        return alive[: self.num_cache_entries]
