"""Converted models on disk: whole or absent, made once, rebuilt when they no longer fit."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from serving.engine.interface import GenerationParams
from serving.engine.model_shape import MANIFEST, ModelShape, load_shape
from serving.t5_onnx import store
from serving.t5_onnx.convert import ConversionError, ensure_converted, is_supported
from serving.t5_onnx.store import cache_size_bytes, clean_cache, default_cache_dir, get_or_make, is_whole
from tests.tiny_models import TinyT5, make_tiny_t5, never, words

SHAPE = ModelShape(
    precision="fp32", vocab_size=1, d_model=1, num_heads=1, head_size=1, num_decoder_layers=1,
    encoder_reach=1, num_ages=1, max_input_tokens=1, decoder_start_token_id=0, eos_token_id=1,
)  # fmt: skip


@pytest.fixture
def model_dir(tmp_path: Path) -> Path:
    """What the cache looks at in a model directory; no real model."""
    path = tmp_path / "model"
    path.mkdir()
    (path / "config.json").write_text("{}")
    (path / "model.safetensors").write_bytes(b"weights")
    return path


class Maker:
    """Stands for the conversion, and counts."""

    def __init__(self) -> None:
        self.num_calls = 0

    def __call__(self, directory: Path) -> ModelShape:
        self.num_calls += 1
        (directory / "decoder.bin").write_bytes(bytes(100_000))
        return SHAPE


def test_a_model_is_converted_once(model_dir: Path, tmp_path: Path) -> None:
    make = Maker()
    first = get_or_make(model_dir, "fp32", tmp_path / "cache", make)
    assert get_or_make(model_dir, "fp32", tmp_path / "cache", make) == first
    assert make.num_calls == 1
    assert load_shape(first) == SHAPE


def touch_weights(model_dir: Path, _: Path) -> None:
    (model_dir / "model.safetensors").write_bytes(b"other weights")


def change_config(model_dir: Path, _: Path) -> None:
    (model_dir / "config.json").write_text('{"a": 1}')


def cut_a_file(_: Path, converted: Path) -> None:
    os.truncate(converted / "decoder.bin", 99_999)


def flip_a_bit(_: Path, converted: Path) -> None:
    with (converted / "decoder.bin").open("r+b") as file:
        file.seek(50_000)
        file.write(b"\1")


def lose_a_file(_: Path, converted: Path) -> None:
    (converted / "decoder.bin").unlink()


def lose_the_manifest(_: Path, converted: Path) -> None:
    (converted / MANIFEST).unlink()


def garble_the_manifest(_: Path, converted: Path) -> None:
    (converted / MANIFEST).write_text("[]")


@pytest.mark.parametrize(
    "harm",
    [
        touch_weights,
        change_config,
        cut_a_file,
        flip_a_bit,
        lose_a_file,
        lose_the_manifest,
        garble_the_manifest,
    ],
)
def test_a_stale_or_corrupt_conversion_is_replaced(
    model_dir: Path, tmp_path: Path, harm: Callable[[Path, Path], None]
) -> None:
    make = Maker()
    first = get_or_make(model_dir, "fp32", tmp_path / "cache", make)
    harm(model_dir, first)
    second = get_or_make(model_dir, "fp32", tmp_path / "cache", make)
    assert make.num_calls == 2
    assert is_whole(second)
    assert [path for path in (tmp_path / "cache").iterdir() if path.is_dir()] == [second]


def test_a_new_format_version_converts_anew(model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    get_or_make(model_dir, "fp32", tmp_path / "cache", make)
    monkeypatch.setattr(store, "FORMAT_VERSION", store.FORMAT_VERSION + 1)
    get_or_make(model_dir, "fp32", tmp_path / "cache", make)
    assert make.num_calls == 2


def test_precisions_and_models_live_side_by_side(model_dir: Path, tmp_path: Path) -> None:
    twin = tmp_path / "elsewhere" / "model"
    twin.parent.mkdir()
    twin.mkdir()
    make = Maker()
    paths = {
        get_or_make(directory, precision, tmp_path / "cache", make)
        for directory in (model_dir, twin)
        for precision in ("fp32", "int8")
    }
    assert len(paths) == 4
    assert all(is_whole(path) for path in paths)


def test_a_failed_conversion_leaves_nothing_whole_and_the_next_one_succeeds(model_dir: Path, tmp_path: Path) -> None:
    def fail(directory: Path) -> ModelShape:
        Maker()(directory)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        get_or_make(model_dir, "fp32", tmp_path / "cache", fail)
    assert not any(is_whole(path) for path in (tmp_path / "cache").iterdir())
    assert is_whole(get_or_make(model_dir, "fp32", tmp_path / "cache", Maker()))


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of several processes, as nodes with one XDG_CACHE_HOME have it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared"))
    return default_cache_dir()


def convert_slowly(model_dir: Path, log: Path, step_s: float) -> None:
    def make(directory: Path) -> ModelShape:
        with log.open("a") as file:
            file.write(f"{os.getpid()}\n")
        shape = Maker()(directory)
        time.sleep(step_s)
        return shape

    get_or_make(model_dir, "fp32", default_cache_dir(), make)


@pytest.mark.slow
def test_processes_that_start_together_convert_once(model_dir: Path, shared: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=convert_slowly, args=(model_dir, log, 0.5)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(600)
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(log.read_text().split()) == 1


def test_a_killed_conversion_blocks_nobody_and_looks_whole_to_nobody(
    model_dir: Path, shared: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=convert_slowly, args=(model_dir, log, 600))
    process.start()
    while not (log.exists() and log.read_text()):
        time.sleep(0.01)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    assert not any(is_whole(path) for path in shared.iterdir())
    make = Maker()
    assert is_whole(get_or_make(model_dir, "fp32", shared, make))
    assert make.num_calls == 1


def test_size_and_clean(model_dir: Path, tmp_path: Path) -> None:
    assert cache_size_bytes(tmp_path / "cache") == 0
    converted = get_or_make(model_dir, "fp32", tmp_path / "cache", Maker())
    manifest_bytes = (converted / MANIFEST).stat().st_size
    assert cache_size_bytes(tmp_path / "cache") == 100_000 + manifest_bytes
    clean_cache(tmp_path / "cache")
    assert cache_size_bytes(tmp_path / "cache") == 0
    assert is_whole(get_or_make(model_dir, "fp32", tmp_path / "cache", Maker()))


@pytest.mark.slow
def test_a_real_model_is_converted_in_a_child_and_gives_transformers_tokens(tmp_path: Path) -> None:
    model = TinyT5.make(tmp_path / "one", seed=2)
    progress: list[float] = []
    converted = ensure_converted(
        model.model_dir, cache_dir=tmp_path / "two", on_progress=lambda _, fraction: progress.append(fraction)
    )
    assert progress[0] == 0
    assert progress == sorted(progress)
    assert progress[-1] == 1
    engine = TinyT5(model.model_dir, converted).engine()
    params = GenerationParams(max_length=12)
    generation = engine.submit(words(5, 6, 7), params, stop=never()).result()
    engine.close()
    assert generation.token_ids == model.expected([5, 6, 7], params)


@pytest.mark.slow
def test_a_failed_conversion_says_why_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model_dir = make_tiny_t5(tmp_path / "model")
    (tmp_path / "stubs").mkdir()
    (tmp_path / "stubs" / "onnx.py").write_text("raise ImportError('no such library here')")
    # The project itself comes first on the child's path, this before what is installed.
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "stubs"))
    with pytest.raises(ConversionError, match=r"converting model failed \(exit 1\): .*no such library here"):
        ensure_converted(model_dir, cache_dir=tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


@pytest.mark.slow
def test_a_child_whose_parent_died_ends_by_itself(tmp_path: Path) -> None:
    model_dir = make_tiny_t5(tmp_path / "model")
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-m", "serving.t5_onnx.convert", str(model_dir), str(out), "fp32"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout is not None
    child.stdout.close()
    assert child.wait(600) != 0


@pytest.mark.parametrize(
    ("config", "supported"),
    [
        pytest.param({"model_type": "t5"}, True, id="T5 v1.0"),
        pytest.param({"model_type": "t5", "feed_forward_proj": "gated-gelu"}, True, id="T5 v1.1"),
        pytest.param({"model_type": "mt5"}, True, id="mT5"),
        pytest.param({"model_type": "t5", "feed_forward_proj": "gated-silu"}, False, id="another activation"),
        pytest.param({"model_type": "t5", "eos_token_id": [1, 2]}, False, id="several end tokens"),
        pytest.param({"model_type": "bart"}, False, id="BART"),
        pytest.param({}, False, id="no model type"),
    ],
)
def test_is_supported(tmp_path: Path, config: dict[str, object], supported: bool) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert is_supported(tmp_path) == supported


@pytest.mark.parametrize(("eos", "supported"), [(1, True), ([1], True), ([1, 2], False), (None, True)])
def test_the_generation_config_has_the_last_word_on_end_tokens(tmp_path: Path, eos: object, supported: bool) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "t5", "eos_token_id": 1}')
    (tmp_path / "generation_config.json").write_text(json.dumps({"eos_token_id": eos}))
    assert is_supported(tmp_path) == supported


def test_a_directory_without_config_is_not_supported(tmp_path: Path) -> None:
    assert not is_supported(tmp_path)
