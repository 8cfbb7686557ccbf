"""The tutorial's first step: a plain function that summarizes in this process, with the engine that Serve uses."""

import logging
import threading
from functools import lru_cache

from serving.config import DEFAULT_MAX_LENGTH_TOKENS, DEFAULT_MODEL, ServingConfig
from serving.engine.checkpoint import CheckpointError
from serving.engine.interface import Engine
from serving.model_files import ModelFilesError
from serving.model_settings import read_model_settings
from serving.schemas import Method, SummaryResponse
from serving.summarizer import SummaryTask, check_text, summarize_abstractive, summarize_extractive

logger = logging.getLogger("nutshell")


def summarize(
    text: str,
    max_length: int = DEFAULT_MAX_LENGTH_TOKENS,
    *,
    model: str = DEFAULT_MODEL,
    method: Method = "auto",
    tidy: bool = False,
) -> str:
    """Return a summary of `text`.

    The model is loaded at the first call and kept. Where it cannot be had, `auto` gives the article's key sentences
    and says so in the log.

    Args:
        text: the article.
        max_length: longest summary in tokens, as in `transformers.GenerationConfig`.
        model: Hugging Face model id, or a folder that holds a seq2seq model.
        method: "abstractive", "extractive", or "auto" for the best at hand.
        tidy: end in a whole sentence; otherwise the model's text is returned untouched.

    Raises:
        InvalidRequestError: the text holds no word.
        ModelFilesError, CheckpointError: `method` is "abstractive" and the model cannot be had or used.
    """
    task = SummaryTask(text=text, max_length=max_length, tidy=tidy)
    return summarize_task(task, model=model, method=method).summary


def summarize_task(task: SummaryTask, *, model: str, method: Method) -> SummaryResponse:
    """Like `summarize`, for everything that a task can ask and an answer can say."""
    config = ServingConfig(model=model)
    check_text(task.text)
    engine = None if method == "extractive" else _engine_or_none(config, must=method == "abstractive")
    if engine is None:
        return summarize_extractive(task)
    return summarize_abstractive(
        task,
        engine,
        model=config.model_name,
        max_length_tokens=max(config.max_length_tokens, task.max_length or 0),
        stop=threading.Event(),
    )


def _engine_or_none(config: ServingConfig, *, must: bool) -> Engine | None:
    try:
        return _load(config)
    except (ModelFilesError, CheckpointError) as error:
        if must:
            raise
        logger.warning("%s These are key sentences instead.", error)
        return None


@lru_cache(maxsize=1)
def _load(config: ServingConfig) -> Engine:
    from serving.model_loader import find_model_dir, load_engine

    model_dir = find_model_dir(config)
    return load_engine(config, model_dir, read_model_settings(model_dir, model_id=config.model))
