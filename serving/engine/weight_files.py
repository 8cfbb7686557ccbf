"""What a file of weights says of itself, read without the weights: the tensors' names and shapes, and its own length.

Nothing here imports torch, and nothing that a file names is imported or called.
"""

import json
import os
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

Shapes = dict[str, tuple[int, ...]]

_OLD_MAGIC = 0x1950A86A20F9469CFC6C
"""What `torch.save` of 2020 and before wrote first."""

_STORAGE_BYTES = {
    "DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4,
    "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1,
}  # fmt: skip


class IncompleteError(Exception):
    """The file ends before its weights do."""


class DamagedError(Exception):
    """The file is damaged, or of another kind."""


class _UnknownError(pickle.UnpicklingError):
    """The file names what no plain table of tensors has; whether it can be read is for torch to say."""


def find_weight_files(model_dir: Path) -> list[Path]:
    """Return the files that transformers takes the weights from, whether they exist or not; none if it finds none.

    Raises:
        DamagedError: the list of several files cannot be read; the message is its path.
    """
    for name in ("model.safetensors", "pytorch_model.bin"):
        single, index = model_dir / name, model_dir / f"{name}.index.json"
        if single.exists():
            return [single]
        if index.exists():
            try:
                names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
                return sorted(model_dir / name for name in names)
            except (ValueError, KeyError, AttributeError, TypeError) as error:
                raise DamagedError(index) from error
    return []


def read_shapes(file: Path) -> Shapes:
    """Return the tensors' shapes by name, of a `.safetensors` file or of a `.bin` of torch's, of either format.

    Empty where the file holds more than a plain table of tensors.

    Raises:
        IncompleteError, DamagedError: see there.
    """
    with file.open("rb") as stream:
        if file.suffix == ".safetensors":
            return _of_safetensors(stream)
        is_zip = stream.read(2) == b"PK"
        stream.seek(0)
        try:
            return _of_zip(stream) if is_zip else _of_old_format(stream)
        except EOFError:
            raise IncompleteError from None
        except _UnknownError:
            return {}
        except _UNPICKLING_ERRORS as error:
            if not is_zip and stream.tell() == _num_bytes(stream):
                raise IncompleteError from error
            raise DamagedError from error


def _num_bytes(stream: IO[bytes]) -> int:
    return os.fstat(stream.fileno()).st_size


def _of_safetensors(stream: IO[bytes]) -> Shapes:
    """See https://github.com/huggingface/safetensors#format."""
    num_header_bytes = int.from_bytes(stream.read(8), "little")
    if not 2 <= num_header_bytes <= _num_bytes(stream):
        raise IncompleteError
    try:
        tensors = json.loads(stream.read(num_header_bytes))
        tensors.pop("__metadata__", None)
        ends = [int(entry["data_offsets"][1]) for entry in tensors.values()]
        shapes = {name: tuple(entry["shape"]) for name, entry in tensors.items()}
    except (ValueError, KeyError, AttributeError, TypeError, IndexError):
        raise IncompleteError from None
    if _num_bytes(stream) != 8 + num_header_bytes + max(ends, default=0):
        raise IncompleteError
    return shapes


def _of_zip(stream: IO[bytes]) -> Shapes:
    try:
        with zipfile.ZipFile(stream) as archive:
            name = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
            if name is None:
                raise DamagedError
            with archive.open(name) as table:
                return _shapes(_Unpickler(table).load())
    except zipfile.BadZipFile:  # its directory stands at its end
        raise IncompleteError from None


def _of_old_format(stream: IO[bytes]) -> Shapes:
    """Magic number, protocol, machine, table, the storages' keys; then of each storage its length and data."""
    if _Unpickler(stream).load() != _OLD_MAGIC:
        raise DamagedError
    for _ in ("protocol", "machine"):
        _Unpickler(stream).load()
    unpickler = _Unpickler(stream)
    table = unpickler.load()
    keys = _Unpickler(stream).load()
    if _num_bytes(stream) < stream.tell() + sum(8 + unpickler.storage_bytes[key] for key in keys):
        raise IncompleteError
    return _shapes(table)


def _shapes(table: Any) -> Shapes:
    entries = table.items() if isinstance(table, dict) else ()
    return {name: value.shape for name, value in entries if isinstance(value, _Tensor)}


@dataclass(frozen=True)
class _Tensor:
    shape: tuple[int, ...]


def _tensor(_storage: Any, _offset: int, size: tuple[int, ...], *_rest: Any) -> _Tensor:
    return _Tensor(tuple(size))


def _parameter(data: Any, *_rest: Any) -> Any:
    return data


_KNOWN: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "collections.OrderedDict": OrderedDict,
}

# What the unpickler raises where there is no pickle, see its documentation, and zipfile where bytes are wrong.
_UNPICKLING_ERRORS = (
    pickle.UnpicklingError, AttributeError, ImportError, IndexError, KeyError, MemoryError, OverflowError, TypeError,
    ValueError, RuntimeError, OSError,
)  # fmt: skip


class _Unpickler(pickle.Unpickler):
    """Knows the few names that a table of tensors is made of, and refuses all others."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self.storage_bytes: dict[str, int] = {}

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _STORAGE_BYTES:
            return name
        try:
            return _KNOWN[f"{module}.{name}"]
        except KeyError:
            raise _UnknownError(f"{module}.{name}") from None

    def persistent_load(self, pid: Any) -> None:
        if pid[0] != "storage":
            raise _UnknownError
        _, kind, key, _, num_elements, *_ = pid
        self.storage_bytes[key] = _STORAGE_BYTES[kind] * num_elements
