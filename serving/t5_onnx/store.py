"""Where converted models lie on disk, and how they get there whole.

A converted model is a directory `<name>-<precision>-<fingerprint>` under the cache directory. It is written
next to its final place and renamed when complete, under a file lock: a killed conversion leaves a `.partial`
directory that nobody reads, and two replicas convert once. `manifest.json` is written last and holds every
file's hash.
"""

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from filelock import FileLock

from serving.engine.interface import Precision
from serving.engine.model_shape import MANIFEST, ModelShape

# Part of every fingerprint: raise it whenever the graphs or the files change their meaning.
FORMAT_VERSION = 4
_PARTIAL = ".partial"
_WEIGHTS = ("*.safetensors", "*.bin")
_SETTINGS = ("*.json", "*.model")


def default_cache_dir() -> Path:
    """`$XDG_CACHE_HOME/nutshell/engine`, usually `~/.cache/nutshell/engine`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "nutshell" / "engine"


def fingerprint(model_dir: Path, precision: Precision) -> str:
    """Name what a conversion reads.

    Settings count by content; weights by name, size and time, since hashing them again at every start would
    double what `is_whole` costs.
    """
    digest = hashlib.sha256(f"{FORMAT_VERSION} {precision}".encode())
    for pattern in _SETTINGS:
        for path in sorted(model_dir.glob(pattern)):
            digest.update(path.name.encode() + path.read_bytes())
    for pattern in _WEIGHTS:
        for path in sorted(model_dir.glob(pattern)):
            status = path.stat()
            digest.update(f"{path.name} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def get_or_make(model_dir: Path, precision: Precision, cache_dir: Path, make: Callable[[Path], ModelShape]) -> Path:
    """Return the whole converted directory, calling `make(directory)` to fill it when there is none.

    A directory that lacks a file or holds a changed one is made again. Conversions of earlier states of the
    same model directory are deleted.
    """
    cache_dir.mkdir(parents=True, exist_ok=True)
    stem = f"{_model_name(model_dir)}-{precision}-"
    final = cache_dir / (stem + fingerprint(model_dir, precision))
    with FileLock(cache_dir / f"{stem.rstrip('-')}.lock"):
        if is_whole(final):
            return final
        partial = final.with_name(final.name + _PARTIAL)
        for path in (final, partial):
            shutil.rmtree(path, ignore_errors=True)
        partial.mkdir()
        try:
            _seal(partial, make(partial))
        except BaseException:
            # A full disk must not stay full of half a model.
            shutil.rmtree(partial, ignore_errors=True)
            raise
        partial.rename(final)
        for path in cache_dir.glob(stem + "*"):
            if path != final and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
    return final


def is_whole(directory: Path) -> bool:
    """Say whether every file of a converted directory still has the bytes it was written with."""
    try:
        hashes = json.loads((directory / MANIFEST).read_text())["sha256"]
        return bool(hashes) and _hash_files(directory) == hashes
    except (OSError, ValueError, LookupError, TypeError):
        return False


def cache_size_bytes(cache_dir: Path | None = None) -> int:
    """Return the bytes on disk of everything under the cache directory."""
    return sum(path.stat().st_size for path in (cache_dir or default_cache_dir()).rglob("*") if path.is_file())


def clean_cache(cache_dir: Path | None = None) -> None:
    """Delete every converted model. Engines that run keep theirs: they have the files mapped."""
    for path in (cache_dir or default_cache_dir()).glob("*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


def _model_name(model_dir: Path) -> str:
    """A directory name plus a hash of its place, since hub snapshots are all named by their commit."""
    place = hashlib.sha256(str(model_dir.resolve()).encode()).hexdigest()[:8]
    return f"{model_dir.resolve().name[:40]}-{place}"


def _seal(directory: Path, shape: ModelShape) -> None:
    manifest = {"shape": dataclasses.asdict(shape), "sha256": _hash_files(directory)}
    for path in directory.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())  # a power cut must not leave a manifest that is newer than its files
    (directory / MANIFEST).write_text(json.dumps(manifest, indent=1))


def _hash_files(directory: Path) -> dict[str, str]:
    def sha256(path: Path) -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    paths = sorted(path for path in directory.iterdir() if path.name != MANIFEST)
    with ThreadPoolExecutor() as pool:  # hashlib lets go of the interpreter lock
        return dict(zip((path.name for path in paths), pool.map(sha256, paths), strict=True))
