"""Machines that share a folder convert a model once, and one that dies in the middle keeps nobody waiting."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_app import ROOT, wait_until

_CONVERT = """
import sys, time
from pathlib import Path
from serving.t5_onnx import convert

def slowly(step, fraction):
    Path(sys.argv[2]).touch()
    time.sleep(float(sys.argv[3]))

convert.ensure_converted(Path(sys.argv[1]), precision="fp32", on_progress=slowly)
"""


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """A cache folder that several processes use, as nodes with one XDG_CACHE_HOME do."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared"))
    return tmp_path


def converting(shared: Path, model: Path, *, name: str, step_s: float) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _CONVERT, str(model), str(shared / name), str(step_s)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def test_two_that_start_together_convert_once(shared, tiny_t5):
    both = [converting(shared, tiny_t5, name=name, step_s=0) for name in ("first", "second")]
    assert [each.wait(timeout=300) for each in both] == [0, 0]
    assert sum((shared / name).exists() for name in ("first", "second")) == 1, "only one had anything to do"


def test_a_dead_holder_leaves_its_lock(shared, tiny_t5):
    holder = converting(shared, tiny_t5, name="holder", step_s=600)
    try:
        wait_until((shared / "holder").exists, timeout_s=300, what="it converts")
    finally:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    assert converting(shared, tiny_t5, name="next", step_s=0).wait(timeout=300) == 0
    assert (shared / "next").exists(), "it had all to do again"
