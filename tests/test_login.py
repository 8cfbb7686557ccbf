"""The made-up login: words that a guest can type, hard to guess, and no stricter than a phone's keyboard."""

import asyncio
import math
import re
import time

import pytest

from ui import login
from ui.login import NUM_WORDS, WORDS, make_password, password_check


def test_password_is_three_words_worth_27_bits():
    passwords = {make_password() for _ in range(200)}
    assert len(passwords) == 200
    for password in passwords:
        assert re.fullmatch(r"[a-z]{3,10}-[a-z]{3,10}-[a-z]{3,10}", password)
        assert set(password.split("-")) <= set(WORDS)
    assert len(WORDS) == len(set(WORDS))
    assert NUM_WORDS * math.log2(len(WORDS)) > 27


@pytest.mark.parametrize(
    ("user", "password", "is_right"),
    [
        ("guest", "canoe-lemon-amber", True),
        ("Guest", "Canoe-lemon-amber", True),
        ("guest ", "canoe lemon amber ", True),
        ("guest", "CANOELEMONAMBER", True),
        ("guest", "canoe–lemon–amber", True),
        ("guest", "canoe_lemon.amber", True),
        ("guest", "canoe-amber-lemon", False),
        ("guest", "canoe-lemon", False),
        ("guest", "", False),
        ("", "canoe-lemon-amber", False),
        ("visitor", "canoe-lemon-amber", False),
        ("guest", "canoe-lemon-ämber", False),
    ],
)
def test_what_a_phone_adds_does_not_count(user, password, is_right, monkeypatch):
    monkeypatch.setattr(login, "_WRONG_ANSWER_S", 0.0)
    assert asyncio.run(password_check("guest", "canoe-lemon-amber")(user, password)) is is_right


def test_guesses_take_their_time_however_many_come_at_once(monkeypatch):
    monkeypatch.setattr(login, "_WRONG_ANSWER_S", 0.1)

    async def guess_all():
        check = password_check("guest", "canoe-lemon-amber")
        return await asyncio.gather(*(check("guest", f"guess{i}") for i in range(24)))

    started = time.monotonic()
    assert not any(asyncio.run(guess_all()))
    assert time.monotonic() - started >= 0.3
