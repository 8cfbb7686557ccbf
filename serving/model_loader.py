"""Brings the model in, while the extractive path already answers.

    absent -> downloading -> loading -> ready
                 |              |
                 +-> failed <---+      and again, with growing pauses

One thread does it. The state is replaced as a whole, never changed in place, so reading it needs no lock.
"""

import errno
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from serving.config import ServingConfig
from serving.engine.checkpoint import CheckpointError
from serving.engine.interface import Engine
from serving.model_files import ModelFilesError, check_model_dir
from serving.model_hub import download, find_in_cache
from serving.model_settings import ModelSettings, read_model_settings
from serving.schemas import ModelState

logger = logging.getLogger("nutshell")

_FIRST_PAUSE_S = 5.0
_MAX_PAUSE_S = 600.0

_WHY_SLOW_FULL = (
    "The disk has no room for the model's converted form, so it runs several times slower. Free as much space as the "
    "model takes ('python app.py clean' frees older conversions) and start again."
)
_WHY_SLOW = (
    "The model's converted form could not be saved, so it runs several times slower; the summarizer's log says why."
)
_WHY_NO_INT8 = (
    "This model cannot run in int8, so it runs in fp32. Leave out --precision int8, or choose a T5 or FLAN-T5 model."
)

# Two sentences, so that the warm-up runs the encoder, a few decode steps and the tokenizer on real words.
WARM_UP_TEXT = (
    "The town library reopened on Monday after two years of repairs. "
    "About three hundred readers came on the first morning, and the reading room was full by noon."
)


@dataclass(frozen=True)
class LoaderStatus:
    """Where the model is on its way.

    Attributes:
        state: see above.
        reason: why there is no model, after a failure; in state "ready", why it runs other than was asked.
        step: what goes on in state "loading", with the share that is done.
        downloaded_bytes, total_bytes: set while downloading.
        retry_at: `time.monotonic()` of the next attempt, after a failure.
    """

    state: ModelState = "absent"
    reason: str | None = None
    step: str | None = None
    downloaded_bytes: int | None = None
    total_bytes: int | None = None
    retry_at: float | None = None

    def retry_in_s(self) -> float | None:
        """Seconds until the next attempt, or None."""
        return None if self.retry_at is None else max(0.0, round(self.retry_at - time.monotonic(), 1))


