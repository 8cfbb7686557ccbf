"""The plain engine: `transformers.generate`, as in the tutorial, for any model of `AutoModelForSeq2SeqLM`.

One generation runs at a time (torch spreads it over all cores); the next ones wait in order.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from serving.engine.checkpoint import end_tokens, load_model, load_tokenizer
from serving.engine.interface import (
    Generation,
    GenerationParams,
    GenerationStoppedError,
    NotFiniteError,
    OnStep,
    Precision,
)

# Tokenizers say so with a number of about 1e30 when their files name no limit.
_NO_LIMIT = 100_000
_T5_WINDOW_TOKENS = 512


class TransformersEngine:
    """Implements `serving.engine.interface.Engine` on `transformers`.

    Args:
        model_dir: a folder that `AutoModelForSeq2SeqLM.from_pretrained` loads; else raises `CheckpointError`.
        num_threads: CPU threads of each matrix product.
        default_params: decoding settings where a request names none.
        prefix: text that the model wants before every article.
    """

    name = "transformers"
    precision: Precision = "fp32"
    max_running = 1

    def __init__(
        self, model_dir: Path, *, num_threads: int, default_params: GenerationParams, prefix: str = ""
    ) -> None:
        import torch

        torch.set_num_threads(num_threads)
        self.default_params = default_params
        self.prefix = prefix
        self._device = "cuda" if torch.cuda.is_available() else "cpu"

        self._tokenizer = load_tokenizer(model_dir)
        self._model: Any = load_model(model_dir).to(self._device)
        self._ends = end_tokens(self._model)
        self.max_input_tokens = _window_tokens(self._tokenizer, self._model.config)
        self._is_closed = False
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="generate")

    def count_tokens(self, text: str) -> int:
        """See `Engine.count_tokens`."""
        return len(self._tokenizer.encode(self.prefix + text, verbose=False))

    def decode(self, token_ids: Sequence[int]) -> str:
        """See `Engine.decode`."""
        ids = list(token_ids)
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=True))

    def submit(
        self, text: str, params: GenerationParams, *, stop: threading.Event, on_step: OnStep | None = None
    ) -> Future[Generation]:
        """See `Engine.submit`."""
        params.check()
        try:
            return self._executor.submit(self._generate, text, params, stop, on_step)
        except RuntimeError:  # the executor's word for having been shut down
            refused: Future[Generation] = Future()
            refused.set_exception(GenerationStoppedError("The engine is closed."))
            return refused

    def close(self) -> None:
        """See `Engine.close`."""
        self._is_closed = True
        self._executor.shutdown(wait=True)

    def _generate(
        self, text: str, params: GenerationParams, stop: threading.Event, on_step: OnStep | None
    ) -> Generation:
        import torch

        def is_stopped() -> bool:
            return self._is_closed or stop.is_set()

        if is_stopped():
            raise GenerationStoppedError
        # The tutorial hands the whole encoding to generate; truncation never bites an article that was split.
        input_ids = self._tokenizer.encode(
            self.prefix + text, return_tensors="pt", truncation=True, max_length=self.max_input_tokens
        )
        watch = _make_watch(is_stopped, on_step, lambda rows: self._best_unfinished(rows, params.max_length))
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=input_ids.to(self._device),
                attention_mask=torch.ones_like(input_ids).to(self._device),
                max_length=params.max_length,
                min_length=min(params.min_length, params.max_length),
                num_beams=params.num_beams,
                repetition_penalty=params.repetition_penalty,
                length_penalty=params.length_penalty,
                early_stopping=params.early_stopping,
                no_repeat_ngram_size=params.no_repeat_ngram_size,
                do_sample=False,
                stopping_criteria=[watch],
                logits_processor=[_refuse_nan],
            )
        if is_stopped():
            raise GenerationStoppedError
        return self._to_generation(output[0].tolist())

    def _best_unfinished(self, rows: Any, max_length: int) -> list[int]:
        """Of a step's candidates, int64 [k, t], best first, the one that the best beam goes on from."""
        goes_on = (i for i, token in enumerate(rows[:, -1].tolist()) if token not in self._ends)
        # At the last step none goes on.
        return list(rows[next(goes_on, 0) if rows.shape[1] < max_length else 0].tolist())

    def _to_generation(self, token_ids: list[int]) -> Generation:
        # The decoder start token can be EOS itself (BART), so it is not looked at.
        end = next((i for i, token in enumerate(token_ids) if i > 0 and token in self._ends), None)
        kept = token_ids if end is None else token_ids[: end + 1]
        return Generation(
            token_ids=tuple(kept), text=self.decode(kept), finish_reason="length" if end is None else "stop"
        )


def _refuse_nan(_input_ids: Any, scores: Any) -> Any:
    """A logits processor that changes nothing; minus infinity is how others ban a token."""
    if not (scores < float("inf")).all():
        raise NotFiniteError("The model's scores for this text are not finite.")
    return scores


def _make_watch(
    is_stopped: Callable[[], bool], on_step: OnStep | None, best_unfinished: Callable[[Any], list[int]]
) -> Any:
    """A stopping criterion that asks `is_stopped` at every step and reports the best unfinished beam.

    Built in a function because its base class lives in transformers, which is imported late.
    """
    import torch
    from transformers import StoppingCriteria

    class Watch(StoppingCriteria):
        def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:  # noqa: ARG002
            if on_step is not None:
                on_step(best_unfinished(input_ids))
            return torch.full((input_ids.shape[0],), is_stopped(), dtype=torch.bool, device=input_ids.device)

    return Watch()


def _window_tokens(tokenizer: Any, config: Any) -> int:
    """Longest input that the model was made for, in tokens."""
    positions = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None)
    known = [limit for limit in (tokenizer.model_max_length, positions) if limit and limit < _NO_LIMIT]
    return int(min(known)) if known else _T5_WINDOW_TOKENS
