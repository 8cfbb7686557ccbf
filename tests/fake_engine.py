"""An engine without a model, which says what it is told to, and a loader that brings it in when a test says so."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from serving.engine.interface import Generation, GenerationParams, GenerationStoppedError, OnStep
from serving.model_loader import LoaderStatus


class FakeEngine:
    """Answers with the words of `answer`, or of the input where it is None, a word a step; one token is one word.

    Attributes:
        asked: (text, params) of every submission, in order.
        num_steps: decode steps taken so far, over all requests.
        step_s: length of one step.
    """

    def __init__(
        self, answer: str | None = None, *, max_input_tokens: int = 512, step_s: float = 0.0, prefix: str = ""
    ) -> None:
        self.name, self.precision = "fake", "fp32"
        self.answer = answer
        self.max_input_tokens = max_input_tokens
        self.max_running = 4
        self.default_params = GenerationParams()
        self.asked: list[tuple[str, GenerationParams]] = []
        self.num_steps = 0
        self.step_s = step_s
        self.failure: Exception | None = None
        self.prefix = prefix
        self._is_closed = False
        self._words: list[str] = []
        self._executor = ThreadPoolExecutor(max_workers=1)

    def count_tokens(self, text: str) -> int:
        return len((self.prefix + text).split()) + 1

    def decode(self, token_ids: Sequence[int]) -> str:
        return " ".join(self._words[i] for i in token_ids if i >= 0)

    def submit(
        self, text: str, params: GenerationParams, *, stop: threading.Event, on_step: OnStep | None = None
    ) -> Future[Generation]:
        assert self.count_tokens(text) <= self.max_input_tokens, "longer than the window"
        params.check()
        self.asked.append((text, params))
        if self._is_closed:
            refused: Future[Generation] = Future()
            refused.set_exception(GenerationStoppedError())
            return refused
        return self._executor.submit(self._generate, self.prefix + text, params, stop, on_step)

    def _generate(self, text, params, stop, on_step):
        if self.failure is not None:
            raise self.failure
        words = (text if self.answer is None else self.answer).split()
        kept = words[: params.max_length - 1]
        token_ids = [-1]
        for word in kept:
            # A real step cannot be interrupted either; a wait that wakes on stop would hide a slow stop.
            threading.Event().wait(self.step_s)
            self.num_steps += 1
            if stop.is_set() or self._is_closed:
                raise GenerationStoppedError
            self._words.append(word)
            token_ids.append(len(self._words) - 1)
            if on_step is not None:
                on_step(list(token_ids))
        reason = "stop" if len(kept) == len(words) else "length"
        return Generation(token_ids=tuple(token_ids), text=" ".join(kept), finish_reason=reason)

    def close(self) -> None:
        self._is_closed = True
        self._executor.shutdown(wait=False)


class FakeLoader:
    """Stands for `ModelLoader`; there is no model until `arrive`, unless one is there from the start."""

    writes_english_only = True

    def __init__(self, engine: FakeEngine | None = None) -> None:
        self.engine: FakeEngine | None = None
        self.status = LoaderStatus()
        if engine is not None:
            self.arrive(engine)

    def arrive(self, engine: FakeEngine) -> FakeEngine:
        self.engine, self.status = engine, LoaderStatus(state="ready")
        return engine

    def start(self) -> None:
        """Nobody looks for a model."""

    def close(self) -> None:
        """There is nothing to free."""
