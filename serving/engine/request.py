"""One object per request, from its arrival to its answer."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from serving.engine.beam_search import BeamState
from serving.engine.interface import Generation, GenerationParams, OnStep


@dataclass(eq=False)
class Request:
    source: Sequence[int]
    """Input tokens, with prefix and end token."""
    params: GenerationParams
    stop: threading.Event
    on_step: OnStep | None
    beams: BeamState
    num_cache_entries: int = 0
    """Self-attention entries that it holds; each step adds one for each beam."""
    future: Future[Generation] = field(default_factory=Future)

    @property
    def num_steps_left(self) -> int:
        """Decode steps until `max_length` ends it, if nothing else does."""
        return self.params.max_length - self.beams.running.shape[1]
