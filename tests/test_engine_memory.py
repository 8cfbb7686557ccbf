"""Who may run beside whom, and that caches hold no more than was counted for them."""

import random
import threading
from pathlib import Path

import numpy as np
import pytest

from serving.engine import beam_search
from serving.engine.interface import GenerationParams
from serving.engine.kv_cache import KVCache
from serving.engine.model_shape import ModelShape
from serving.engine.request import Request
from serving.engine.scheduler import Scheduler


def a_request(num_source: int = 10, *, max_length: int = 11, num_beams: int = 2) -> Request:
    params = GenerationParams(max_length=max_length, num_beams=num_beams)
    return Request(range(num_source), params, threading.Event(), None, beam_search.start(0, num_beams))


def take_steps(request: Request, count: int, *, num_dropped: int = 0) -> None:
    """What `count` decode steps leave of a request, and of its caches if some entries are dropped."""
    running = request.beams.running
    request.beams.running = np.pad(running, ((0, 0), (0, count)))
    hold(request, request.num_cache_entries + count * len(running) - num_dropped)


def hold(request: Request, num_cache_entries: int) -> None:
    request.ages = np.zeros((request.num_beams, num_cache_entries + request.num_beams), np.int32)


def a_scheduler(max_cache_tokens: int, page_tokens: int = 1) -> Scheduler:
    return Scheduler(
        max_running=16, max_cache_tokens=max_cache_tokens, page_tokens=page_tokens, max_prefill_tokens=10_000
    )


def admit(scheduler: Scheduler, *requests: Request) -> list[Request]:
    scheduler.waiting.extend(requests)
    return scheduler.admit()


def test_each_counts_for_itself_and_not_for_its_longest_neighbour() -> None:
    long, short = a_request(100), a_request(10)  # 100 + 2 * 10 and 10 + 2 * 10 at their ends
    assert admit(a_scheduler(150), long, short) == [long, short]
    assert admit(a_scheduler(149), a_request(100), a_request(10)) != [long, short]


def test_who_is_about_to_leave_makes_room_for_who_has_yet_to_grow() -> None:
    scheduler = a_scheduler(58)  # two of 30 at once would need 60
    first, second = a_request(), a_request()
    assert admit(scheduler, first, second) == [first]
    take_steps(first, 1)
    assert scheduler.admit() == [second]  # at the first one's end: 30 + 28


def test_what_dropped_beams_had_written_makes_room() -> None:
    scheduler = a_scheduler(50)
    first, second = a_request(), a_request()
    assert admit(scheduler, first, second) == [first]
    take_steps(first, 4)
    assert scheduler.admit() == []  # 30 + 22
    hold(first, first.num_cache_entries - 2)
    assert scheduler.admit() == [second]


def test_pages_count_as_a_whole() -> None:
    assert len(admit(a_scheduler(95, page_tokens=16), a_request(), a_request())) == 1  # 2 * (16 + 32)
    assert len(admit(a_scheduler(96, page_tokens=16), a_request(), a_request())) == 2


def test_one_that_exceeds_the_bound_runs_alone_and_nobody_overtakes_the_first_in_line() -> None:
    scheduler = a_scheduler(60)
    small, large, next_one = a_request(), a_request(500), a_request()
    assert admit(scheduler, small, large, next_one) == [small]
    scheduler.remove(0)
    assert scheduler.admit() == [large]
    scheduler.remove(0)
    assert scheduler.admit() == [next_one]


@pytest.mark.parametrize("seed", range(20))
def test_nobody_ever_exceeds_the_bound_and_all_get_their_turn(seed: int) -> None:
    rng = random.Random(seed)
    scheduler = a_scheduler(300)
    scheduler.waiting.extend(
        a_request(rng.randint(1, 120), max_length=rng.randint(2, 40), num_beams=rng.randint(1, 3)) for _ in range(60)
    )
    num_done = 0
    while scheduler.has_requests:
        scheduler.admit()
        assert scheduler.running
        for request in scheduler.running:
            # Beams are dropped at times, and some end early.
            take_steps(request, 1, num_dropped=rng.choice([0, 0, 1]) if request.num_cache_entries else 0)
        held = sum(len(request.source) + request.num_cache_entries for request in scheduler.running)
        assert held <= 300 or len(scheduler.running) == 1
        for slot in reversed(range(len(scheduler.running))):
            if scheduler.running[slot].num_steps_left == 0 or rng.random() < 0.05:
                scheduler.remove(slot)
                num_done += 1
    assert num_done == 60


SHAPE = ModelShape(
    precision="fp32", vocab_size=1, d_model=1, num_heads=4, head_size=64, num_decoder_layers=2, encoder_reach=1,
    num_ages=1000, max_input_tokens=1, decoder_start_token_id=0, eos_token_id=1,
)  # fmt: skip
TOKEN_KB = 2 * 2 * 4 * 64 * 4 / 1024
"""Keys and values, layers, heads, head size, bytes."""


