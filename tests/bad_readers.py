"""Readers that misbehave, for a child process to run (tests/test_reading_isolated.py)."""

import os
import sys
import time

from ui.reading.article import Article
from ui.reading.errors import UnreadableError


def echoes(data: bytes, *, ending: str = "") -> Article:
    return Article((data.decode() + ending,))


def is_busy_for_ever(data: bytes) -> Article:
    while True:
        data += b""


def tells_its_number_and_sleeps(data: bytes) -> Article:
    with open(data.decode(), "w") as file:
        file.write(str(os.getpid()))
    time.sleep(60)
    return Article(())


def balloons(data: bytes) -> Article:
    pieces = []
    while True:
        pieces.append(bytearray(10_000_000))


def dies(data: bytes) -> Article:
    os.abort()


def chatters(data: bytes) -> Article:
    print("article on standard output")
    print("article on standard error", file=sys.stderr)
    os.write(1, b"}{")
    return Article(("quiet",))


def explains(data: bytes) -> Article:
    raise UnreadableError("A sentence.")


def stumbles(data: bytes) -> Article:
    raise KeyError(data.decode())


def tells_environment(data: bytes) -> Article:
    return Article(tuple(sorted(os.environ)))


def tells_modules(data: bytes) -> Article:
    return Article(tuple(sorted(sys.modules)))
