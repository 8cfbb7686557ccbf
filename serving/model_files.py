"""Whether a folder holds a whole model.

Nothing here imports torch or transformers, so that a wrong `--model` is answered at once.
"""

import json
from pathlib import Path
from typing import Any

from serving.engine.weight_files import DamagedError, IncompleteError, find_weight_files, read_shapes

_TOKENIZER_FILES = (
    "tokenizer.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "source.spm",
    "vocab.json",
    "vocab.txt",
)
_AGAIN = "The download may have stopped half-way; run it again."
_POINTER = b"version https://git-lfs."
"""What git leaves in a large file's place where its LFS part is not installed."""


class ModelFilesError(Exception):
    """The model's files are not usable; the message is a plain sentence that says what to do next."""


def check_model_dir(path: Path) -> None:
    """Check that `path` holds one whole seq2seq model.

    Looks at names, sizes and headers only: a truncated download shows in the length that its tensors need.

    Raises:
        ModelFilesError: it does not; the message says what is missing and what to do.
    """
    if not path.exists():
        raise ModelFilesError(f"There is no model folder {path}. Check the path given with --model.")
    if not path.is_dir():
        raise ModelFilesError(f"{path} is a file. --model takes the folder that holds config.json and the weights.")
    config = _read_config(path)
    if config.get("quantization_config") or (path / "quantize_config.json").exists():  # the second is GPTQ's, of 2023
        raise ModelFilesError(
            f"The weights in {path} are quantized, which Nutshell cannot run. Take the model in full precision."
        )
    if not (config.get("is_encoder_decoder") or _names_seq2seq(config)):
        kind = config.get("model_type", "unknown")
        raise ModelFilesError(
            f"The model in {path} (type: {kind}) is not a sequence-to-sequence model. "
            "Choose one that summarizes, such as a T5, BART or Pegasus."
        )
    tokenizer_files = [path / name for name in _TOKENIZER_FILES if (path / name).exists()]
    if not tokenizer_files:
        raise ModelFilesError(f"{path} has no tokenizer (tokenizer.json or spiece.model). Copy the whole model folder.")
    for file in tokenizer_files:
        _check_no_pointer(file, "the tokenizer")
    _check_weights(path)


def _read_config(path: Path) -> dict[str, Any]:
    file = path / "config.json"
    if not file.exists():
        raise ModelFilesError(f"{path} holds no config.json, so it is not a model folder. Copy the whole model folder.")
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ModelFilesError(f"{file} cannot be read as JSON. Copy the model again.") from error
    if not isinstance(config, dict):
        raise ModelFilesError(f"{file} is not a model's configuration. Copy the model again.")
    return config


def _names_seq2seq(config: dict[str, Any]) -> bool:
    # Old T5 configurations do not say is_encoder_decoder; their class names do.
    names = config.get("architectures") or []
    return config.get("model_type") in {"t5", "mt5"} or any(
        str(name).endswith("ForConditionalGeneration") for name in names
    )


def _check_weights(path: Path) -> None:
    try:
        files = find_weight_files(path)
    except DamagedError as error:
        raise ModelFilesError(f"{error} cannot be read. Copy the model again.") from error
    if not files:
        raise ModelFilesError(f"{path} has no weights (model.safetensors or pytorch_model.bin). {_AGAIN}")
    for file in files:
        _check_weight_file(file)


def _check_weight_file(file: Path) -> None:
    if not file.exists():
        raise ModelFilesError(f"{file} is missing. {_AGAIN}")
    _check_no_pointer(file, "the weights")
    try:
        read_shapes(file)
    except IncompleteError as error:
        raise ModelFilesError(f"{file} is incomplete. {_AGAIN}") from error
    except DamagedError as error:
        raise ModelFilesError(f"{file} is damaged, or holds no weights. Copy the model again.") from error


def _check_no_pointer(file: Path, what: str) -> None:
    with file.open("rb") as stream:
        if stream.read(len(_POINTER)) == _POINTER:
            raise ModelFilesError(f"{file} only points to {what}. Fetch the files with 'git lfs pull'.")
