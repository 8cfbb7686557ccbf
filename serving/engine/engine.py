"""T5 generation, continuously batched: requests join and leave between any two decode steps.

submit -> waiting -> [ schedule -> prefill -> decode -> update ] -> future
                       one thread, `T5Engine._run`; sleeps while there is nothing to do
"""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from serving.engine import beam_search
from serving.engine.beam_search import Candidates
from serving.engine.interface import Generation, GenerationParams, GenerationStoppedError, NotFiniteError, OnStep
from serving.engine.model_runner import ModelRunner
from serving.engine.model_shape import load_shape
from serving.engine.page_budget import page_tokens
from serving.engine.request import Request
from serving.engine.scheduler import Scheduler
from serving.engine.tokenizer import TextTokenizer

logger = logging.getLogger(__name__)

# One article of full length per step on the CPU: encoding is bound by arithmetic, so a larger batch gains
# nothing and keeps the running ones waiting.
_MAX_PREFILL_TOKENS = 512
# After so many seconds without a request, the caches' memory goes back.
_IDLE_S = 10.0
# Bound on the caches of running requests, now and at any later step; the rest wait. A request that would exceed it
# alone runs alone. With T5-base's weights, Ray and all else, a replica of about 1.6 GB (fp32) or 0.8 GB (int8).
_MEMORY_BUDGET_BYTES = {"fp32": 336 * 2**20, "int8": 196 * 2**20}


class T5Engine:
    """A converted T5 model (`serving/t5_onnx/`) behind the `Engine` protocol.

    Args:
        directory: what `ensure_converted` returned.
        num_threads: cores to use.
        max_running: most requests running at once.
        default_params, prefix: the model's own settings; the prefix is put before every text.
    """

    name = "onnxruntime"

    def __init__(
        self,
        directory: Path,
        *,
        num_threads: int,
        max_running: int = 16,
        default_params: GenerationParams | None = None,
        prefix: str = "",
    ) -> None:
        self.default_params = default_params or GenerationParams()
        self.prefix = prefix
        self.max_running = max_running
        self._shape = shape = load_shape(directory)
        self.precision = shape.precision
        self.max_input_tokens = shape.max_input_tokens
        max_cache_tokens = _MEMORY_BUDGET_BYTES[shape.precision] // shape.cache_entry_bytes
        self._runner = ModelRunner(
            directory, shape, num_threads=num_threads, max_running=max_running, max_cache_tokens=max_cache_tokens
        )
        self._tokenizer = TextTokenizer(
            directory / "tokenizer.json", prefix=prefix, max_tokens=shape.max_input_tokens, eos_token=shape.eos_token_id
        )
        self._scheduler = Scheduler(
            max_running=max_running,
            max_cache_tokens=max_cache_tokens,
            page_tokens=page_tokens(shape.head_size),
            max_prefill_tokens=_MAX_PREFILL_TOKENS,
        )
        self._arrived: list[Request] = []
        self._is_closed = False
        self._wakeup = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="t5-engine", daemon=True)
        self._thread.start()

    def count_tokens(self, text: str) -> int:
        """See `Engine.count_tokens`."""
        return self._tokenizer.count(text)

    def decode(self, token_ids: Sequence[int]) -> str:
        """See `Engine.decode`."""
        return self._tokenizer.decode(token_ids)

    def submit(
        self, text: str, params: GenerationParams, *, stop: threading.Event, on_step: OnStep | None = None
    ) -> Future[Generation]:
        """See `Engine.submit`."""
        params.check()
        beams = beam_search.start(self._shape.decoder_start_token_id, params.num_beams)
        request = Request(self._tokenizer.encode(text), params, stop, on_step, beams)
        request.future.set_running_or_notify_cancel()  # `stop` cancels; the thread may always set a result
        with self._wakeup:
            if self._is_closed:
                request.future.set_exception(GenerationStoppedError("The engine is closed."))
            else:
                self._arrived.append(request)
                self._wakeup.notify()
        return request.future

    def close(self) -> None:
        """See `Engine.close`."""
        with self._wakeup:
            self._is_closed = True
            self._wakeup.notify()
        self._thread.join()

    def _run(self) -> None:
        running = self._scheduler.running
        while self._receive():
            try:
                self._step()
            except Exception as error:
                logger.exception("A generation step failed, and with it %d requests.", len(running))
                for request in running:
                    request.future.set_exception(error)
                running.clear()
                self._runner.reset()
        for request in [*self._arrived, *self._scheduler.waiting, *running]:
            request.future.set_exception(GenerationStoppedError("The engine was closed."))
        self._runner.close()
        del self._runner

    def _receive(self) -> bool:
        """Hand arrived requests to the scheduler; sleep while nobody waits or runs. False once closed."""
        with self._wakeup:
            is_idle = False
            while not (self._is_closed or self._arrived or self._scheduler.has_requests):
                if not self._wakeup.wait(None if is_idle else _IDLE_S):
                    self._runner.reset()
                    is_idle = True
            self._scheduler.waiting.extend(self._arrived)
            self._arrived.clear()
            return not self._is_closed

    def _step(self) -> None:
        running = self._scheduler.running
        self._drop_stopped()
        admitted = self._scheduler.admit()
        if admitted:
            self._runner.prefill(running, len(admitted))
        if running:
            self._update(self._runner.decode(running))

    def _drop_stopped(self) -> None:
        for request in self._scheduler.drop_stopped():
            request.future.set_exception(GenerationStoppedError("Stopped by the caller."))
        for slot, request in self._backwards():
            if request.stop.is_set():
                self._leave(slot, GenerationStoppedError("Stopped by the caller."))

    def _update(self, candidates: Sequence[Candidates]) -> None:
        """Advance every running request; those that are done leave, and those that fail."""
        for slot, request in self._backwards():
            outcome: Generation | Exception | None
            try:
                outcome = self._take_step(request, candidates[slot])
            except Exception as error:  # what fails for one must not end its neighbours' work
                outcome = error
            if outcome is not None:
                self._leave(slot, outcome, is_finite=candidates[slot].is_finite)

    def _take_step(self, request: Request, candidates: Candidates) -> Generation | None:
        """Advance one request; return what it generated if that was its last step."""
        if not candidates.is_finite:
            raise NotFiniteError("The model's scores for this text are not finite.")
        eos_token = self._shape.eos_token_id
        request.follow(beam_search.advance(request.beams, candidates, request.params, eos_token))
        if request.on_step is not None:
            request.on_step(request.beams.running[0].tolist())
        if not request.beams.is_done:
            return None
        tokens = request.beams.finished[0].tolist()
        return Generation(tuple(tokens), self.decode(tokens), "stop" if tokens[-1] == eos_token else "length")

    def _backwards(self) -> list[tuple[int, Request]]:
        """Slots and requests such that leaving a slot moves only what was already visited."""
        return list(enumerate(self._scheduler.running))[::-1]

    def _leave(self, slot: int, outcome: Generation | Exception, *, is_finite: bool = True) -> None:
        """Free a request's slot and answer it, which is one act: nobody leaves twice, or without an answer."""
        future = self._scheduler.running[slot].future
        self._runner.remove(self._scheduler.running, slot, is_finite=is_finite)
        self._scheduler.remove(slot)
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
