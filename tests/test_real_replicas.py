"""Two replicas of the real application on one machine."""

import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.running_app import RunningApp, wait_until
from ui.samples import SAMPLES

pytestmark = pytest.mark.ray


@pytest.fixture(scope="module")
def app(slow_t5, tmp_path_factory):
    flags = ("--num-replicas", "2", "--num-threads", "1", "--max-running", "2", "--max-waiting", "2")
    app = RunningApp(tmp_path_factory.mktemp("state"), "--model", str(slow_t5), *flags, page=False)
    app.wait_ready(abstractive=True)
    # What either says, as it asks the other at most once a second.
    wait_until(lambda: all(has_two(app) for _ in range(8)), timeout_s=300, what="both have their model")
    yield app
    app.stop()


def has_two(app):
    return app.get("/status").json()["replicas"] == {"num_running": 2, "num_ready": 2, "num_places": 8}


def test_every_place_of_both_is_taken_before_anybody_hears_429(app):
    def ask(i):
        body = {"text": f"{SAMPLES[0].text} Number {i}.", "max_length": 500, "method": "abstractive"}
        response = app.post("/summarize", body)
        if response.status_code == 429:
            assert int(response.headers["Retry-After"]) >= 1
            assert "x-declined-by" not in response.headers
        return response.status_code

    with ThreadPoolExecutor(12) as pool:
        assert Counter(pool.map(ask, range(8))) == {200: 8}
        assert Counter(pool.map(ask, range(12)))[200] >= 8


def test_who_had_the_model_keeps_it_while_a_replica_comes_back(app):
    victim, other = app.replica_pids()
    os.kill(victim, signal.SIGKILL)
    answers: list[str] = []

    def is_back():
        response = app.post("/summarize", {"text": SAMPLES[0].text, "max_length": 20})
        # Until Serve's proxy has seen that it is gone, requests end with a 503 that says when to come again.
        assert response.status_code == 200 or (response.status_code == 503 and "Retry-After" in response.headers)
        if response.status_code == 200:
            answers.append(response.json()["method"])
        pids = app.replica_pids()
        return len(pids) == 2 and victim not in pids and has_two(app)

    wait_until(is_back, timeout_s=300, what="both have their model again")
    assert other in app.replica_pids()
    assert set(answers) == {"abstractive"}
