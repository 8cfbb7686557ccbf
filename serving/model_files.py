"""Whether a folder holds a whole model.

Nothing here imports torch or transformers, so that a wrong `--model` is answered at once.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

_TOKENIZER_FILES = (
    "tokenizer.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "source.spm",
    "vocab.json",
    "vocab.txt",
)
_WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
_POINTER = b"version https://git-lfs."
"""What git leaves in a large file's place where its LFS part is not installed."""


class ModelFilesError(Exception):
    """The model's files are not usable; the message is a plain sentence that says what to do next."""


def check_model_dir(path: Path) -> None:
    """Check that `path` holds one whole seq2seq model.

    Looks at names, sizes and headers only: a truncated download shows in the length that a safetensors header
    promises, and in the zip directory at the end of a `.bin`.

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
    for single in _WEIGHT_FILES:
        index = path / f"{single}.index.json"
        if (path / single).exists():
            _check_weight_file(path / single)
            return
        if index.exists():
            try:
                shards = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
            except (ValueError, KeyError, AttributeError) as error:
                raise ModelFilesError(f"{index} cannot be read. Copy the model again.") from error
            for shard in sorted(shards):
                _check_weight_file(path / shard)
            return
    raise ModelFilesError(
        f"{path} has no weights (model.safetensors or pytorch_model.bin). "
        "The download may have stopped half-way; run it again."
    )


def _check_weight_file(file: Path) -> None:
    again = "The download may have stopped half-way; run it again."
    if not file.exists():
        raise ModelFilesError(f"{file} is missing. {again}")
    _check_no_pointer(file, "the weights")
    if file.suffix == ".safetensors":
        promised = _promised_safetensors_bytes(file)
        if promised != file.stat().st_size:
            raise ModelFilesError(f"{file} is incomplete. {again}")
    elif file.stat().st_size == 0 or (_starts_as_zip(file) and not zipfile.is_zipfile(file)):
        raise ModelFilesError(f"{file} is incomplete. {again}")


def _check_no_pointer(file: Path, what: str) -> None:
    with file.open("rb") as stream:
        if stream.read(len(_POINTER)) == _POINTER:
            raise ModelFilesError(f"{file} only points to {what}. Fetch the files with 'git lfs pull'.")


def _promised_safetensors_bytes(file: Path) -> int | None:
    """Length that the header promises (https://github.com/huggingface/safetensors#format), or None if it is cut."""
    with file.open("rb") as stream:
        num_header_bytes = int.from_bytes(stream.read(8), "little")
        if not 2 <= num_header_bytes <= file.stat().st_size:
            return None
        try:
            header = json.loads(stream.read(num_header_bytes))
            ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        except (ValueError, KeyError, AttributeError, TypeError, IndexError):
            return None
    return 8 + num_header_bytes + max(ends, default=0)


def _starts_as_zip(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(2) == b"PK"
