"""One part dies, everything is stopped at work, the network is watched: what remains answers, and nothing is left."""

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests import outbound
from tests.running_app import RunningApp, command_of, is_alive, wait_until
from ui.samples import SAMPLES

pytestmark = pytest.mark.ray

PARTS = {"raylet": "/raylet/raylet\0", "gcs": "/gcs_server\0", "launch": "serving.launch", "proxy": "ray::ProxyActor"}
PAGE = "page_process"


@pytest.fixture
def bare_app(key_sentences_app_to_break: RunningApp) -> RunningApp:
    return key_sentences_app_to_break


def upload(app: RunningApp) -> Path:
    """Open a file on the page; return where it lies."""
    answer = requests.post(f"{app.page_url}/gradio_api/upload", files={"files": ("a.txt", b"A ferry.")}, timeout=20)
    (path,) = answer.json()
    assert Path(path).is_file()
    return Path(path)


def test_a_killed_page_is_back_and_the_summarizer_goes_on(bare_app: RunningApp) -> None:
    opened, others = upload(bare_app), set(bare_app.descendants())
    victim = bare_app.pids_of(PAGE)[0]
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: not is_alive(victim), timeout_s=120, what="it is dead")
    assert bare_app.post("/summarize", {"text": SAMPLES[0].text, "method": "extractive"}).status_code == 200
    wait_until(bare_app.page_is_up, timeout_s=300, what="the page is back")
    assert others - {victim} <= set(bare_app.descendants())
    assert "The page ended unexpectedly; starting it again." in bare_app.console.read_text()
    assert not opened.exists()
    assert len(page_folders(bare_app)) == 1


@pytest.mark.parametrize("name", PARTS)
def test_a_killed_part_is_back_without_anybodys_help(bare_app: RunningApp, name: str) -> None:
    old = bare_app.descendants()
    victim = bare_app.pids_of(PARTS[name])[0]
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: not is_alive(victim), timeout_s=120, what="it is dead")
    wait_until(lambda: not bare_app.is_up(), timeout_s=180, what="it is missed")
    bare_app.wait_ready(abstractive=False)
    answer = bare_app.post("/summarize", {"text": SAMPLES[0].text, "method": "extractive"})
    assert answer.status_code == 200
    if name != "proxy":
        old.remove(bare_app.pids_of(PAGE)[0])
        wait_until(lambda: not any(map(is_alive, old)), timeout_s=120, what="nothing is left of the old ones")
        assert "starting it again" in bare_app.console.read_text()
    assert len(ray_folders(bare_app)) == 1


def test_a_frozen_ray_is_replaced(bare_app: RunningApp) -> None:
    """A process number says that it lives; no answer says that it does not."""
    old = [pid for pid in bare_app.descendants() if PAGE not in command_of(pid)]
    frozen = [*bare_app.pids_of(PARTS["proxy"]), *bare_app.pids_of("ServeController")]
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: not any(map(is_alive, old)), timeout_s=300, what="the old ones are gone")
    bare_app.wait_ready(abstractive=False)
    assert "has not answered for" in bare_app.console.read_text()


def test_killed_starter_takes_everything_with_it(bare_app: RunningApp) -> None:
    """The last test on this application: it ends it."""
    below = bare_app.descendants()
    bare_app.process.kill()
    bare_app.process.wait()
    wait_until(lambda: not any(map(is_alive, below)), timeout_s=300, what="all processes are gone")


def ray_folders(app: RunningApp) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"nutshell-{app.serving_port}-*"))


def page_folders(app: RunningApp) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"nutshell-{app.port}-*"))


def ask(app: RunningApp, answers: list[requests.Response], number: int) -> None:
    text = f"{SAMPLES[0].text[:600]} Number {number}."
    answers.append(app.post("/summarize", {"text": text, "max_length": 400, "method": "abstractive"}))


def start_work(app: RunningApp, answers: list[requests.Response], num_requests: int) -> list[threading.Thread]:
    threads = [threading.Thread(target=_quietly(ask), args=(app, answers, number)) for number in range(num_requests)]
    for thread in threads:
        thread.start()
    wait_until(lambda: num_asked(app) == num_requests, timeout_s=120, what="all are under way")
    return threads


