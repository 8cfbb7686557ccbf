"""Which files, folders and processes belong to the summarizer on which port, and how they are got rid of."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path


def state_dir() -> Path:
    """`nutshell` in `XDG_STATE_HOME` (default ~/.local/state), or in the temporary folder where that can't be written.

    There may be no home at all, as in many containers, or one that is read-only.
    """
    home = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    for base in (Path(home), Path(tempfile.gettempdir())):
        path = base / ("nutshell" if base == Path(home) else f"nutshell-state-{os.getuid()}")
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(path, os.W_OK) and path.stat().st_uid == os.getuid():
            return path
    raise OSError(f"neither {home} nor {tempfile.gettempdir()} can be written")


def log_path(port: int) -> Path:
    """Log of the summarizer on `port`: everything that Ray, Serve and the model say."""
    return state_dir() / f"serving-{port}.log"


def pid_path(port: int) -> Path:
    """Holds the number of the process that --detach left running on `port`."""
    return state_dir() / f"serving-{port}.pid"


def new_folder(port: int) -> Path:
    """A folder of this process's for what it has on `port`: Ray's sockets and logs, or the page's uploads."""
    return Path(tempfile.mkdtemp(prefix=f"nutshell-{port}-{os.getpid()}-", dir=_folders()))


def remove_folders(port: int, *, owner: int | None = None) -> None:
    """Delete what `new_folder` has made for `port` in the process `owner` (default: this one), or in one that is gone.

    Others stay: of two that start on one port at the same time, the one that gives way must not take the other's.
    """
    for folder in _folders().glob(f"nutshell-{port}-*-*"):
        pid = int(folder.name.split("-")[2])
        if folder.stat().st_uid == os.getuid() and (pid == (owner or os.getpid()) or not _exists(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _folders() -> Path:
    # Ray's sockets lie deeper by 70 characters, and a socket's path has 107 at most.
    return Path(tempfile.gettempdir() if len(tempfile.gettempdir()) <= 8 else "/tmp")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def kill_session(leader: int) -> None:
    """End the process `leader`, which leads a session of its own, and all that it started.

    A frozen process, or one whose parent is gone, does not follow the leader by itself.
    """
    for pid in _session(leader):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _session(leader: int) -> list[int]:
    """The process `leader`, which leads a session of its own, and all that it started, whoever their parent is now."""
    if not Path("/proc/self").exists():
        shown = subprocess.run(["ps", "-axo", "pid=,pgid="], capture_output=True, text=True, check=False).stdout
        pairs = [line.split() for line in shown.splitlines()]
        return [int(pid) for pid, group in pairs if int(group) == leader]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(int(folder.name)) == leader:
                found.append(int(folder.name))
    return found
