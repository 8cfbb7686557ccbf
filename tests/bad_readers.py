"""Readers that misbehave, for a child process to run (tests/test_reading_isolated.py)."""

import os
import sys
import time

from ui.reading.errors import UnreadableError


def echoes(data: bytes, *, ending: str = "") -> str:
    return data.decode() + ending


def is_busy_for_ever(data: bytes) -> str:
    while True:
        data += b""


def tells_its_number_and_sleeps(data: bytes) -> str:
    with open(data.decode(), "w") as file:
        file.write(str(os.getpid()))
    time.sleep(60)
    return ""


def balloons(data: bytes) -> str:
    pieces = []
    while True:
        pieces.append(bytearray(10_000_000))


def dies(data: bytes) -> str:
    os.abort()


def chatters(data: bytes) -> str:
    print("article on standard output")
    print("article on standard error", file=sys.stderr)
    os.write(1, b"}{")
    return "quiet"


def explains(data: bytes) -> str:
    raise UnreadableError("A sentence.")


def stumbles(data: bytes) -> str:
    raise KeyError(data.decode())


def tells_environment(data: bytes) -> str:
    return " ".join(sorted(os.environ))


def tells_modules(data: bytes) -> str:
    return " ".join(sorted(sys.modules))
