"""T5 generation, continuously batched: requests join and leave between any two decode steps.

submit -> waiting -> [ schedule -> prefill -> decode -> update ] -> future
                       one thread, `T5Engine._run`; sleeps while there is nothing to do
"""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from serving.engine import beam_search
from serving.engine.interface import (
    FinishReason,
    Generation,
    GenerationParams,
    GenerationStoppedError,
    NotFiniteError,
    OnStep,
)
from serving.engine.model_runner import Candidates, ModelRunner, StepInputs
from serving.engine.model_shape import load_shape
from serving.engine.request import Request
from serving.engine.scheduler import Scheduler

Array = np.ndarray[Any, np.dtype[Any]]

logger = logging.getLogger(__name__)

# One article of full length per step on the CPU: encoding is bound by arithmetic, so a larger batch gains
# nothing and keeps the running ones waiting.
_MAX_PREFILL_TOKENS = 512
# After so many seconds without a request, the caches' memory goes back.
_IDLE_S = 10.0
# With T5-base's weights, Ray and all else, a replica of about 1.6 GB (fp32) or 0.8 GB (int8).
_MEMORY_BUDGET_BYTES = {"fp32": 336 * 2**20, "int8": 196 * 2**20}


class T5Engine:
    """A converted T5 model (`convert.ensure_converted`) behind the `Engine` protocol.

    Args:
        directory: what `ensure_converted` returned.
        num_threads: cores to use.
        max_running: most requests running at once.
        memory_budget_bytes: bound on the caches of running requests, now and at any later step; the rest
            wait. A request that would exceed it alone runs alone. None: see `_MEMORY_BUDGET_BYTES`.
        default_params, prefix: the model's own settings; the prefix is put before every text.
    """

    name = "onnxruntime"

    def __init__(
        self,
        directory: Path,
        *,
        num_threads: int,
        max_running: int = 16,
        memory_budget_bytes: int | None = None,
        default_params: GenerationParams | None = None,
        prefix: str = "",
    ) -> None:
        self.default_params = default_params or GenerationParams()
        self.max_running = max_running
        shape = load_shape(directory)
        max_cache_tokens = (memory_budget_bytes or _MEMORY_BUDGET_BYTES[shape.precision]) // shape.cache_entry_bytes
        self._runner = ModelRunner(
            directory, shape, num_threads=num_threads, max_running=max_running, max_cache_tokens=max_cache_tokens
        )
        self.max_input_tokens = shape.max_input_tokens
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._prefix = prefix
        self._start_token, self._eos_token = shape.decoder_start_token_id, shape.eos_token_id
        self._scheduler = Scheduler(
            max_running=max_running,
            max_cache_tokens=max_cache_tokens,
            page_tokens=self._runner.slots.page_tokens,
            max_prefill_tokens=_MAX_PREFILL_TOKENS,
        )
        self._arrived: list[Request] = []
        self._is_closed = False
        self._wakeup = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="t5-engine", daemon=True)
        self._thread.start()

    def count_tokens(self, text: str) -> int:
        """See `Engine.count_tokens`."""
        return len(self._encode(text))

    def decode(self, token_ids: Sequence[int]) -> str:
        """See `Engine.decode`."""
        return _clean_up(self._tokenizer.decode(list(token_ids), skip_special_tokens=True))

    def submit(
        self, text: str, params: GenerationParams, *, stop: threading.Event, on_step: OnStep | None = None
    ) -> Future[Generation]:
        """See `Engine.submit`."""
        params.check()
        source = self._encode(text)
        if len(source) > self.max_input_tokens:
            source = [*source[: self.max_input_tokens - 1], self._eos_token]
        beams = beam_search.start(self._start_token, params.num_beams)
        request = Request(source, params, stop, on_step, beams)
        request.future.set_running_or_notify_cancel()  # `stop` cancels; the thread may always set a result
        with self._wakeup:
            if self._is_closed:
                request.future.set_exception(GenerationStoppedError("The engine is closed."))
                return request.future
            self._arrived.append(request)
            self._wakeup.notify()
        return request.future

    def close(self) -> None:
        """See `Engine.close`."""
        with self._wakeup:
            self._is_closed = True
            self._wakeup.notify()
        self._thread.join()

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(self._prefix + text).ids)

    def _run(self) -> None:
        while self._receive():
            try:
                self._step()
            except Exception as error:
                logger.exception("A generation step failed, and with it %d requests.", len(self._scheduler.running))
                for request in self._scheduler.running:
                    request.future.set_exception(error)
                self._scheduler.running.clear()
                self._runner.reset()
        for request in [*self._arrived, *self._scheduler.waiting, *self._scheduler.running]:
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
        self._drop_stopped()
        for slot, request in enumerate(self._scheduler.running):
            request.num_cache_entries = int(self._runner.slots.write_index[slot])
        admitted = self._scheduler.admit()
        if admitted:
            self._runner.prefill(
                [request.source for request in admitted], [request.params.num_beams for request in admitted]
            )
        if self._scheduler.running:
            self._update(self._runner.decode(_step_inputs(self._scheduler.running, self._eos_token)))

    def _drop_stopped(self) -> None:
        stopped = self._scheduler.drop_stopped()
        for slot, request in self._backwards():
            if request.stop.is_set():
                stopped.append(request)
                self._leave(slot)
        for request in stopped:
            request.future.set_exception(GenerationStoppedError("Stopped by the caller."))

    def _update(self, candidates: Candidates) -> None:
        """Advance every running request; answer and remove those that are done."""
        for slot, request in self._backwards():
            try:
                generation = self._take_step(request, slot, candidates)
            except Exception as error:  # what fails for one must not end its neighbours' work
                self._leave(slot, is_finite=bool(candidates.is_finite[slot]))
                request.future.set_exception(error)
                continue
            if generation is not None:
                self._leave(slot)
                request.future.set_result(generation)

    def _take_step(self, request: Request, slot: int, candidates: Candidates) -> Generation | None:
        """Advance one request; return what it generated if that was its last step."""
        if not candidates.is_finite[slot]:
            raise NotFiniteError("The model's scores for this text are not finite.")
        self._runner.advance(slot, _advance(request, candidates, slot, self._eos_token))
        if request.on_step is not None:
            request.on_step(request.beams.running[0].tolist())
        return self._generation(request) if request.beams.is_done else None

    def _backwards(self) -> list[tuple[int, Request]]:
        """Slots and requests such that leaving a slot moves only what was already visited."""
        return list(enumerate(self._scheduler.running))[::-1]

    def _leave(self, slot: int, *, is_finite: bool = True) -> None:
        self._scheduler.remove(slot)
        self._runner.remove(slot, is_finite=is_finite)

    def _generation(self, request: Request) -> Generation:
        tokens = request.beams.finished[0].tolist()
        reason: FinishReason = "stop" if tokens[-1] == self._eos_token else "length"
        return Generation(tuple(tokens), self.decode(tokens), reason)


