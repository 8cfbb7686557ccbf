"""A model on the Hugging Face hub: is it in the cache, and how it gets there.

`HF_HOME`, `HF_TOKEN`, `HF_ENDPOINT` and `HF_HUB_OFFLINE` are honoured by huggingface_hub itself.
"""

import hashlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock

from serving.model_files import ModelFilesError, check_model_dir

OnBytes = Callable[[int, int], None]
"""Called with (bytes done, bytes in all) while a download goes on."""

_SHA256_DIGITS = 64


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
    """Fetch the model into the Hugging Face cache, going on where an earlier attempt ended, and return its folder.

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
        _fetch_weights(model_id, wanted, on_bytes)
        path = Path(snapshot_download(model_id, allow_patterns=list(wanted)))
        on_bytes(sum(wanted.values()), sum(wanted.values()))
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


def _fetch_weights(model_id: str, wanted: dict[str, int], on_bytes: OnBytes) -> None:
    """Put the weights among the `wanted` files into the cache, from where the rest of huggingface_hub takes them.

    Since 1.22 its own downloads begin at zero again after a restart, as their unfinished files have random names.
    """
    from huggingface_hub import HfApi, constants, get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import http_get, repo_folder_name

    blobs = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=model_id, repo_type="model") / "blobs"
    num_done_bytes, num_bytes = 0, sum(wanted.values())
    for name in filter(_is_weights, wanted):
        url, headers = hf_hub_url(model_id, name), HfApi()._build_hf_headers()
        file = get_hf_file_metadata(url)
        if file.etag is None or (blobs / file.etag).exists():
            num_done_bytes += wanted[name]
            continue
        if urlsplit(file.location).netloc != urlsplit(url).netloc:
            headers.pop("authorization", None)  # the token is for the hub, not for where it keeps its files
        blobs.mkdir(parents=True, exist_ok=True)
        unfinished = blobs / f"{file.etag}.nutshell"
        with FileLock(f"{unfinished}.lock"), unfinished.open("ab") as stream:
            http_get(
                file.location,
                stream,
                resume_size=stream.tell(),
                headers=headers,
                expected_size=file.size,
                tqdm_class=_progress_class(partial(_report, on_bytes, num_done_bytes, num_bytes)),
            )
            _check_hash(unfinished, file.etag)
            unfinished.rename(blobs / file.etag)
        num_done_bytes += wanted[name]


def _report(on_bytes: OnBytes, num_before: int, num_bytes: int, num_done: int) -> None:
    on_bytes(num_before + num_done, num_bytes)


def _is_weights(name: str) -> bool:
    return name.endswith((".safetensors", ".bin"))


def _check_hash(unfinished: Path, etag: str) -> None:
    """Compare with the hash that the hub calls a large file by; what came in two pieces may not fit together."""
    if len(etag) != _SHA256_DIGITS:
        return
    with unfinished.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() == etag:
            return
    unfinished.unlink()
    raise ModelFilesError("The model was damaged on its way here; it is fetched anew.")


def _progress_class(on_bytes: Callable[[int], None]) -> type:
    """A stand-in for tqdm that hands the bytes of one file, those of earlier attempts included, to `on_bytes`."""

    class ByteProgress:
        def __init__(self, *_: Any, initial: int = 0, **__: Any) -> None:
            self._num_bytes = initial

        def update(self, n: float | None = 1) -> None:
            self._num_bytes += int(n or 0)
            on_bytes(self._num_bytes)

        def __enter__(self) -> "ByteProgress":
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def close(self) -> None:
            pass

    return ByteProgress
