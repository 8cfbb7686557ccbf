"""The model comes from a hub by itself: progress in bytes, a resumed start, plain words when it cannot.

Each test runs in a process of its own, because huggingface_hub reads its environment when it is imported.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fake_hub import FakeHub
from tests.tiny_models import make_tiny_t5

_FETCH = """
import json, os, sys
from huggingface_hub import constants
constants.DOWNLOAD_CHUNK_SIZE = 65_536  # ten megabytes, which is more than the test's model has
from serving.model_files import ModelFilesError
from serving.model_hub import download, find_in_cache
seen, ends_at = [], float(sys.argv[2])
def on_bytes(done, total):
    seen.append((done, total))
    if done >= ends_at * total:
        os._exit(9)  # as if killed
before = find_in_cache(sys.argv[1])
try:
    path = download(sys.argv[1], on_bytes)
    print(json.dumps({"path": str(path), "before": before and str(before), "seen": seen,
                      "cached": str(find_in_cache(sys.argv[1]))}))
except ModelFilesError as error:
    print(json.dumps({"error": str(error), "before": before and str(before)}))
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    model = make_tiny_t5(tmp_path_factory.mktemp("hub"), d_model=128, d_ff=1024, num_layers=4)
    (model / "README.md").write_text("A model card.")
    (model / "tf_model.h5").write_bytes(b"another framework's weights" * 1000)
    hub = FakeHub(model)
    yield hub
    hub.close()


def fetch(model_id: str, home: Path, *, ends_at: float = 2.0, **environment: str) -> dict:
    """Fetch in a process of its own, which ends at once when so much of all is there."""
    env = {
        **os.environ,
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        **environment,
    }
    run = subprocess.run(
        [sys.executable, "-c", _FETCH, model_id, str(ends_at)],
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
        check=ends_at > 1,
    )
    return json.loads(run.stdout.splitlines()[-1]) if ends_at > 1 else {}


def test_fetches_what_transformers_needs_and_counts_its_bytes(hub, tmp_path):
    got = fetch(hub.model_id, tmp_path, HF_ENDPOINT=hub.url)
    assert got["before"] is None
    assert got["cached"] == got["path"]
    names = {path.name for path in Path(got["path"]).iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= names
    assert "tf_model.h5" not in names
    total = sum((Path(got["path"]) / name).stat().st_size for name in names)
    assert got["seen"][-1] == [total, total]
    assert [done for done, _ in got["seen"]] == sorted(done for done, _ in got["seen"])


@pytest.mark.slow
def test_a_killed_download_goes_on_where_it_ended(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "piece_pause_s", 0.002)
    weights = hub.model_dir / "model.safetensors"
    fetch(hub.model_id, tmp_path, ends_at=0.6, HF_ENDPOINT=hub.url)
    before = hub.num_file_bytes
    got = fetch(hub.model_id, tmp_path, HF_ENDPOINT=hub.url)
    assert got["before"] is None
    assert got["seen"][0][0] > 0.5 * weights.stat().st_size
    assert hub.num_file_bytes - before < 0.5 * weights.stat().st_size
    assert (Path(got["path"]) / "model.safetensors").read_bytes() == weights.read_bytes()
    left = [path.name for path in tmp_path.rglob("*.nutshell")]
    assert left == []


@pytest.mark.slow
def test_pieces_that_do_not_fit_together_are_thrown_away(hub, tmp_path):
    weights = (hub.model_dir / "model.safetensors").read_bytes()
    blobs = tmp_path / "hub" / "models--someone--tiny" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / f"{hashlib.sha256(weights).hexdigest()}.nutshell").write_bytes(b"another model's beginning")
    assert "damaged on its way" in fetch(hub.model_id, tmp_path, HF_ENDPOINT=hub.url)["error"]
    got = fetch(hub.model_id, tmp_path, HF_ENDPOINT=hub.url)
    assert (Path(got["path"]) / "model.safetensors").read_bytes() == weights


@pytest.mark.slow
def test_second_start_finds_it_without_a_hub(hub, tmp_path):
    first = fetch(hub.model_id, tmp_path, HF_ENDPOINT=hub.url)
    num_requests = hub.num_requests
    again = fetch(hub.model_id, tmp_path, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="1")
    assert again["before"] == first["path"]
    assert hub.num_requests == num_requests


@pytest.mark.parametrize(
    ("model_id", "environment", "words"),
    [
        ("someone/tiny", {"HF_ENDPOINT": "http://127.0.0.1:9"}, "cannot be reached"),
        ("someone/tiny", {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE forbids"),
        ("someone/else", {}, "knows no model someone/else"),
    ],
    ids=["no hub answers", "offline by choice", "no such model"],
)
def test_reason_is_in_plain_words(hub, tmp_path, model_id, environment, words):
    got = fetch(model_id, tmp_path, **{"HF_ENDPOINT": hub.url, **environment})
    assert words in got["error"]
