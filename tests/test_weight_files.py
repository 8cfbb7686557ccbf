"""What a file of weights says of itself is read without torch, and a cut or wrong file is told from a whole one."""

import os
import pickle
import random
import zipfile
from collections import OrderedDict
from pathlib import Path

import pytest

from serving.engine.weight_files import DamagedError, IncompleteError, read_shapes

SHAPES = {"shared.weight": (3, 4), "half": (7,), "a row of another": (2,), "no number": (), "parameter": (5, 1, 2)}


def save(path: Path, layout: str) -> Path:
    import torch
    from safetensors.torch import save_file

    table = {
        "shared.weight": torch.zeros(3, 4),
        "half": torch.zeros(7).half(),
        "a row of another": torch.zeros(2, 2)[1],
        "no number": torch.tensor(4, dtype=torch.int64),
    }
    if layout == "safetensors":
        save_file({**table, "parameter": torch.ones(5, 1, 2)}, path, {"format": "pt"})
        return path
    of_a_module = OrderedDict(table, parameter=torch.nn.Parameter(torch.ones(5, 1, 2)))
    of_a_module._metadata = {"": {"version": 1}}  # type: ignore[attr-defined]
    torch.save(of_a_module, path, _use_new_zipfile_serialization=layout == "zip")
    return path


@pytest.fixture(scope="module", params=["safetensors", "zip", "pickle of 2020"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    return save(folder / ("w.safetensors" if request.param == "safetensors" else "w.bin"), request.param)


def test_shapes_are_read_without_the_weights(file: Path) -> None:
    assert read_shapes(file) == SHAPES


def test_a_file_that_is_cut_anywhere_is_told(file: Path, tmp_path: Path) -> None:
    whole, cut = file.read_bytes(), tmp_path / file.name
    for num_bytes in {0, 1, 2, 7, 8, len(whole) - 1, *range(0, len(whole), 13)}:
        cut.write_bytes(whole[:num_bytes])
        with pytest.raises(IncompleteError):
            read_shapes(cut)


def test_a_file_with_wrong_bytes_is_read_or_told(file: Path, tmp_path: Path) -> None:
    rng, whole, damaged = random.Random(0), file.read_bytes(), tmp_path / file.name
    for _ in range(200):
        content = bytearray(whole)
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        damaged.write_bytes(content)
        try:
            read_shapes(damaged)
        except (IncompleteError, DamagedError):
            continue


def test_an_archive_of_something_else_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "w.bin", "w") as archive:
        archive.writestr("archive/readme.txt", "no table")
    with pytest.raises(DamagedError):
        read_shapes(tmp_path / "w.bin")


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("done",)


@pytest.mark.parametrize(
    "content",
    [
        b"<html>404 Not Found</html>",
        b"these are no weights",
        bytes(500),
        pickle.dumps({"shared.weight": [1.0, 2.0]}),
        pickle.dumps(0x1950A86A20F9469CFC6C) + b"and then something else" * 9,
    ],
    ids=["an error page", "a sentence", "zeros", "a pickle of another kind", "a right start"],
)
def test_what_is_no_file_of_weights_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.bin").write_bytes(content)
    with pytest.raises(DamagedError):
        read_shapes(tmp_path / "w.bin")


def test_nothing_that_a_file_names_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.bin").write_bytes(pickle.dumps(_Evil()))
    assert read_shapes(tmp_path / "w.bin") == {}
    assert not (tmp_path / "done").exists()
