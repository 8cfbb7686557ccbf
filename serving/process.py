"""The process that runs Ray and Serve, seen from outside: start it, watch it, stop it, find it again.

A process that is to outlive its starter (--detach) leaves its number in a file in the state folder, so that a later
`stop` ends that one and nothing else.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

from serving.config import ServingConfig
from serving.launch import launch_environment

_MODULE = "serving.launch"

# Ray takes about two seconds to end its processes; one that hangs is not waited for any longer than this.
_STOP_TIMEOUT_S = 20.0


def state_dir() -> Path:
    """Folder for logs and process numbers: `nutshell` in `XDG_STATE_HOME` (default ~/.local/state)."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    path = Path(base) / "nutshell"
    path.mkdir(parents=True, exist_ok=True)
    return path


def log_path(port: int) -> Path:
    """Log of the summarizer on `port`: everything that Ray, Serve and the model say."""
    return state_dir() / f"serving-{port}.log"


def _pid_path(port: int) -> Path:
    return state_dir() / f"serving-{port}.pid"


class ServingProcess:
    """One running `python -m serving.launch`, and with it one Ray."""

    def __init__(self, pid: int, start: Callable[[str], "subprocess.Popen[bytes]"]) -> None:
        self.pid = pid
        self._popen: subprocess.Popen[bytes] | None = None
        self._start = start

    @classmethod
    def start(cls, config: ServingConfig, *, detach: bool) -> "ServingProcess":
        """Start it; returns at once, long before it answers.

        Args:
            config: the application's settings.
            detach: let it outlive this process. Otherwise it ends when this process does, however that happens.
        """
        process = cls(0, partial(_spawn, config, detach))
        process._spawn_with_log("wb")
        return process

    def restart(self) -> None:
        """Start it again after it ended; its log goes on."""
        self._spawn_with_log("ab")

    def _spawn_with_log(self, log_mode: str) -> None:
        self._popen = self._start(log_mode)
        self.pid = self._popen.pid

    @classmethod
    def find_detached(cls, config: ServingConfig) -> "ServingProcess | None":
        """The one that an earlier --detach left running on the port of `config`, or None."""
        path = _pid_path(config.serving_port)
        try:
            pid = int(path.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None
        if _is_ours(pid):
            return cls(pid, partial(_spawn, config, True))
        path.unlink(missing_ok=True)
        return None

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._popen.poll() is None if self._popen else _is_ours(self.pid)

    def stop(self) -> None:
        """End it and everything it started; returns when nothing of it is left."""
        if self.is_alive():
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_TIMEOUT_S
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        if self.is_alive():
            # It leads a session of its own; Ray's processes ask the kernel to die with it.
            os.killpg(self.pid, signal.SIGKILL)
        if self._popen is not None:
            self._popen.wait()
            stdin: IO[bytes] | None = self._popen.stdin
            if stdin is not None:
                stdin.close()


def _spawn(config: ServingConfig, detach: bool, log_mode: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", _MODULE, config.model_dump_json(), *(["--detached"] if detach else [])]
    with log_path(config.serving_port).open(log_mode) as log:
        popen = subprocess.Popen(
            command,
            env=launch_environment(),
            # Held open by us and never written to: its end tells the process that we are gone.
            stdin=subprocess.DEVNULL if detach else subprocess.PIPE,
            stdout=log,
            stderr=log,
            # Away from the terminal's Ctrl-C, which would reach Ray's processes before we can stop them in order.
            start_new_session=True,
        )
    if detach:
        _pid_path(config.serving_port).write_text(str(popen.pid), encoding="ascii")
    return popen


def forget_detached(port: int) -> None:
    """Remove what `ServingProcess.start(detach=True)` noted for `port`."""
    _pid_path(port).unlink(missing_ok=True)


def is_forgotten(port: int) -> bool:
    """Whether `stop` was asked to end the detached summarizer on `port`."""
    return not _pid_path(port).exists()


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
