"""Which prefix and decoding settings a model wants: its own where its files state them, else the tutorial's."""

import json
import math
import re
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from serving.engine.checkpoint import CheckpointError
from serving.engine.interface import GenerationParams

TUTORIAL_MODEL = "mrm8488/t5-base-finetuned-summarize-news"

TUTORIAL_PARAMS = GenerationParams()

SettingsChoice = Literal["auto", "tutorial", "model"]

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


def read_model_settings(model_dir: Path, *, model_id: str, choice: SettingsChoice = "auto") -> ModelSettings:
    """Return the prefix and decoding settings for the model in `model_dir`.

    The tutorial's model is run as in the tutorial: its config still carries T5's original `task_specific_params`,
    with a prefix that it was not fine-tuned with. Other models: `task_specific_params.summarization` of config.json,
    over generation_config.json. Where neither states a single decoding setting, the tutorial's are used. `max_length`
    stays with the request.

    Args:
        model_dir: a model's folder.
        model_id: what the user calls the model.
        choice: whether the model's own settings are meant, the tutorial's, or ("auto") the tutorial's for its model.

    Raises:
        CheckpointError: the files ask for what cannot be done.
    """
    config = _read_json(model_dir / "config.json")
    is_multilingual = config.get("model_type") in _MULTILINGUAL_TYPES
    if choice == "tutorial" or (choice == "auto" and _is_tutorial_model(model_dir, model_id, config)):
        return ModelSettings(prefix="", params=TUTORIAL_PARAMS, is_multilingual=is_multilingual)
    stated = {**config, **_read_json(model_dir / "generation_config.json")}
    task = (config.get("task_specific_params") or {}).get("summarization") or {}
    kinds = {field.name: type(field.default) for field in fields(GenerationParams) if field.name != "max_length"}
    found = {name: value for name, value in {**stated, **task}.items() if name in kinds and value is not None}
    params = TUTORIAL_PARAMS
    try:
        if found:
            params = replace(_TRANSFORMERS_PARAMS, **{name: _typed(kinds[name], found[name]) for name in found})
        params.check()
    except (TypeError, ValueError) as error:
        raise CheckpointError(
            f"The decoding settings in {model_dir.name} cannot be used ({error}). "
            "Correct its config.json and generation_config.json, or start with --settings tutorial."
        ) from error
    return ModelSettings(str(task.get("prefix") or config.get("prefix") or ""), params, is_multilingual)


def _is_tutorial_model(model_dir: Path, model_id: str, config: dict[str, Any]) -> bool:
    """Whether the folder is named like the tutorial's model, or says that it is a copy of it."""
    if TUTORIAL_MODEL in (model_id, f"mrm8488/{Path(model_id).name}", config.get("_name_or_path")):
        return True
    if f"models--{TUTORIAL_MODEL.replace('/', '--')}" in model_dir.resolve().parts:  # a hub cache, wherever it is
        return True
    card = model_dir / "README.md"
    # Cards of models made from it name it too, but load another one.
    loaded = re.findall(
        r"""from_pretrained\(["']([^"']+)""", card.read_text("utf-8", "replace") if card.exists() else ""
    )
    return set(loaded) == {TUTORIAL_MODEL}


def _typed(kind: type, value: Any) -> Any:
    """Published files have "4" and 4.0 for 4.

    Raises:
        ValueError, TypeError: it is no such number.
    """
    if kind is bool:  # `early_stopping` may also be the string "never" in transformers; the engines know True and False
        return value is True
    number = math.nan if isinstance(value, bool) else float(value)
    if not math.isfinite(number) or (kind is int and number % 1):
        raise ValueError(f"{value!r} is no number of this kind")
    return kind(number)


def _read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object, with `task_specific_params` that can be read, or an empty one where there is no file."""
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise CheckpointError(f"{path.name} in {path.parent.name} cannot be read as JSON. Copy it again.") from error
    tables = [content, content.get("task_specific_params") or {}] if isinstance(content, dict) else [content]
    if isinstance(tables[-1], dict):
        tables.append(tables[-1].get("summarization") or {})
    if not all(isinstance(table, dict) for table in tables):
        raise CheckpointError(
            f"{path.name} in {path.parent.name} has a text or a list where settings should be. Copy it again."
        )
    return dict(content)
