"""Two replicas of the real application on one machine."""

import json
import os
import re
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from serving.metrics import METRICS
from tests.running_app import RunningApp, wait_until
from tests.scrapes import samples, targets, total
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
        # The proxy hears from Serve's controller that the second has its model, a while after that one says so itself.
        wait_until(lambda: Counter(pool.map(ask, range(8))) == {200: 8}, timeout_s=120, what="the proxy knows both")
        assert Counter(pool.map(ask, range(12)))[200] >= 8


@pytest.fixture(scope="module")
def scraped(app):
    """What a scrape shows after a few requests."""
    article = f"{SAMPLES[0].text} "
    assert app.post("/summarize", {"text": article, "method": "extractive"}).status_code == 200
    with ThreadPoolExecutor(16) as pool:
        body = {"text": article * 6, "method": "abstractive"}
        assert 429 in pool.map(lambda _: app.post("/summarize", body).status_code, range(16))
    app.get("/nowhere")
    app.post("/summarize", {"text": ""})

    last: dict = {}

    def is_whole():
        """Ray's agents are told every few seconds."""
        last.clear()
        last.update(samples(app.get("/metrics").content))
        names = {re.sub("_(bucket|count|sum)$", "", name) for name, *_ in last}
        answered = total(last, "nutshell_http_requests_total", route="/summarize", status="200")
        is_told = total(last, "nutshell_http_requests_total", status="404") == 1
        return is_told and set(METRICS) <= names and answered == total(last, "nutshell_summaries_total", outcome="done")

    wait_until(is_whole, timeout_s=120, what=f"every metric, log in {app.log}")
    return last


def test_one_scrape_shows_every_replica_and_what_came_of_every_request(scraped):
    replicas = {dict(labels)["replica"] for name, *labels in scraped if name == "nutshell_running"}
    assert len(replicas) == 2
    assert total(scraped, "nutshell_model_state", state="ready") == 2
    answered = {
        status: total(scraped, "nutshell_http_requests_total", route="/summarize", status=status)
        for status in ("200", "422", "429", "503")
    }
    assert answered["422"] == 1
    assert answered["429"] >= 1
    assert total(scraped, "nutshell_http_requests_total", route="other", status="404") == 1
    done = total(scraped, "nutshell_summaries_total", outcome="done")
    assert done == answered["200"] == total(scraped, "nutshell_summary_seconds_count")
    assert total(scraped, "nutshell_summaries_total", outcome="busy") >= answered["429"]
    assert total(scraped, "nutshell_first_draft_seconds_count") >= 1
    assert total(scraped, "nutshell_tokens_total", direction="written") > 0


def test_every_number_that_the_board_draws_is_there(scraped):
    named = set(re.findall(r"\b(?:nutshell|ray)_\w+", json.dumps([target["expr"] for target in targets()])))
    assert named
    assert named <= {name for name, *_ in scraped}


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
