"""The API's key: who must have one, who gets in with it, and where it is never seen."""

import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
from starlette.testclient import TestClient

from command_line import AppConfig, UserError, parse_command_line
from serving.config import ServingConfig
from serving.guards.bounds import BOUNDS_VARIABLE
from serving.guards.keys import KEYS_VARIABLE, KeyGuard
from serving.guards.proxy import middlewares
from serving.launch import launch_environment
from serving.state import _folders
from tests.little_server import LittleServer, send_json
from tests.running_app import ROOT, RunningApp, command_of, wait_until
from tests.test_guards import ECHO, answer_to
from tests.test_page_states import STATUS
from ui.client import KeyRefusedError, SummarizerClient, SummaryRequest
from watch import Watch

KEY, OLD_KEY = "tuesdays-key-0123456789", "mondays-key.~+/0123456789=="
BOTH = f"{KEY}, {OLD_KEY}"


def guarded(*keys: str) -> TestClient:
    return TestClient(KeyGuard(ECHO, keys=keys))


@pytest.mark.parametrize("header", [f"Bearer {KEY}", f"bearer  {KEY}", f"Bearer {OLD_KEY}"])
def test_each_key_lets_in(header):
    assert guarded(*BOTH.split(",")).post("/summarize", headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None, "", KEY, "Bearer", "Bearer ", f"Basic {KEY}", f"Bearer {KEY[:-1]}", f"Bearer {KEY}x",
        f"Bearer {KEY.upper()}", f"Bearer {BOTH}", "Bearer \xff\xfe",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/summarize", "/status", "/metrics", "/docs", "/-/routes", "/health/", "//health"])
def test_nothing_else_does_and_a_sentence_says_what_to_send(header, path):
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = guarded(KEY, OLD_KEY).get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert answer.json()["error"] == "unauthorized"
    assert "Authorization: Bearer KEY" in answer.json()["message"]
    assert KEY not in answer.text


@pytest.mark.parametrize("path", ["/health", "/ready?method=abstractive", "/-/healthz"])
def test_who_asks_whether_to_send_requests_here_needs_none(path):
    assert guarded(KEY).get(path).status_code == guarded(KEY).head(path).status_code == 200
    assert guarded(KEY).post(path).status_code == 401


def test_without_keys_everyone_is_let_in():
    assert guarded("").post("/summarize").status_code == guarded().get("/status").status_code == 200


def test_a_cluster_without_keys_lets_nobody_in_and_says_what_to_set():
    cluster = TestClient(KeyGuard(ECHO, keys=[""], needs_keys=True))
    answer = cluster.post("/summarize", headers={"Authorization": "Bearer "})
    assert answer.status_code == 401
    assert "NUTSHELL_API_KEY" in answer.json()["message"]
    assert "NUTSHELL_NO_AUTH=1" in answer.json()["message"]
    assert cluster.get("/health").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({}, 401),
        ({"NUTSHELL_NO_AUTH": "1"}, 200),
        ({"NUTSHELL_API_KEY": KEY}, 401),
        ({BOUNDS_VARIABLE: "{}"}, 200),  # app.py started it, and has judged
    ],
)
def test_proxies_read_it_from_their_environment(environ, status, monkeypatch):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    proxy = ECHO
    for middleware in middlewares():  # as Serve puts them around its own
        proxy = middleware.cls(proxy, *middleware.args, **middleware.kwargs)
    assert TestClient(proxy).get("/status").status_code == status
    assert TestClient(proxy).get("/ready").status_code == 200


def test_the_body_of_a_stranger_is_not_read():
    # `answer_to` has no message to give: a guard that waited for one would never answer.
    assert answer_to(KeyGuard(ECHO, keys=[KEY]), [])[0]["status"] == 401


def test_the_key_goes_no_further_than_the_guard():
    seen = []

    async def application(scope, _receive, _send):
        seen.append(scope["headers"])

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/status",
        "headers": [(b"authorization", b"Bearer " + KEY.encode())],
    }
    with pytest.raises(StopIteration):
        KeyGuard(application, keys=[KEY])(scope, None, None).send(None)
    assert seen == [[]]


@pytest.mark.parametrize(
    ("argv", "environ", "words"),
    [
        (["--serving-host", "0.0.0.0"], {}, "or let everyone in with --no-auth"),
        (["--serving-host", "studio.lan"], {}, "NUTSHELL_API_KEY"),
        ([], {"NUTSHELL_SERVING_HOST": "::"}, "NUTSHELL_API_KEY"),
        (["--api-key", "short-secret"], {}, "at least 16"),
        (["--api-key", f"{KEY},"], {}, "at least 16"),
        ([], {"NUTSHELL_API_KEY": ""}, "at least 16"),
        ([], {"NUTSHELL_API_KEY": "a secret with blanks in it"}, "at least 16"),
    ],
)
def test_who_opens_the_api_without_a_good_key_is_told_so(argv, environ, words):
    with pytest.raises(UserError) as error:
        parse_command_line(argv, environ)
    assert words in str(error.value)
    assert not re.search("secret|tuesday", str(error.value)), "a key on a console"


