"""What every engine offers: text in, generated text out, token for token as `transformers.generate` gives it.

The pipeline (`serving/summarizer.py`) sees engines only through this file. Engines know no HTTP and no Ray.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal, Protocol

FinishReason = Literal["stop", "length"]
Precision = Literal["fp32", "int8"]

MAX_BEAMS = 16
"""transformers has no limit; the exactness tests reach this far."""


@dataclass(frozen=True)
class GenerationParams:
    """Decoding settings, named as in `transformers.GenerationConfig`.

    The defaults are the tutorial's. `max_length` and `min_length` are in tokens and include the decoder start
    token, as in transformers.
    """

    max_length: int = 150
    min_length: int = 0
    num_beams: int = 2
    repetition_penalty: float = 2.5
    length_penalty: float = 1.0
    early_stopping: bool = True
    no_repeat_ngram_size: int = 0

    def check(self) -> None:
        """Raise `ValueError` where no engine can decode so."""
        if self.max_length < 2:
            raise ValueError(f"max_length ({self.max_length}) must be at least 2: the start token counts.")
        if not 1 <= self.num_beams <= MAX_BEAMS:
            raise ValueError(f"num_beams ({self.num_beams}) must be 1 to {MAX_BEAMS}.")
        if not self.repetition_penalty > 0:
            raise ValueError(f"repetition_penalty ({self.repetition_penalty}) must be above 0.")


@dataclass(frozen=True)
class Generation:
    """One finished generation.

    Attributes:
        token_ids: the best beam as `generate` returns it: decoder start token first, padding stripped.
        text: `token_ids` decoded with `skip_special_tokens=True, clean_up_tokenization_spaces=True`.
        finish_reason: "stop" when the model ended the text itself, "length" when `max_length` cut it.
    """

    token_ids: tuple[int, ...]
    text: str
    finish_reason: FinishReason


class GenerationStoppedError(Exception):
    """The `stop` event was set before the generation was finished."""


class NotFiniteError(Exception):
    """The model's numbers for this text overflowed or are NaN, so that nothing it writes means anything."""


# Called after every decode step, the last one too, on the engine's thread, with the best unfinished beam so far (after
# the last step, the best candidate). It must return at once: it delays everybody's next step.
OnStep = Callable[[Sequence[int]], None]


class Engine(Protocol):
    """A loaded model. All methods may be called from any thread."""

    name: str
    """The library that computes."""

    precision: Precision
    """What it computes in."""

    max_input_tokens: int
    """Longest input, in tokens with special tokens and prefix, that the model was made for (512 for T5)."""

    max_running: int
    """How many requests make progress at the same time; more than these only wait inside the engine."""

    default_params: GenerationParams
    """The model's own decoding settings, or the tutorial's."""

    prefix: str
    """Text that the model wants before every article."""

    def count_tokens(self, text: str) -> int:
        """Return the number of input tokens of `text`, with special tokens and prefix, without truncation."""
        ...

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of generated `token_ids`, special tokens left out."""
        ...

    def submit(
        self, text: str, params: GenerationParams, *, stop: threading.Event, on_step: OnStep | None = None
    ) -> Future[Generation]:
        """Queue one generation; requests run first come, first served.

        The future raises `GenerationStoppedError` within one decode step of `stop` being set or the engine closed.
        What else fails, `on_step` included, fails this request alone. Input beyond `max_input_tokens` is cut: callers
        split long articles before they come here.

        Raises:
            ValueError: see `GenerationParams.check`.
        """
        ...

    def close(self) -> None:
        """Stop everything that runs or waits, and free the model."""
        ...