def _quietly(function: Callable[..., None]) -> Callable[..., None]:
    def call(*args: object) -> None:
        try:
            function(*args)
        except requests.ConnectionError:
            return  # cut off: no answer is added

    return call


def num_asked(app: RunningApp) -> int:
    return sum(app.get("/status").json()["queue"].values())


def test_a_stop_lets_those_under_way_finish_and_takes_nobody_new(model_app_to_break: RunningApp) -> None:
    """The last test on this application: it ends it."""
    app = model_app_to_break
    below, answers, opened = app.descendants(), [], upload(app)
    threads = start_work(app, answers, 8)
    app.process.send_signal(signal.SIGTERM)
    refusals = []
    while app.process.poll() is None and not refusals:
        try:
            late = app.post("/summarize", {"text": SAMPLES[1].text, "method": "extractive"}, timeout=120)
            refusals += [late] if late.status_code == 503 else []
        except requests.ConnectionError:
            break
    assert requests.get(app.page_url, timeout=120).status_code == 200, "the page stays until the summaries are there"
    for thread in threads:
        thread.join()
    assert app.process.wait(300) == 0
    assert [answer.status_code for answer in answers] == [200] * 8
    assert refusals[0].json()["error"] == "not_ready"
    assert int(refusals[0].headers["Retry-After"]) >= 1
    assert not any(map(is_alive, below))
    assert ray_folders(app) == page_folders(app) == []
    assert not opened.exists()


def test_a_second_ctrl_c_ends_at_once_also_with_connections_open(slow_t5: Path, tmp_path: Path) -> None:
    app = RunningApp(tmp_path, "--model", str(slow_t5)).wait_ready(abstractive=True)
    below, answers = app.descendants(), []
    idle = [requests.get(url, stream=True, timeout=120) for url in (app.page_url, app.api_url + "/docs") * 10]
    threads = start_work(app, answers, 8)
    app.process.send_signal(signal.SIGINT)
    wait_until(lambda: "Ctrl-C again" in app.console.read_text(), timeout_s=120, what="it says so")
    time.sleep(0.2)
    app.process.send_signal(signal.SIGINT)
    assert app.process.wait(120) == 0
    for thread in threads:
        thread.join()
    assert answers == []
    assert not any(map(is_alive, below))
    assert ray_folders(app) == page_folders(app) == []
    assert len(idle) == 20


def test_two_starts_on_one_port_are_one_and_a_sentence(tmp_path: Path) -> None:
    """Also where there is no home at all."""
    home = {"HOME": "", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""}
    first = RunningApp(tmp_path, page=False, environment=home)
    second = RunningApp(tmp_path, page=False, environment=home, serving_port=first.serving_port)
    try:
        wait_until(lambda: first.process.poll() != second.process.poll(), timeout_s=120, what="one has given up")
        loser, winner = (first, second) if second.process.poll() is None else (second, first)
        assert loser.process.wait(60) == 1
        said = loser.console.read_text()
        assert "Traceback" not in said
        assert f"port {first.serving_port}" in said.lower()
        winner.wait_ready(abstractive=False)
        assert winner.post("/summarize", {"text": SAMPLES[0].text}).status_code == 200
        assert "Traceback" not in winner.console.read_text()
    finally:
        first.stop()
        second.stop()


def test_nothing_of_a_whole_life_goes_to_another_machine_or_is_left_here(slow_t5: Path) -> None:
    status, reached = outbound.watched([sys.executable, "-m", "tests.a_day", str(slow_t5)], timeout_s=900)
    assert status == 0
    assert reached == []


def test_the_watch_sees_what_goes_out() -> None:
    """Otherwise the test above could not fail."""
    code = "import requests\ntry: requests.get('http://169.254.169.254/', timeout=1)\nexcept OSError: pass"
    assert outbound.watched([sys.executable, "-c", code], timeout_s=300)[1] == ["tcp 169.254.169.254:80"]
    code = "import socket\ntry: socket.getaddrinfo('metadata.google.internal', 80)\nexcept OSError: pass"
    assert outbound.watched([sys.executable, "-c", code], timeout_s=300)[1] == ["udp 203.0.113.53:53"]
