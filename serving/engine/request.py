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
    future: Future[Generation] = field(default_factory=Future)

    @property
    def max_cache_entries(self) -> int:
        """The most self-attention entries this request will write."""
        return self.params.num_beams * self.params.max_length
