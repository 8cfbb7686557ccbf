"""Which prefix and decoding settings a model wants: its own where its files state them, else the tutorial's."""

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from serving.engine.interface import GenerationParams

TUTORIAL_MODEL = "mrm8488/t5-base-finetuned-summarize-news"

TUTORIAL_PARAMS = GenerationParams()

_TRANSFORMERS_PARAMS = GenerationParams(
    max_length=TUTORIAL_PARAMS.max_length, num_beams=1, repetition_penalty=1.0, early_stopping=False
)
"""What `transformers.GenerationConfig` means by a setting that a file does not state."""


_MULTILINGUAL_TYPES = {"mt5", "umt5", "mbart", "m2m_100", "nllb-moe"}


@dataclass(frozen=True)
class ModelSettings:
    """What a model wants beside its weights: text before every article, and how to decode.

    `is_multilingual` says that it was trained on many languages; other models write English.
    """

    prefix: str
    params: GenerationParams
    is_multilingual: bool = False


def read_model_settings(model_dir: Path, *, model_id: str) -> ModelSettings:
    """Return the prefix and decoding settings for the model in `model_dir`.

    The tutorial's model is run as in the tutorial: its config still carries T5's original `task_specific_params`,
    with a prefix that it was not fine-tuned with. A copy of it in a folder of the same name counts as that model.
    Other models: `task_specific_params.summarization` of config.json, over generation_config.json. Where neither
    states a single decoding setting, the tutorial's are used. `max_length` stays with the request.
    """
    if TUTORIAL_MODEL in (model_id, f"mrm8488/{Path(model_id).name}"):
        return ModelSettings(prefix="", params=TUTORIAL_PARAMS)
    config = _read_json(model_dir / "config.json")
    stated = {**config, **_read_json(model_dir / "generation_config.json")}
    task = (config.get("task_specific_params") or {}).get("summarization") or {}
    names = {field.name for field in fields(GenerationParams)} - {"max_length"}
    found = {name: value for name, value in {**stated, **task}.items() if name in names and value is not None}
    params = replace(_TRANSFORMERS_PARAMS, **_typed(found)) if found else TUTORIAL_PARAMS
    return ModelSettings(
        prefix=str(task.get("prefix") or config.get("prefix") or ""),
        params=params,
        is_multilingual=config.get("model_type") in _MULTILINGUAL_TYPES,
    )


def _typed(found: dict[str, Any]) -> dict[str, Any]:
    # `early_stopping` may also be the string "never" in transformers; the engines know True and False.
    return {name: value is True if name == "early_stopping" else value for name, value in found.items()}


def _read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
