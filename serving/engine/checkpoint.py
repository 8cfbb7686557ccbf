"""Loads a published model whole, or says in one sentence what is wrong with it.

transformers fills weights that a checkpoint lacks with random numbers and warns; such a model writes nonsense.
"""

import logging
from collections.abc import Collection
from pathlib import Path
from typing import Any

from serving.engine.weight_files import find_weight_files, read_shapes

logger = logging.getLogger(__name__)

_OTHER_SHAPE = "have another shape than config.json says"


class CheckpointError(Exception):
    """The model's files cannot be used; the message is a sentence for people and says what to do next."""


def load_tokenizer(model_dir: Path) -> Any:
    """Return the tokenizer in `model_dir` as `AutoTokenizer` has it.

    Raises:
        CheckpointError: it cannot be read.
    """
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(model_dir)
    except Exception as error:  # what a library makes of a broken file is without number
        logger.exception("The tokenizer cannot be read")
        next_step = "Copy the whole model again."
        if not (model_dir / "tokenizer.json").exists():
            next_step = (
                "It is damaged, or of a kind that is read from a tokenizer.json only: take a copy with that file."
            )
        raise CheckpointError(f"The tokenizer in {model_dir.name} cannot be read. {next_step}") from error


def load_model(model_dir: Path) -> Any:
    """Return the sequence-to-sequence model in `model_dir`, in fp32, ready to generate.

    Raises:
        CheckpointError: its weights cannot be read, are not all there, have other shapes than config.json says, or
            are not all finite.
    """
    import torch
    from transformers import AutoModelForSeq2SeqLM

    try:
        _refuse(model_dir, _OTHER_SHAPE, _of_another_shape(model_dir))
        model, report = AutoModelForSeq2SeqLM.from_pretrained(
            model_dir, dtype=torch.float32, output_loading_info=True, ignore_mismatched_sizes=True
        )
    except CheckpointError:
        raise
    except Exception as error:
        logger.exception("The weights cannot be read")
        raise CheckpointError(
            f"The weights in {model_dir.name} cannot be read: the files are damaged, or no model of this kind. "
            "Copy the model again."
        ) from error
    _refuse(model_dir, "are missing", report["missing_keys"])
    # Those that stand in the files under another name, which only transformers translates.
    _refuse(model_dir, _OTHER_SHAPE, [key for key, *_ in report["mismatched_keys"]])
    weights = [*model.named_parameters(), *model.named_buffers()]
    _refuse(model_dir, "are not finite numbers", [key for key, tensor in weights if not torch.isfinite(tensor).all()])
    _complete(model)
    return model.eval()


def _of_another_shape(model_dir: Path) -> list[str]:
    """Names of weights that have not the shape that the model of config.json gives them; none is read for that."""
    import torch
    from transformers import AutoConfig, AutoModelForSeq2SeqLM

    with torch.device("meta"):
        wanted = AutoModelForSeq2SeqLM.from_config(AutoConfig.from_pretrained(model_dir)).state_dict()
    found = [item for file in find_weight_files(model_dir) for item in read_shapes(file).items()]
    return [name for name, shape in found if name in wanted and wanted[name].shape != shape]


def end_tokens(model: Any) -> set[int]:
    """Return the tokens that end a text."""
    eos = model.generation_config.eos_token_id
    return set(eos) if isinstance(eos, list) else {eos}


def _complete(model: Any) -> None:
    """Give an empty or partial generation_config.json what config.json knows, without which nothing is generated."""
    own = model.generation_config
    for name in ("decoder_start_token_id", "bos_token_id", "eos_token_id", "pad_token_id"):
        if getattr(own, name, None) is None:
            setattr(own, name, getattr(model.config, name, None))
    own.max_new_tokens = None  # would overrule a request's max_length


def _refuse(model_dir: Path, fault: str, keys: Collection[str]) -> None:
    if keys:
        raise CheckpointError(
            f"{len(keys)} of the weights in {model_dir.name} {fault} ({min(keys)}). Copy the model again."
        )
