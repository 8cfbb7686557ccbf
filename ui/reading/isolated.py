"""Runs a reader of someone else's file in a process of its own, with a bound on time and on memory.

A visitor may send anything. PDF and HTML libraries are large, and a few kilobytes made for the purpose can keep them
busy for hours or fill the memory; a thread could not be ended then, a process can.

    this process                          python -m ui.reading.isolated
    ------------                          -----------------------------
    one line of JSON, then the file  ->   limits itself, then function(file, **options)
    the Article, or UnreadableError  <-   one object of JSON

The answer is JSON and not a pickle: what comes from a process that has read a hostile file is data only.
"""

import ctypes
import importlib
import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ui.reading.article import Article
from ui.reading.errors import FILE_BROKEN, FILE_TOO_COMPLEX, UnreadableError

FILE_TOO_SLOW = "Reading took longer than {timeout_s:.0f} s and was stopped. Choose a simpler file, or paste the text."
FILES_BUSY = "Several files are being read just now. Try again in a moment."

TIMEOUT_S = 20.0
MAX_MEMORY_BYTES = 1_500_000_000
MAX_RUNNING = 4
"""Files in reading at the same time: more than this many times `MAX_MEMORY_BYTES` is never in use."""

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = ("HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "TMPDIR")
"""What a child is given of our environment; the page's login and the model hub's token are not for it."""
_PR_SET_PDEATHSIG = 1

_log = logging.getLogger(__name__)
_places = threading.BoundedSemaphore(MAX_RUNNING)


def run_isolated(
    function: Callable[..., Article],
    data: bytes,
    *,
    timeout_s: float = TIMEOUT_S,
    max_memory_bytes: int = MAX_MEMORY_BYTES,
    **options: str | None,
) -> Article:
    """Return `function(data, **options)`, called in a child process; from any thread.

    Args:
        function: defined at the top of a module of this project; prints go nowhere.
        data: the file's content.
        timeout_s: wall-clock bound, the child's start included; the wait for a place has the same bound once more.
        max_memory_bytes: bound on the child's address space, its libraries included.

    Raises:
        UnreadableError: the function raised it; or it failed in any other way, took too long or too much memory.
    """
    if not _places.acquire(timeout=timeout_s):
        raise UnreadableError(FILES_BUSY)
    try:
        answer = _ask_child(
            data,
            {
                "module": function.__module__,
                "function": function.__qualname__,
                "options": options,
                "timeout_s": timeout_s,
                "max_memory_bytes": max_memory_bytes,
                "parent": os.getpid(),
            },
        )
    finally:
        _places.release()
    if "article" in answer:
        return _article(answer["article"])
    if "unreadable" in answer:
        raise UnreadableError(str(answer["unreadable"]))
    _log.warning("%s.%s failed: %s", function.__module__, function.__qualname__, answer.get("failure"))
    raise UnreadableError(FILE_BROKEN)


def _article(fields: dict[str, Any]) -> Article:
    return Article(tuple(fields["paragraphs"]), fields["title"], tuple(fields["notes"]), fields["doubt"])


def _ask_child(data: bytes, task: dict[str, Any]) -> dict[str, Any]:
    with subprocess.Popen(
        [sys.executable, "-m", "ui.reading.isolated"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # libraries quote the file in their warnings
        cwd=_ROOT,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        start_new_session=True,  # Ctrl-C in a terminal is for the page, which ends its children itself
    ) as child:
        try:
            answer, _ = child.communicate(json.dumps(task).encode() + b"\n" + data, timeout=task["timeout_s"])
        except subprocess.TimeoutExpired as error:
            raise UnreadableError(FILE_TOO_SLOW.format(timeout_s=task["timeout_s"])) from error
        finally:
            child.kill()
    if child.returncode != 0:
        return {"failure": f"exit status {child.returncode}"}
    parsed: dict[str, Any] = json.loads(answer)
    return parsed


def _limit(task: dict[str, Any]) -> None:
    """Bind this process to its parent's life, to the time and to the memory of `task`."""
    if sys.platform == "linux":
        # Sent when the thread that started us ends, which is the one that waits for our answer.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_AS, (task["max_memory_bytes"], task["max_memory_bytes"]))
    if os.getppid() != task["parent"]:
        sys.exit("the parent is gone")
    # Where no signal tells of the parent's end, and macOS bounds no address space, this clock still ticks. Nobody
    # handles SIGALRM, so the kernel ends the process whatever it is doing.
    signal.setitimer(signal.ITIMER_REAL, task["timeout_s"] + 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(task: dict[str, Any], data: bytes) -> dict[str, Any]:
    function = getattr(importlib.import_module(task["module"]), task["function"])
    try:
        return {"article": asdict(function(data, **task["options"]))}
    except UnreadableError as error:
        return {"unreadable": str(error)}
    except MemoryError:
        return {"unreadable": FILE_TOO_COMPLEX}
    except Exception as error:  # what a library raises over a damaged file is without number; its words quote the file
        place = traceback.extract_tb(error.__traceback__)[-1]
        return {"failure": f"{type(error).__qualname__} at {Path(place.filename).name}:{place.lineno}"}


def main() -> None:
    """Read one task from standard input, answer it on standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what libraries print must not get between the answer's braces
    task = json.loads(sys.stdin.buffer.readline())
    _limit(task)
    answers.write(json.dumps(_answer(task, sys.stdin.buffer.read())).encode())
    answers.flush()
    os._exit(0)  # tearing down a large tree takes long, and nobody needs it


if __name__ == "__main__":
    main()
