"""The real application on a tiny random T5: Ray, Serve, HTTP, every route, both public clients, faults and load."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from serving.engine.interface import GenerationParams
from tests.running_app import ROOT, RunningApp, cpu_seconds, wait_until
from tests.tiny_models import oracle
from ui.samples import SAMPLES

pytestmark = pytest.mark.ray

APOLLO = SAMPLES[0].text
# Words that occur in no program text, to be looked for in every log.
MARK = "zyzzogeton quixotry"
MARKED = f"The council met the {MARK} on Monday. It rained all day. Nobody came back before the evening."


@pytest.fixture
def app(model_app):
    return model_app


def test_summary_is_token_for_token_the_tutorials(app, slow_t5):
    article = APOLLO[:600]
    for max_length in (20, 100):
        _, text = oracle(slow_t5, article, GenerationParams(max_length=max_length))
        assert len(text) > 10
        assert app.get("/Summarizer", params={"txt": article, "max_length": max_length}).text == text
        answer = app.post("/summarize", {"text": article, "max_length": max_length, "method": "abstractive"}).json()
        assert (answer["model_text"], answer["method"], answer["model"]) == (text, "abstractive", slow_t5.name)


def test_tutorials_client_in_both_forms(app):
    url = f"{app.api_url}/Summarizer"
    whole = requests.get(url, params={"txt": APOLLO}, timeout=300)
    assert whole.headers["content-type"].startswith("text/plain")
    assert requests.get(url + "?txt=" + APOLLO, timeout=300).text == whole.text
    assert requests.get(f"{app.api_url}/router?txt=" + APOLLO, timeout=300).text == whole.text


def test_hugging_face_client(app, monkeypatch):
    from huggingface_hub import InferenceClient, constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # set for the tests; the client would refuse loopback too

    client = InferenceClient(model=f"{app.api_url}/summarization")
    assert client.summarization(APOLLO).summary_text
    short = client.summarization(APOLLO, generate_parameters={"max_length": 10, "num_beams": 3}).summary_text
    assert 0 < len(short) < len(client.summarization(APOLLO).summary_text)


def test_gradio_client(app):
    from gradio_client import Client

    summary = Client(app.page_url, verbose=False).predict(APOLLO, 60, api_name="/summarize")
    assert 0 < len(summary.split()) <= 60


def test_stream_over_the_wire(app):
    with app.post("/summarize/stream", {"text": APOLLO, "max_length": 300}, stream=True) as response:
        names = [line[7:].decode() for line in response.iter_lines() if line.startswith(b"event: ")]
    assert names[-1] == "result"
    assert {"progress", "draft"} <= set(names)


@pytest.mark.parametrize(
    ("num_bytes", "status", "error"),
    [
        (65_000, 200, None),
        (66_000, 414, "url_too_long"),
        (300_000, 431, "head_too_large"),
    ],
    ids=str,
)
def test_long_urls(app, num_bytes, status, error):
    url = f"{app.api_url}/Summarizer?max_length=5&txt=" + "news%20" * (num_bytes // 7)
    response = requests.get(url, timeout=300)
    assert response.status_code == status
    if error:
        # A head of more than 131,072 bytes is not read to its end, whatever makes it long.
        assert response.json()["error"] == error
    if status == 414:
        assert "POST /summarize" in response.json()["message"]


def test_endless_upload_is_refused_while_it_comes(app):
    def pieces():
        for _ in range(200):
            yield b"x" * 1_000_000

    url = f"{app.api_url}/summarize"
    try:
        response = requests.post(url, data=pieces(), headers={"Content-Type": "application/json"}, timeout=300)
    except requests.ConnectionError:
        # The server answered and closed while we were still sending; which of both we see first is a race.
        response = None
    assert response is None or response.status_code == 413
    assert app.is_up()


def test_32_at_once_end_in_a_summary_or_a_429(app):
    def one(i):
        response = app.post("/summarize", {"text": APOLLO + f" Number {i}.", "max_length": 60})
        if response.status_code == 429:
            assert int(response.headers["Retry-After"]) >= 1
        else:
            assert response.json()["summary"]
        return response.status_code

    with ThreadPoolExecutor(32) as pool:
        statuses = Counter(pool.map(one, range(32)))
    assert set(statuses) <= {200, 429}
    assert statuses[200] >= 9, "one runs and eight wait"
    queue = app.get("/status").json()["queue"]
    assert queue == {"num_running": 0, "num_waiting": 0}


@pytest.mark.parametrize("path", ["/summarize", "/summarize/stream"])
def test_killed_client_frees_the_cpu(app, path):
    article = " ".join(sample.text for sample in SAMPLES) * 20
    body = json.dumps({"text": article[:190_000], "max_length": 512, "method": "abstractive"})
    headers = {"Content-Type": "application/json"}
    code = f"import requests; requests.post({app.api_url + path!r}, data={body!r}, headers={headers!r})"
    client = subprocess.Popen([sys.executable, "-"], stdin=subprocess.PIPE)
    client.stdin.write(code.encode())
    client.stdin.close()
    (replica,) = app.replica_pids()
    wait_until(lambda: app.num_running() == 1, timeout_s=300, what="it runs")
    before = cpu_seconds(replica)
    wait_until(lambda: cpu_seconds(replica) - before > 0.2, timeout_s=60, what="the replica is busy")
    client.kill()
    client.wait()
    app.wait_idle()


def test_article_text_is_in_no_log(app):
    app.get("/Summarizer", params={"txt": MARKED})
    app.get("/router", params={"txt": MARKED, "max_length": 9999})
    app.post("/summarize", {"text": MARKED})
    app.post("/summarize", {"text": {"nested": MARKED}, MARKED: 1})
    app.post("/summarize/stream", {"text": MARKED}).text  # noqa: B018
    app.post("/summarization", {"inputs": MARKED, "parameters": {"generate_parameters": {MARK: MARK}}})
    (of_ray,) = Path(tempfile.gettempdir()).glob(f"nutshell-{app.serving_port}-*")
    assert list(of_ray.rglob("*.log"))
    searched = subprocess.run(
        ["grep", "-rlE", "--devices=skip", "zyzzogeton|quixotry", str(app.log), str(app.console), str(of_ray)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert searched.stdout == ""
    assert searched.returncode == 1, searched.stderr


def test_page_and_api_listen_on_loopback_only(app):
    listening = subprocess.run(["ss", "-Hltn"], capture_output=True, text=True, check=True).stdout
    for port in (app.port, app.serving_port):
        addresses = {line.split()[3] for line in listening.splitlines() if line.split()[3].endswith(f":{port}")}
        assert addresses == {f"127.0.0.1:{port}"}


def test_ray_asks_for_a_token(app):
    (replica,) = app.replica_pids()
    pairs = Path(f"/proc/{replica}/environ").read_text().split("\0")
    environment = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    assert environment["RAY_AUTH_MODE"] == "token"
    assert environment["RAY_USAGE_STATS_ENABLED"] == "0"


def test_replica_does_without_pandas(app):
    (replica,) = app.replica_pids()
    maps = Path(f"/proc/{replica}/maps").read_text()
    assert "numpy" in maps
    assert "pandas" not in maps


def test_ray_starts_three_workers_and_nothing_for_other_machines(app):
    """Without ours it would start one for each core, and look for machines to add."""
    names = ("ServeController", "ProxyActor", "ServeReplica")
    wait_until(
        lambda: all(len(app.pids_of(f"ray::{name}")) == 1 for name in names), timeout_s=300, what="one worker each"
    )
    wait_until(lambda: app.pids_of("ray::IDLE") == [], timeout_s=300, what="no worker without work")
    assert app.pids_of("/monitor.py") == app.pids_of("dashboard/dashboard.py") == []


def test_killed_replica_comes_back_and_clients_learn_what_happened(app):
    (replica,) = app.replica_pids()
    during = []

    def ask():
        body = {"text": APOLLO * 40, "max_length": 512, "method": "abstractive"}
        during.append(app.post("/summarize", body))
        # The next ones, while there is no replica.
        during.append(app.post("/summarize", {"text": APOLLO, "max_length": 20}))

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: app.num_running() == 1, timeout_s=300, what="it runs")
    os.kill(replica, signal.SIGKILL)
    asking.join(60)
    assert during[0].status_code == 503
    assert during[0].json()["error"] == "not_ready"
    assert int(during[0].headers["Retry-After"]) >= 1
    assert during[1].status_code in {200, 503}
    app.wait_ready(abstractive=True)
    assert app.post("/summarize", {"text": APOLLO, "max_length": 20}).json()["method"] == "abstractive"
    assert app.replica_pids() != [replica]


def test_console_is_a_few_clean_lines(app):
    lines = app.console.read_text().splitlines()
    assert lines[0] == f"Open:     {app.page_url}"
    assert str(app.log) in "\n".join(lines)
    assert any(line.startswith("The model") and line.endswith("is ready.") for line in lines)
    assert len(lines) < 12
    assert "Ray" not in "\n".join(lines)


def test_detached_serving_runs_on_serves_a_page_and_is_stopped(tmp_path):
    """Also where the home cannot be written, and the note for `stop` lies elsewhere."""
    home = {"HOME": "/proc/nothing", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""}
    first = RunningApp(tmp_path, "--detach", "--deployment-name", "Kurzfassung", page=False, environment=home)
    assert first.process.wait(timeout=300) == 0, first.console.read_text()
    assert "Traceback" not in first.console.read_text()
    run = {"cwd": ROOT, "env": first.environment, "capture_output": True, "text": True, "timeout": 300}
    stop = [sys.executable, "app.py", "stop", "--serving-port", str(first.serving_port)]
    try:
        assert first.get("/Kurzfassung", params={"txt": APOLLO, "max_length": 60}).text.startswith("Men have landed")
        page = subprocess.Popen(
            [sys.executable, "app.py", "--serving-url", first.api_url, "--port", str(first.port)],
            cwd=ROOT, env=first.environment, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(first.page_is_up, timeout_s=300, what="the page")
        page.send_signal(signal.SIGINT)
        assert page.wait(timeout=120) == 0
        assert first.get("/health").json() == {"status": "ok"}
    finally:
        stopped = subprocess.run(stop, check=False, **run)
    assert stopped.returncode == 0, stopped.stderr
    with pytest.raises(requests.ConnectionError):
        first.get("/health")
    assert subprocess.run(stop, check=False, **run).returncode == 1
