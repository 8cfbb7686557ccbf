"""A whole life of the application, for tests/test_faults.py: start, page, one summary by each door, stop."""

import os
import sys
import tempfile
from pathlib import Path

import requests

from tests.running_app import RunningApp, is_alive, wait_until
from ui.samples import SAMPLES


def main(model: str) -> int:
    # The visitor's own program, gradio_client, would look a name up.
    os.environ["HF_HUB_OFFLINE"] = "1"
    from gradio_client import Client

    with tempfile.TemporaryDirectory() as state:
        app = RunningApp(Path(state), "--model", model).wait_ready(abstractive=True)
        assert requests.get(app.page_url, timeout=20).status_code == 200
        assert app.post("/summarize", {"text": SAMPLES[0].text, "max_length": 20}).json()["method"] == "abstractive"
        assert Client(app.page_url, verbose=False).predict(SAMPLES[1].text, 40, api_name="/summarize")
        below = app.descendants()
        assert len(below) > 5
        status = app.stop()
        wait_until(lambda: not any(map(is_alive, below)), timeout_s=300, what="all processes are gone")
        return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