class FilledSlots(KVCache):
    """Slots whose every article has its own number in all of its caches."""

    def __init__(self, max_cache_tokens: int = 100_000) -> None:
        super().__init__(SHAPE, max_running=8, max_cache_tokens=max_cache_tokens)
        self.running: list[Request] = []
        self.articles: list[tuple[float, list[float]]] = []
        """For each slot, the number in its cross caches and those that its first beam's ancestors wrote."""

    @property
    def num_running(self) -> int:
        return len(self.running)

    @property
    def write_index(self) -> list[int]:
        return [request.num_cache_entries for request in self.running]

    @property
    def ages(self) -> np.ndarray:
        """Those of written entries, [slots, b, room], padded."""
        ages = np.zeros((len(self.running), 4, self.room["self"]), np.int32)
        for slot, request in enumerate(self.running):
            ages[slot, : request.num_beams, : request.num_cache_entries] = request.ages[:, : -request.num_beams]
        return ages[:, : max(request.num_beams for request in self.running)]

    def join(self, num_source: int, number: float, num_beams: int = 2) -> None:
        self.running.append(a_request(num_source, num_beams=num_beams))
        (slot,) = range(8)[self.add(self.running, 1)]
        for name in self.names["cross"]:
            self.caches[name][slot, :, :num_source] = number
        self.articles.append((number, []))

    def leave(self, slot: int) -> None:
        self.remove(self.running, slot)
        for of_slots in (self.articles, self.running):
            last = of_slots.pop()
            if slot < len(of_slots):
                of_slots[slot] = last

    def step(self, number: float, parents: list[int] | None = None) -> None:
        """One decode step in which every beam writes `number` as its keys and values."""
        self.prepare_step(self.running)
        for slot, request in enumerate(self.running):
            first, num_beams = request.num_cache_entries, request.num_beams
            for name in self.names["self"]:
                self.caches[name][slot, :, first : first + num_beams] = number
            self.articles[slot][1].append(number)
            request.follow(np.array(parents or np.zeros(num_beams, np.int64)))
            request.beams.running = np.pad(request.beams.running, ((0, 0), (0, 1)))

    def check(self) -> None:
        """Every article still has what was written for it, in every layer and head."""
        for slot, (number, written) in enumerate(self.articles):
            is_ancestor = self.ages[slot, 0] > 0
            is_source = np.arange(self.room["cross"]) < len(self.running[slot].source)
            for name in self.names["cross"]:
                assert (self.caches[name][slot][:, is_source] == number).all()
            for name in self.names["self"]:
                assert (self.caches[name][slot][:, is_ancestor] == np.array(written)[:, None]).all()


def test_growing_caches_drop_what_no_beam_descends_from() -> None:
    slots = FilledSlots()
    slots.join(5, 1)
    for number in range(1, 101):
        slots.step(number, [0, 0])  # both beams continue the first one: half of the entries are dead
    assert slots.write_index[0] < 170
    for ages in slots.ages[0]:
        written = slots.caches["self_key_0"][0, 0, :, 0][ages > 0]
        assert written.tolist() == list(range(1, 101))


def test_beams_that_share_nothing_lose_nothing() -> None:
    slots = FilledSlots()
    slots.join(5, 1)
    for number in range(1, 101):
        slots.step(number, [0, 1])
    assert slots.write_index[0] == 200
    assert (slots.ages[0] > 0).sum(axis=1).tolist() == [100, 100]


def resident_kb() -> int:
    return int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0])


def test_a_slot_takes_what_it_holds() -> None:
    before = resident_kb()
    slots = FilledSlots()
    for num_source in (2000, 16, 16, 2000):
        slots.join(num_source, num_source)
    slots.step(1)
    assert resident_kb() - before < 1.1 * TOKEN_KB * (2000 + 16 + 16 + 2000 + 4 * 16) + 2000
    slots.check()


def test_memory_stays_for_the_next_one_and_goes_where_it_is_needed() -> None:
    before = resident_kb()
    slots = FilledSlots(max_cache_tokens=4500)
    for number in range(4):
        slots.join(1000, number)
    slots.step(1)
    full = resident_kb()
    for _ in range(3):
        slots.leave(0)
    assert full - resident_kb() < 1000
    for number in range(20):  # each of them takes other slots' memory, the bound stays
        slots.join([16, 2000][number % 2], 10 + number)
        slots.step(2 + number)
        slots.check()
        assert resident_kb() - before < 1.1 * TOKEN_KB * 4500 + 2000
        slots.leave(1)


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 10))])
def test_whoever_joins_grows_and_leaves_all_keep_what_is_theirs(seed: int) -> None:
    rng = random.Random(seed)
    slots = FilledSlots(max_cache_tokens=rng.choice([400, 1000, 5000]))
    before = resident_kb()
    for number in range(1, 300):
        if slots.num_running < 8 and (slots.num_running == 0 or rng.random() < 0.1):
            slots.join(rng.choice([1, 40, 200, 300]), number, num_beams=rng.randint(1, 4))
        slots.step(number)
        if rng.random() < 0.08:
            slots.leave(rng.randrange(slots.num_running))
        slots.check()
    needed = 8 * (320 + 4 * 300)
    assert resident_kb() - before < TOKEN_KB * needed
