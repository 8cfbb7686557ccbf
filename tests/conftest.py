"""Shared fixtures: tiny models made once per run, a browser."""

import atexit
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import sync_playwright

from tests.browser_setup import find_browser
from tests.browsers import Browsers
from tests.running_app import RunningApp
from tests.tiny_models import make_tiny_t5
from ui.reading import isolated

# Tests must never reach for a hub by accident; those that need one bring their own and say so.
os.environ["HF_HUB_OFFLINE"] = "1"
# Converted models go to a folder that lasts as long as the run, not into the user's cache.
_CACHE = tempfile.TemporaryDirectory(prefix="nutshell-tests-")
atexit.register(_CACHE.cleanup)
os.environ["XDG_CACHE_HOME"] = _CACHE.name
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
for _name in [name for name in os.environ if name.startswith("NUTSHELL_")]:
    del os.environ[_name]

# A busy machine is slow at times, which says nothing about a property.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
# `make check` looks at fewer; `make test` at all.
hypothesis.settings.register_profile("quick", hypothesis.settings.get_profile("any machine"), max_examples=15)
hypothesis.settings.load_profile("any machine")


_SHARED = list(
    enumerate(
        ["browser", "starting_model_app", "model_app_to_break", "key_sentences_app", "key_sentences_app_to_break"], 1
    )
)
"""What takes longer to start than most tests do; those that use the last of these come last."""


@cache
def _names(file: Path, *words: str) -> bool:
    text = file.read_text(encoding="utf-8")
    return any(word in text for word in words)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order by what is shared, where sharing takes longer than most tests.

    Where several processes share the work each gets a row of neighbours: few of them then import torch. Where there is
    one, an application runs for those only that use it, as idle it takes a fifth of a core; and those with a browser
    come after all that need this thread's event loop, which Playwright keeps.
    """
    if hasattr(config, "workerinput"):
        torch = ("import torch", "from transformers", "tiny_t5", "slow_t5", "TinyT5")
        items.sort(key=lambda item: not _names(item.path, *torch))
    else:
        items.sort(key=lambda item: max([0, *(place for place, name in _SHARED if name in item.fixturenames)]))


@pytest.fixture(scope="session")
def tiny_t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny random T5."""
    return make_tiny_t5(tmp_path_factory.mktemp("tiny-t5"))


@pytest.fixture(scope="session")
def slow_t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a T5 so wide that a step takes about a millisecond and a stop has something to stop."""
    return make_tiny_t5(tmp_path_factory.mktemp("slow-t5"), end_scale=1, d_model=256, d_ff=1024, num_layers=6)


@pytest.fixture
def converting_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models are converted in this process, which has torch already; a child's import of it takes seconds."""
    from serving.t5_onnx import convert

    def convert_here(model_dir, out, precision, on_progress):
        return convert.convert(model_dir, out, precision, lambda fraction: on_progress("converting", fraction))

    monkeypatch.setattr(convert, "_convert_in_child", convert_here)


@pytest.fixture
def reading_in_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read here instead of in a child, which takes half a second to start; with `own_process` in a child.

    All that passes between the two goes through JSON as it would.
    """

    def answer(data: bytes, task: dict[str, Any]) -> dict[str, Any]:
        return json.loads(json.dumps(isolated._answer(json.loads(json.dumps(task)), data)))

    if request.node.get_closest_marker("own_process") is None:
        monkeypatch.setattr(isolated, "_ask_child", answer)


@pytest.fixture(scope="session")
def key_sentences_app(tmp_path_factory: pytest.TempPathFactory):
    """The real application without a model."""
    app = RunningApp(tmp_path_factory.mktemp("key-sentences-app"))
    yield app.wait_ready(abstractive=False)
    app.stop()


@pytest.fixture(scope="session")
def key_sentences_app_to_break(key_sentences_app: RunningApp) -> RunningApp:
    """The same, for those that kill parts of it."""
    return key_sentences_app


@pytest.fixture(scope="session")
def starting_model_app(slow_t5: Path, tmp_path_factory: pytest.TempPathFactory):
    """The real application on a T5, from its first moment on."""
    app = RunningApp(tmp_path_factory.mktemp("model-app"), "--model", str(slow_t5), "--max-waiting", "8")
    yield app
    app.stop()


@pytest.fixture(scope="session")
def model_app(starting_model_app: RunningApp) -> RunningApp:
    """The real application on a T5."""
    return starting_model_app.wait_ready(abstractive=True)


@pytest.fixture(scope="session")
def model_app_to_break(model_app: RunningApp) -> RunningApp:
    """The same, for the one that ends it."""
    return model_app


@pytest.fixture(scope="session")
def browser():
    """A real Chromium."""
    path = find_browser()
    assert path, "no Chromium: run `make browser`"
    with sync_playwright() as playwright:
        browsers = Browsers(playwright, path)
        yield browsers
        browsers.close()
