"""The process that runs Ray and Serve, seen from outside: start it, watch it, stop it, find it again.

A process that is to outlive its starter (--detach) leaves its number in a file in the state folder, so that a later
`stop` ends that one and nothing else.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

from serving.config import ServingConfig
from serving.launch import launch_environment
from serving.state import kill_session, log_path, pid_path, remove_folders

_MODULE = "serving.launch"

_END_S = 10.0
"""How long Ray may take to end its processes once nothing is under way; it takes about two."""


class ServingProcess:
    """One running `python -m serving.launch`, and with it one Ray; since `started_s` of the monotonic clock."""

    def __init__(self, pid: int, port: int, start: Callable[..., "subprocess.Popen[bytes]"]) -> None:
        self.pid = pid
        self.started_s = time.monotonic()
        self._port = port
        self._popen: subprocess.Popen[bytes] | None = None
        self._start = start

    @classmethod
    def start(cls, config: ServingConfig, *, detach: bool, api_key: str | None = None) -> "ServingProcess":
        """Start it; returns at once, long before it answers.

        Args:
            config: the application's settings.
            detach: let it outlive this process. Otherwise it ends when this process does, however that happens.
            api_key: the API's keys, separated by commas.
        """
        process = cls(0, config.serving_port, partial(_spawn, config, detach, api_key))
        process._spawn()
        return process

    def restart(self) -> None:
        """End what is left of it, hanging or not, and start it again; its log goes on."""
        self._kill()
        self._spawn("--restart")

    def _spawn(self, *flags: str) -> None:
        self.started_s = time.monotonic()
        self._popen = self._start(*flags)
        self.pid = self._popen.pid

    @classmethod
    def find_detached(cls, config: ServingConfig, *, api_key: str | None = None) -> "ServingProcess | None":
        """The one that an earlier --detach left running on the port of `config`, or None."""
        path = pid_path(config.serving_port)
        try:
            pid = int(path.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None
        if _is_ours(pid):
            return cls(pid, config.serving_port, partial(_spawn, config, True, api_key))
        path.unlink(missing_ok=True)
        return None

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._popen.poll() is None if self._popen else _is_ours(self.pid)

    @property
    def exit_status(self) -> int | None:
        """Of the process that was started here, once it has ended."""
        return self._popen.poll() if self._popen else None

    def stop(self, *, drain_s: float = 0.0, at_once: threading.Event | None = None) -> None:
        """End it and everything it started, after the requests under way; returns when nothing of it is left.

        Args:
            drain_s: how long these may take.
            at_once: set it to end them now.
        """
        if self.is_alive():
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + drain_s + _END_S
        while self.is_alive() and time.monotonic() < deadline and not (at_once and at_once.is_set()):
            time.sleep(0.05)
        self._kill()

    def _kill(self) -> None:
        kill_session(self.pid)
        if self._popen is not None:
            self._popen.wait()
            stdin: IO[bytes] | None = self._popen.stdin
            if stdin is not None:
                stdin.close()
        remove_folders(self._port, owner=self.pid)


def _spawn(config: ServingConfig, detach: bool, api_key: str | None, *flags: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", _MODULE, config.model_dump_json(), *(["--detached"] if detach else []), *flags]
    # Appended to, so that it may be cut while it is written.
    with log_path(config.serving_port).open("ab") as log:
        return subprocess.Popen(
            command,
            env=launch_environment(config, api_key),
            # Held open by us and never written to: its end tells the process that we are gone.
            stdin=subprocess.DEVNULL if detach else subprocess.PIPE,
            stdout=log,
            stderr=log,
            # Away from the terminal's Ctrl-C, which would reach Ray's processes before we can stop them in order.
            start_new_session=True,
        )


def forget_detached(port: int) -> None:
    """Remove what a detached summarizer on `port` has noted."""
    pid_path(port).unlink(missing_ok=True)


def is_forgotten(port: int) -> bool:
    """Whether `stop` was asked to end the detached summarizer on `port`."""
    return not pid_path(port).exists()


def _is_ours(pid: int) -> bool:
    """Whether `pid` is a serving process: numbers are used again, and `stop` must not end a stranger."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        # No /proc (macOS) or no such process.
        return not Path("/proc/self").exists() and _ps_shows(pid)
    is_zombie = status.rpartition(")")[2].split()[:1] == ["Z"]
    return _MODULE.encode() in command and not is_zombie


def _ps_shows(pid: int) -> bool:
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return _MODULE in shown.stdout
