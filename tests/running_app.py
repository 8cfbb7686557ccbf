"""The real application, started as a user starts it, for the tests that need Ray, Serve and HTTP."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port that nobody listens on, and that no system hands out: Ray takes a hundred while the application starts."""
    while True:
        port = secrets.choice(range(20_000, 32_000))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(condition: Callable[[], bool], *, timeout_s: float, what: str) -> None:
    """Look every 50 ms until `condition` holds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
        time.sleep(0.05)


class RunningApp:
    """One `python app.py ...` with ports and a state folder of its own."""

    def __init__(
        self,
        state_home: Path,
        *flags: str,
        page: bool = True,
        serving_port: int | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.port, self.serving_port = free_port(), serving_port or free_port()
        self.page_url = f"http://127.0.0.1:{self.port}"
        self.api_url = f"http://127.0.0.1:{self.serving_port}"
        self.log = state_home / "nutshell" / f"serving-{self.serving_port}.log"
        self.console = state_home / f"console-{self.port}.txt"
        own = {"XDG_STATE_HOME": str(state_home), "HF_HUB_OFFLINE": "1", **(environment or {})}
        self.environment = {name: value for name, value in {**os.environ, **own}.items() if value}
        command = [sys.executable, "app.py", "--serving-port", str(self.serving_port), *flags]
        command += ["--port", str(self.port)] if page else ["--no-ui"]
        state_home.mkdir(parents=True, exist_ok=True)
        with self.console.open("wb") as console:
            # A session of its own, as a terminal gives it, so that the test's own signals stay apart.
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=console, stderr=console, start_new_session=True
            )

    def get(self, path: str, **options) -> requests.Response:
        return requests.get(self.api_url + path, **{"timeout": 300, **options})

    def post(self, path: str, json: object, **options) -> requests.Response:
        return requests.post(self.api_url + path, json=json, **{"timeout": 300, **options})

    def is_up(self, path: str = "/ready") -> bool:
        """Whether the route answers 200."""
        assert self.process.poll() is None, f"ended early:\n{self.console.read_text()}"
        try:
            return self.get(path, timeout=30).status_code == 200
        except requests.RequestException:
            return False

    def page_is_up(self) -> bool:
        """Whether the page answers 200."""
        try:
            return requests.get(self.page_url, timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def wait_ready(self, *, abstractive: bool) -> "RunningApp":
        """Wait until a summary can be made."""
        path = "/ready?method=abstractive" if abstractive else "/ready"
        wait_until(lambda: self.is_up(path), timeout_s=600, what=f"{path}, log in {self.log}")
        return self

    def num_running(self) -> int:
        """Requests in work."""
        return self.get("/status").json()["queue"]["num_running"]

    def wait_idle(self) -> None:
        """Wait until nothing runs, as after a cancel: for less time than the articles that tests cancel would take."""
        wait_until(lambda: self.num_running() == 0, timeout_s=8, what="nothing runs")
        for replica in self.replica_pids():
            wait_until(lambda pid=replica: is_quiet(pid), timeout_s=8, what="its replica rests")

    def replica_pids(self) -> list[int]:
        """Processes of this application's replicas."""
        return self.pids_of("ServeReplica")

    def pids_of(self, mark: str) -> list[int]:
        """Processes of this application with `mark` in their command line."""
        return [pid for pid in self.descendants() if mark in command_of(pid)]

    def descendants(self) -> list[int]:
        """Every process that this application started, directly or not."""
        return descendants(self.process.pid)

    def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=300)


def descendants(pid: int) -> list[int]:
    """Every living process below `pid`."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def is_alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_quiet(pid: int) -> bool:
    """Whether the process does next to nothing for half a second."""
    before = cpu_seconds(pid)
    time.sleep(0.5)
    return cpu_seconds(pid) - before < 0.15


def command_of(pid: int) -> str:
    """A process's command line, its words separated by NUL; empty once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
