"""Where a model's files are: in a folder, in the Hugging Face cache, or still on the hub.

Nothing here imports torch or transformers, so that a wrong `--model` is answered at once.
"""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

OnBytes = Callable[[int, int], None]
"""Called with (bytes done, bytes in all) while a download goes on."""

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
    if config.get("quantization_config"):
        raise ModelFilesError(
            f"The weights in {path} are quantized, which Nutshell cannot run. Take the model in full precision."
        )
    if not (config.get("is_encoder_decoder") or _names_seq2seq(config)):
        kind = config.get("model_type", "unknown")
        raise ModelFilesError(
            f"The model in {path} (type: {kind}) is not a sequence-to-sequence model. "
            "Choose one that summarizes, such as a T5, BART or Pegasus."
        )
    if not any((path / name).exists() for name in _TOKENIZER_FILES):
        raise ModelFilesError(f"{path} has no tokenizer (tokenizer.json or spiece.model). Copy the whole model folder.")
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
    with file.open("rb") as stream:
        if stream.read(len(_POINTER)) == _POINTER:
            raise ModelFilesError(f"{file} only points to the weights. Fetch them with 'git lfs pull'.")
    if file.suffix == ".safetensors":
        promised = _promised_safetensors_bytes(file)
        if promised != file.stat().st_size:
            raise ModelFilesError(f"{file} is incomplete. {again}")
    elif file.stat().st_size == 0 or (_starts_as_zip(file) and not zipfile.is_zipfile(file)):
        raise ModelFilesError(f"{file} is incomplete. {again}")


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


def find_in_cache(model_id: str) -> Path | None:
    """Return the model's folder in the Hugging Face cache (`HF_HOME`), or None where it is not whole."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        # Asked for one file only: huggingface_hub calls a snapshot without the README incomplete.
        path = Path(snapshot_download(model_id, local_files_only=True, allow_patterns=["config.json"]))
        check_model_dir(path)
    except (LocalEntryNotFoundError, ModelFilesError):
        return None
    return path


def download(model_id: str, on_bytes: OnBytes) -> Path:
    """Fetch the model into the Hugging Face cache, resuming what was begun, and return its folder.

    `HF_HOME`, `HF_TOKEN`, `HF_ENDPOINT` and `HF_HUB_OFFLINE` are honoured by huggingface_hub itself.

    Raises:
        ModelFilesError: it cannot be had; the message says why in plain words.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        files = HfApi().model_info(model_id, files_metadata=True).siblings or []
        wanted = _files_to_fetch({file.rfilename: file.size or 0 for file in files})
        path = Path(
            snapshot_download(
                model_id,
                allow_patterns=list(wanted),
                tqdm_class=_progress_class(sum(wanted.values()), on_bytes),
            )
        )
    except OfflineModeIsEnabled as error:
        raise ModelFilesError(
            f"The model {model_id} is not on this machine, and HF_HUB_OFFLINE forbids fetching it."
        ) from error
    except GatedRepoError as error:
        raise ModelFilesError(
            f"The model {model_id} asks for permission first; set HF_TOKEN to a token that has it."
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelFilesError(
            f"The model hub knows no model {model_id}, or it is private. Check --model, or set HF_TOKEN."
        ) from error
    except LocalEntryNotFoundError as error:
        raise ModelFilesError(_no_hub(model_id)) from error
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "an error")
        raise ModelFilesError(f"The model hub answered {status} when asked for {model_id}.") from error
    except OSError as error:
        raise ModelFilesError(f"The model {model_id} could not be saved: {error.strerror or error}.") from error
    except Exception as error:
        # The hub's client lets its HTTP library's own exceptions through, and which library that is changes
        # between its versions; any of them means that the hub was not reached.
        if type(error).__module__.split(".")[0] in {"httpx", "httpx2", "httpcore", "httpcore2", "requests"}:
            raise ModelFilesError(_no_hub(model_id)) from error
        raise
    check_model_dir(path)
    return path


def _no_hub(model_id: str) -> str:
    endpoint = os.environ.get("HF_ENDPOINT")
    return f"The model {model_id} is not on this machine, and {endpoint or 'the model hub'} cannot be reached."


def _files_to_fetch(sizes: dict[str, int]) -> dict[str, int]:
    """Of a repository's files, the ones that transformers loads: one weight format, no other framework's."""
    has_safetensors = any(name.startswith("model") and name.endswith(".safetensors") for name in sizes)
    weights = ("model", ".safetensors") if has_safetensors else ("pytorch_model", ".bin")
    return {
        name: size
        for name, size in sizes.items()
        if "/" not in name
        and (
            name.endswith((".json", ".model", ".spm"))
            or name in {"vocab.txt", "merges.txt"}
            or (name.startswith(weights[0]) and name.endswith(weights[1]))
        )
    }


def _progress_class(total_bytes: int, on_bytes: OnBytes) -> type:
    """A stand-in for tqdm that hands the bytes of all files, as one sum, to `on_bytes`.

    `snapshot_download` makes several bars of one class: one that counts files, one for bytes that came over the
    network, one for bytes written. They are told apart by unit and by the larger count, which no wording of the
    bars' descriptions can break.
    """
    done: dict[int, int] = {}

    class ByteProgress:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.total = kwargs.get("total")
            self.n = kwargs.get("initial") or 0
            self._counts_bytes = kwargs.get("unit") == "B"
            self._iterable = args[0] if args else kwargs.get("iterable", ())

        def update(self, n: float | None = 1) -> None:
            self.n += int(n or 0)
            if self._counts_bytes:
                done[id(self)] = self.n
                on_bytes(min(max(done.values()), total_bytes), total_bytes)

        def __iter__(self) -> Any:
            return iter(self._iterable)

        def __enter__(self) -> "ByteProgress":
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def __getattr__(self, name: str) -> Callable[..., None]:
            # Drawing calls of tqdm (refresh, close, set_postfix_str, ...) draw nothing here.
            if name.startswith("__"):
                raise AttributeError(name)
            return lambda *args, **kwargs: None

    return ByteProgress