def _step_inputs(running: Sequence[Request], eos_token: int) -> StepInputs:
    """Gather the running requests' beams into one padded batch."""
    edits = [beam_search.edits(request.beams, request.params, eos_token) for request in running]
    shape = (len(running), max(request.params.num_beams for request in running))
    longest = max(ids.shape[1] for ids, _ in edits)
    tokens = np.zeros(shape, np.int64)
    beam_scores = np.full(shape, -np.inf, np.float32)
    edited_ids = np.zeros((*shape, longest), np.int64)
    is_banned = np.zeros((*shape, longest), bool)
    for slot, (request, (ids, bans)) in enumerate(zip(running, edits, strict=True)):
        beams, length = ids.shape
        tokens[slot, :beams] = request.beams.running[:, -1]
        beam_scores[slot, :beams] = request.beams.running_scores
        # Padding repeats the first edit: writing the same score twice does no harm.
        edited_ids[slot, :beams, :length], edited_ids[slot, :beams, length:] = ids, ids[:, :1]
        is_banned[slot, :beams, :length], is_banned[slot, :beams, length:] = bans, bans[:, :1]
    return StepInputs(
        tokens=tokens,
        beam_scores=beam_scores,
        edited_ids=edited_ids,
        is_banned=is_banned,
        penalty=np.array([request.params.repetition_penalty for request in running], np.float32),
        uses_log_probs=np.array([request.params.num_beams > 1 for request in running]),
        num_candidates=max(2 * request.params.num_beams for request in running),
    )


def _advance(request: Request, candidates: Candidates, slot: int, eos_token: int) -> Array:
    """Take one request's step; return the parents of its beams."""
    params = request.params
    if params.num_beams == 1:
        beam_search.advance_greedy(request.beams, int(candidates.tokens[slot, 0]), params, eos_token)
        return np.zeros(1, np.int64)
    best = slice(2 * params.num_beams)
    return beam_search.advance(
        request.beams,
        candidates.scores[slot, best],
        candidates.beams[slot, best],
        candidates.tokens[slot, best],
        params=params,
        eos_token=eos_token,
    )


def _clean_up(text: str) -> str:
    """`PreTrainedTokenizerBase.clean_up_tokenization`."""
    for mark in (" .", " ?", " !", " ,"):
        text = text.replace(mark, mark[1:])
    text = text.replace(" ' ", "'")
    for ending in (" n't", " 'm", " 's", " 've", " 're"):
        text = text.replace(ending, ending[1:])
    return text