@pytest.mark.parametrize(
    "argv",
    [
        ["--serving-host", "localhost"],
        ["--serving-host", "0.0.0.0", "--no-auth"],
        ["--serving-host", "0.0.0.0", "--api-key", KEY],
        ["--serving-host", "0.0.0.0", "--serving-url", "http://127.0.0.1:8000"],
        ["stop", "--serving-host", "0.0.0.0"],
    ],
)
def test_others_need_none(argv):
    parse_command_line(argv, {})


def test_the_key_is_in_no_settings_that_are_shown():
    _, app, serving = parse_command_line(["--api-key", BOTH], {})
    assert app.own_key == KEY
    assert AppConfig().own_key is None
    assert KEY not in repr(app) + serving.model_dump_json()
    assert launch_environment(serving, BOTH)[KEYS_VARIABLE] == BOTH
    assert KEYS_VARIABLE not in launch_environment(ServingConfig())


def test_client_sends_its_key_whatever_a_netrc_says(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    seen = []

    def answer(handler):
        seen.append(handler.headers["Authorization"])
        send_json(200, STATUS)(handler)

    server = LittleServer(answer)
    try:
        SummarizerClient(server.url, KEY).status()
    finally:
        server.close()
    assert seen == [f"Bearer {KEY}"]


def test_page_says_who_can_mend_a_wrong_key():
    server = LittleServer(send_json(401, {"error": "unauthorized", "message": "Send the header."}))
    try:
        for ask in (SummarizerClient(server.url).status, lambda: SummarizerClient(server.url).stream(REQUEST)):
            with pytest.raises(KeyRefusedError, match="Whoever runs the page can give it another"):
                ask()
    finally:
        server.close()


REQUEST = SummaryRequest("An article.", max_words=40)


class RefusesTheKey:
    """A client whose summarizer was started with another key."""

    def status(self):
        raise KeyRefusedError("The summarizer does not take this page's key.")


def test_a_detached_summarizer_with_another_key_is_told_of_and_left_alone():
    watch = Watch(RefusesTheKey(), ServingConfig(), None, None)
    with pytest.raises(UserError, match="was started with another key"):
        watch.run(AppConfig(detach=True), threading.Event())


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = RunningApp(tmp_path_factory.mktemp("keys"), environment={KEYS_VARIABLE: BOTH})
    yield app.wait_ready(abstractive=False)
    app.stop()


@pytest.mark.ray
def test_real_api_answers_who_has_a_key(app):
    assert app.get("/health").status_code == app.get("/ready").status_code == 200
    for path in ("/status", "/docs", "/openapi.json", "/-/routes", "/Summarizer?txt=News.", "/nothing"):
        assert app.get(path).status_code == 401, path
    for key in (KEY, OLD_KEY):
        status = app.get("/status", headers={"Authorization": f"Bearer {key}"})
        assert status.status_code == 200
        assert key not in status.text


@pytest.mark.ray
@pytest.mark.parametrize(("host", "status"), [(b"127.0.0.1", b"401"), (b"evil.example", b"421")])
def test_real_api_refuses_before_a_body_comes(app, host, status):
    with socket.create_connection(("127.0.0.1", app.serving_port), timeout=60) as sock:
        sock.sendall(b"POST /summarize HTTP/1.1\r\nHost: %b\r\nContent-Length: 1000000\r\n\r\n" % host)
        assert sock.recv(1000).startswith(b"HTTP/1.1 " + status)


@pytest.mark.ray
def test_page_passes_the_key_on(app):
    from gradio_client import Client

    summary = Client(app.page_url, verbose=False).predict(
        "Ferries run all night. Nobody sleeps.", 60, api_name="/summarize"
    )
    assert summary.startswith("Ferries")


@pytest.mark.ray
def test_page_alone_with_another_key_says_so_on_the_console(app, tmp_path):
    page = RunningApp(tmp_path, "--serving-url", app.api_url, environment={KEYS_VARIABLE: "another-key-0123456789"})
    told = "does not take this page's key"
    try:
        wait_until(lambda: told in page.console.read_text(), timeout_s=120, what="the console says so")
        assert page.console.read_text().count(told) == 1
    finally:
        page.stop()


@pytest.mark.ray
def test_documented_ways_to_send_it_work(app):
    section = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").partition("## With a key")[2].partition("\n## ")[0]
    _start, curl, python = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    for command in (["bash", "-c", curl], [sys.executable, "-c", python]):
        ran = subprocess.run(
            [part.replace("http://127.0.0.1:8000", app.api_url) for part in command],
            env={**environment, "NUTSHELL_API_KEY": KEY}, capture_output=True, text=True, timeout=300, check=True,
        )  # fmt: skip
        assert "Men have landed" in ran.stdout, ran.stderr


@pytest.mark.ray
def test_the_key_is_on_no_command_line_of_ours_and_in_no_log(app):
    requests.get(f"{app.api_url}/status", headers={"Authorization": f"Bearer {KEY}x"}, timeout=60)
    for pid in app.descendants():
        assert KEY not in command_of(pid)
    (page,) = app.pids_of("page_process")
    assert KEY not in Path(f"/proc/{page}/environ").read_text()
    (session,) = _folders().glob(f"nutshell-{app.serving_port}-*")
    searched = subprocess.run(
        ["grep", "-rlF", KEY, str(app.log), str(app.console), str(session)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert searched.stdout == ""
