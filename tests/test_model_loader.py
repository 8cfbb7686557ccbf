"""The model arrives by itself: states in order, failures in words, another try without a restart."""

import errno
import shutil
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from serving.config import ServingConfig
from serving.model_loader import ModelLoader
from serving.t5_onnx import convert
from serving.t5_onnx.convert import ConversionError, NoRoomError
from tests.running_app import wait_until
from tests.tiny_models import make_tiny_bart, make_tiny_t5


def wait_for(condition):
    wait_until(condition, timeout_s=600, what="the loader gets there")


@pytest.fixture
def start(request):
    def start(model: Path, *, engine="auto", precision="fp32", **options) -> ModelLoader:
        config = ServingConfig(model=str(model), num_threads=1, engine=engine, precision=precision)
        loader = ModelLoader(config, **options)
        request.addfinalizer(loader.close)
        loader.start()
        return loader

    return start


@pytest.mark.slow
def test_failed_then_ready_when_the_files_appear(start, tiny_t5, converting_here, tmp_path, caplog):
    model = tmp_path / "late"
    loader = start(model, first_pause_s=0.05)
    wait_for(lambda: loader.status.state == "failed")
    assert "no model folder" in loader.status.reason
    assert loader.engine is None
    wait_for(lambda: loader.status.state == "failed" and loader.status.retry_in_s() == 0)
    staged = shutil.copytree(tiny_t5, tmp_path / "staged")
    Path(staged).rename(model)
    wait_for(lambda: loader.status.state == "ready")
    assert loader.engine is not None


def test_same_reason_is_logged_once_and_pauses_grow(start, tmp_path, caplog):
    loader = start(tmp_path / "never", first_pause_s=0.01)
    wait_for(lambda: (loader.status.retry_in_s() or 0) >= 0.1)  # ten times the first
    assert len([record for record in caplog.records if "No model yet" in record.message]) == 1


def test_broken_weights_are_told_without_a_trace(start, tiny_t5, tmp_path):
    model = Path(shutil.copytree(tiny_t5, tmp_path / "model"))
    (model / "model.safetensors").unlink()
    (model / "pytorch_model.bin").write_bytes(b"these are no weights")
    loader = start(model)
    wait_for(lambda: loader.status.state == "failed")
    file = (model / "pytorch_model.bin").resolve()
    assert loader.status.reason == f"{file} is damaged, or holds no weights. Copy the model again."


@pytest.mark.parametrize(
    ("engine", "precision", "runs_on"),
    [("auto", "fp32", "onnxruntime"), ("onnxruntime", "int8", "onnxruntime"), ("transformers", "fp32", "transformers")],
)
@pytest.mark.usefixtures("converting_here")
def test_the_engine_that_was_chosen_runs_the_model(start, tiny_t5, engine, precision, runs_on):
    loader = start(tiny_t5, engine=engine, precision=precision)
    wait_for(lambda: loader.status.state == "ready")
    assert (loader.engine.name, loader.engine.precision, loader.status.reason) == (runs_on, precision, None)


@pytest.mark.parametrize("make", [make_tiny_bart, partial(make_tiny_t5, feed_forward_proj="gated-silu")])
def test_a_model_that_int8_is_not_for_runs_in_fp32_and_says_why(start, tmp_path, make):
    loader = start(make(tmp_path / "model"), precision="int8")
    wait_for(lambda: loader.status.state == "ready")
    assert (loader.engine.name, loader.engine.precision) == ("transformers", "fp32")
    assert loader.status.reason == (
        "This model cannot run in int8, so it runs in fp32. "
        "Leave out --precision int8, or choose a T5 or FLAN-T5 model."
    )


def test_a_model_that_the_chosen_engine_cannot_run_is_refused(start, tmp_path):
    loader = start(make_tiny_bart(tmp_path / "bart"), engine="onnxruntime")
    wait_for(lambda: loader.status.state == "failed")
    assert loader.status.reason == "onnxruntime cannot run bart. Leave out --engine, and transformers does."


def test_transformers_has_no_int8():
    with pytest.raises(ValueError, match="int8 is onnxruntime's"):
        ServingConfig(engine="transformers", precision="int8")


FULL = "The disk has no room for the model's converted form"


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (NoRoomError("converting failed (exit 1): 5242880 requested and 12 written"), FULL),
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), FULL),
        (OSError(errno.EROFS, "Read-only file system"), "The model's converted form could not be saved"),
        (ConversionError("converting failed (exit -9)"), "The model's converted form could not be saved"),
    ],
)
def test_a_model_that_cannot_be_converted_is_slow_and_says_why(start, tiny_t5, monkeypatch, failure, told):
    def fail(*_args, **_options):
        raise failure

    monkeypatch.setattr(convert, "ensure_converted", fail)
    loader = start(tiny_t5, precision="int8")
    wait_for(lambda: loader.status.state == "ready")
    assert (loader.engine.name, loader.engine.precision) == ("transformers", "fp32")
    assert loader.status.reason.startswith(told + ", so it runs several times slower")
    assert "written" not in loader.status.reason


@pytest.mark.slow
def test_a_disk_that_becomes_full_while_converting_is_recognized(tiny_t5, tmp_path, monkeypatch):
    """Whatever the library that wrote has called it."""
    monkeypatch.setattr(convert.shutil, "disk_usage", lambda _path: SimpleNamespace(free=4096))
    (tmp_path / "onnx.py").write_text("raise RuntimeError('5242880 requested and 12 written')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(NoRoomError):
        convert.ensure_converted(tiny_t5, cache_dir=tmp_path / "cache")