class ModelLoader:
    """Looks for the model locally, else downloads it; loads it, warms it up, and hands the engine over."""

    def __init__(self, config: ServingConfig, *, first_pause_s: float = _FIRST_PAUSE_S) -> None:
        self._config = config
        self._first_pause_s = first_pause_s
        self._closed = threading.Event()
        self.status = LoaderStatus()
        self.engine: Engine | None = None
        self.writes_english_only = True
        self._thread = threading.Thread(target=self._run, name="model-loader", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Give up what is under way and free the model."""
        self._closed.set()
        if self.engine is not None:
            self.engine.close()

    def _run(self) -> None:
        pause_s = self._first_pause_s
        while not self._closed.is_set():
            reason = self._attempt()
            if reason is None:
                return
            if reason != self.status.reason:
                # Once for each new reason: a machine without a hub must not fill its log.
                logger.warning("No model yet: %s", reason)
            self.status = LoaderStatus(state="failed", reason=reason, retry_at=time.monotonic() + pause_s)
            self._closed.wait(pause_s)
            pause_s = min(2 * pause_s, _MAX_PAUSE_S)

    def _attempt(self) -> str | None:
        """Try once; return None when the model is ready, else the reason in plain words."""
        try:
            model_dir = find_model_dir(self._config, self._on_bytes)
            self._advance(state="loading")
            settings = read_model_settings(model_dir, model_id=self._config.model, choice=self._config.settings)
            self.writes_english_only = not settings.is_multilingual
            notes: list[str] = []
            self.engine = load_engine(self._config, model_dir, settings, self._on_step, notes.append)
            logger.info("The model %s is ready.", self._config.model)
            self.status = LoaderStatus(state="ready", reason=next(iter(notes), None))
            return None
        except (ModelFilesError, CheckpointError) as error:
            return str(error)
        except Exception:
            # Whatever else transformers and torch make of a model: people get a sentence, the log the trace.
            reason = f"The model {self._config.model_name} could not be loaded; the summarizer's log says why."
            if reason != self.status.reason:
                logger.exception("Loading failed")
            return reason

    def _on_bytes(self, done: int, total: int) -> None:
        if self._closed.is_set():
            raise ModelFilesError("The summarizer is shutting down.")
        self._advance(state="downloading", downloaded_bytes=done, total_bytes=total)

    def _on_step(self, step: str, fraction: float) -> None:
        self._advance(state="loading", step=f"{step}, {fraction:.0%}")

    def _advance(
        self,
        *,
        state: ModelState,
        step: str | None = None,
        downloaded_bytes: int | None = None,
        total_bytes: int | None = None,
    ) -> None:
        # The reason of the last failure stays until there is a new one: it is what the log compares with.
        self.status = LoaderStatus(
            state=state,
            reason=self.status.reason,
            step=step,
            downloaded_bytes=downloaded_bytes,
            total_bytes=total_bytes,
        )


def load_engine(
    config: ServingConfig,
    model_dir: Path,
    settings: ModelSettings,
    on_step: Callable[[str, float], None] = lambda step, fraction: None,
    on_fallback: Callable[[str], None] = lambda why: None,
) -> Engine:
    """Load the model in `model_dir` and warm it up with a real run.

    With `config.engine` "auto", T5 models run on the batched engine; their conversion is kept on disk. Others, and a T5
    that cannot be converted (no space left, say), run on transformers.

    Args:
        config: the settings.
        model_dir: a folder that `check_model_dir` found whole.
        settings: what `read_model_settings` says of that folder.
        on_step: told what goes on, and the fraction of it that is done.
        on_fallback: told in a sentence why a model runs on transformers other than was asked: slower, or not in int8.

    Raises:
        CheckpointError: the model's files cannot be used, or not by the engine that was chosen.
    """
    engine: Engine | None = None
    if config.engine != "transformers":
        engine = _load_t5_engine(config, model_dir, settings, on_step, on_fallback)
    if engine is None and config.engine == "onnxruntime":
        raise CheckpointError(f"onnxruntime cannot run {model_dir.name}. Leave out --engine, and transformers does.")
    engine = engine or _load_transformers_engine(config, model_dir, settings)
    params = replace(settings.params, max_length=8, min_length=0)
    engine.submit(WARM_UP_TEXT, params, stop=threading.Event()).result()
    return engine


def _load_t5_engine(
    config: ServingConfig,
    model_dir: Path,
    settings: ModelSettings,
    on_step: Callable[[str, float], None],
    on_fallback: Callable[[str], None],
) -> Engine | None:
    from serving.t5_onnx.convert import ConversionError, NoRoomError, ensure_converted, is_supported

    if not is_supported(model_dir):
        if config.precision == "int8":
            on_fallback(_WHY_NO_INT8)
        return None
    try:
        converted = ensure_converted(model_dir, precision=config.precision, on_progress=on_step)
    except (ConversionError, OSError) as error:
        logger.warning("The fast engine cannot be used, so transformers runs the model: %s", error)
        is_full = isinstance(error, NoRoomError) or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
        on_fallback(_WHY_SLOW_FULL if is_full else _WHY_SLOW)
        return None
    from serving.engine.engine import T5Engine

    return T5Engine(
        converted,
        num_threads=config.replica_cpus,
        max_running=config.max_running,
        default_params=settings.params,
        prefix=settings.prefix,
    )


def _load_transformers_engine(config: ServingConfig, model_dir: Path, settings: ModelSettings) -> Engine:
    from serving.engine.transformers_engine import TransformersEngine

    return TransformersEngine(
        model_dir, num_threads=config.replica_cpus, default_params=settings.params, prefix=settings.prefix
    )


def find_model_dir(config: ServingConfig, on_bytes: Callable[[int, int], None] = lambda done, total: None) -> Path:
    """Return the model's folder, downloading it first where it is not on this machine.

    Raises:
        ModelFilesError: it cannot be had.
    """
    local_dir = config.local_model_dir
    if local_dir is None:
        return find_in_cache(config.model) or download(config.model, on_bytes)
    check_model_dir(local_dir)
    return local_dir
