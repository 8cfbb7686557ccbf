"""The command line: flags, environment, and one clear sentence for what cannot work."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from app import _url, check_port
from command_line import AppConfig, UserError, parse_command_line
from serving.config import DEFAULT_MODEL, ServingConfig
from serving.process import ServingProcess
from serving.state import log_path, pid_path, remove_folders, state_dir
from tests.running_app import free_port, wait_until
from ui.client import Status
from watch import Console, Watch

ROOT = Path(__file__).resolve().parent.parent


def run_app(*args, **environment):
    return subprocess.run(
        [sys.executable, "app.py", *args], cwd=ROOT, env={**os.environ, **environment},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


def test_nothing_given_means_the_defaults():
    assert parse_command_line([], {}) == ("run", AppConfig(), ServingConfig())
    assert ServingConfig().model == DEFAULT_MODEL
    assert (AppConfig().host, ServingConfig().serving_host) == ("127.0.0.1", "127.0.0.1")


def test_flags_win_over_the_environment():
    environ = {
        "NUTSHELL_PORT": "7000",
        "NUTSHELL_SERVING_PORT": "8001",
        "NUTSHELL_SHARE": "true",
        "PATH": "/bin",
    }
    _, app, serving = parse_command_line(["--port", "7001", "--max-waiting", "3"], environ)
    assert (app.port, app.share, serving.serving_port, serving.max_waiting) == (7001, True, 8001, 3)


@pytest.mark.parametrize(
    ("argv", "environ", "words"),
    [
        (["--port", "70000"], {}, "--port '70000'"),
        (["--port", "http"], {}, "--port 'http'"),
        (["--max-waiting", "-1"], {}, "--max-waiting"),
        (["--auth", "nocolon"], {}, "as user:password"),
        (["--deployment-name", "a b"], {}, "--deployment-name"),
        (["--root-path", "nutshell"], {}, "--root-path"),
        (["--root-path", "/nutshell/"], {}, "--root-path"),
        (["--root-path", "https://news.example/nutshell"], {}, "--root-path"),
        (["--deployment-name", "router"], {}, "is a route of the API already"),
        (["--serving-url", "ftp://x"], {}, "an address such as"),
        (["--no-ui", "--serving-url", "http://127.0.0.1:1"], {}, "does not go with"),
        (["--no-ui", "--share"], {}, "needs the page"),
        (["--auth", "a:b", "--no-auth"], {}, "contradict"),
        ([], {"NUTSHELL_PROT": "1"}, "NUTSHELL_PROT is no setting"),
        ([], {"NUTSHELL_PORT": "x"}, "--port 'x'"),
    ],
)
def test_impossible_settings_are_one_sentence(argv, environ, words):
    with pytest.raises(UserError) as error:
        parse_command_line(argv, environ)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("argv", [["--prot", "1"], ["--por", "1"], ["dance"], ["--port"]])
def test_unknown_options_are_refused(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        parse_command_line(argv, {})
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "--help" in line


@pytest.mark.parametrize(
    ("option", "value"),
    [("--api-key", "-a-key-of-16-or-more"), ("--auth", "-me:three-plain-words"), ("--model", "-model")],
)
def test_a_value_that_begins_with_a_dash_is_taken_joined_and_told_of_apart(option, value, capsys):
    with pytest.raises(SystemExit):
        parse_command_line([option, value], {})
    assert "--option=-value" in capsys.readouterr().err
    _, app, serving = parse_command_line([f"{option}={value}"], {})
    assert value in (app.api_key, app.auth, serving.model)


def test_help_is_the_manual():
    got = run_app("--help")
    assert got.returncode == 0
    for name in [*AppConfig.model_fields, *ServingConfig.model_fields]:
        assert "--" + name.replace("_", "-") in got.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("flag", "more"), [("--port", []), ("--serving-port", ["--no-ui"])])
def test_port_in_use_is_told(flag, more):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        got = run_app(flag, str(taken.getsockname()[1]), *more)
    assert got.returncode == 1
    assert "cannot be used" in got.stderr
    assert f"choose another port with {flag}" in got.stderr
    assert "Traceback" not in got.stderr


def test_address_of_another_machine_is_told():
    with pytest.raises(UserError, match="cannot be used"):
        check_port("192.0.2.77", 7860, "--port")
    with pytest.raises(UserError, match="There is no address"):
        check_port("no such host", 7860, "--port")


def test_page_and_api_on_one_port_is_told():
    got = run_app("--port", "18471", "--serving-port", "18471")
    assert got.returncode == 1
    assert "cannot both use port 18471" in got.stderr


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("::", "http://[::1]:80"),
    ],
)
def test_address_to_call(host, url):
    assert _url(host, 80) == url


@pytest.mark.slow
def test_missing_model_is_told(tmp_path):
    got = run_app("--no-ui", "--serving-port", "18471", "--model", str(tmp_path / "nothing"))
    assert got.returncode == 1
    assert "There is no model folder" in got.stderr
    assert len(got.stderr.splitlines()) == 1


@pytest.mark.slow
def test_half_a_model_is_told(tiny_t5, tmp_path):
    half = tmp_path / "half"
    half.mkdir()
    for file in tiny_t5.iterdir():
        body = file.read_bytes()
        (half / file.name).write_bytes(body[: len(body) // 2] if file.suffix == ".safetensors" else body)
    got = run_app("--no-ui", "--serving-port", "18471", "--model", str(half))
    assert got.returncode == 1
    assert "incomplete" in got.stderr


@pytest.mark.slow
def test_stop_with_nothing_to_stop(tmp_path):
    got = run_app("stop", "--serving-port", "18471", XDG_STATE_HOME=str(tmp_path))
    assert got.returncode == 1
    assert "nothing to stop" in got.stderr


@pytest.mark.slow
def test_stop_does_not_end_a_stranger(tmp_path):
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "nutshell").mkdir()
        (tmp_path / "nutshell" / "serving-18471.pid").write_text(str(stranger.pid))
        got = run_app("stop", "--serving-port", "18471", XDG_STATE_HOME=str(tmp_path))
        assert got.returncode == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def status(state, **more):
    values = {
        "model": "m",
        "method": "extractive",
        "model_reason": None,
        "downloaded_bytes": None,
        "total_bytes": None,
    }
    return Status(model_state=state, raw={}, **{**values, **more})


def test_console_says_each_change_once(capsys):
    console = Console()
    console.tell(status("absent"))
    for percent in range(0, 101, 2):
        console.tell(status("downloading", downloaded_bytes=percent * 10**6, total_bytes=10**8))
    console.tell(status("loading"))
    console.tell(status("ready"))
    console.tell(status("ready"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("The summarizer answers with key sentences")
    assert [line for line in lines if "Downloading" in line][::5] == [
        "Downloading the model: 0 % of 100 MB.", "Downloading the model: 50 % of 100 MB.",
        "Downloading the model: 100 % of 100 MB.",
    ]  # fmt: skip
    assert lines[-1] == "The model m is ready."
    assert len(lines) == 14


class Summarizer:
    """A process and a client that say what a test wants."""

    exit_status = None

    def __init__(self, *, answers_health: bool, lives: bool = True) -> None:
        self._answers_health, self.lives, self.num_restarts = answers_health, lives, 0
        self.started_s = time.monotonic()

    def is_alive(self) -> bool:
        return self.lives

    def is_up(self) -> bool:
        return self._answers_health

    def restart(self) -> None:
        self.num_restarts += 1


@pytest.mark.parametrize(
    ("answers_health", "silent_s", "num_restarts"),
    [(False, 9, 0), (False, 11, 1), (True, 11, 0), (True, 44, 0), (True, 46, 1)],
)
def test_silence_ends_the_summarizers_life_later_while_its_proxy_answers(
    answers_health, silent_s, num_restarts, monkeypatch
):
    """Serve is bringing a replica back; a new start of everything would take longer."""
    summarizer = Summarizer(answers_health=answers_health)
    watch = Watch(summarizer, ServingConfig(), summarizer, None)
    watch.saw_answer()
    now = time.monotonic()
    monkeypatch.setattr("watch.time.monotonic", lambda: now + silent_s)
    watch.look_after()
    assert summarizer.num_restarts == num_restarts


def test_what_never_started_is_given_up_at_once_and_what_did_is_tried_three_times():
    summarizer = Summarizer(answers_health=False, lives=False)
    watch = Watch(summarizer, ServingConfig(), summarizer, None)
    with pytest.raises(UserError, match="could not start"):
        watch.look_after()
    assert summarizer.num_restarts == 0
    watch.saw_answer()
    for _ in range(3):
        watch.look_after()
    assert summarizer.num_restarts == 3
    with pytest.raises(UserError, match="could not start"):
        watch.look_after()


@pytest.mark.slow
@pytest.mark.parametrize("detach", [False, True])
def test_who_comes_second_on_a_port_leaves_the_first_ones_things_alone(detach, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    port = free_port()
    holds = f"from serving.state import *; import time; print(new_folder({port}), flush=True); time.sleep(600)"
    first = subprocess.Popen([sys.executable, "-c", holds], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert first.stdout is not None
        folder = Path(first.stdout.readline().strip())
        log_path(port).write_text("what the first one says")
        pid_path(port).write_text(str(first.pid))
        with FileLock(state_dir() / f"serving-{port}.lock"):
            second = ServingProcess.start(ServingConfig(serving_port=port), detach=detach)
            wait_until(lambda: not second.is_alive(), timeout_s=60, what="the second one gives way")
            watch = Watch(Summarizer(answers_health=True), ServingConfig(serving_port=port), second, None)
            with pytest.raises(UserError, match=f"Another Nutshell uses port {port}"):
                watch.check_port()
            second.stop()
        assert folder.exists()
        assert log_path(port).read_text() == "what the first one says"
        assert pid_path(port).read_text() == str(first.pid)
    finally:
        first.kill()
        first.communicate()
        remove_folders(port)
        assert not folder.exists()
