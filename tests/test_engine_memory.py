"""Who may run beside whom, and that caches hold no more than was counted for them."""

import random
import threading
from pathlib import Path

import numpy as np
import pytest

from serving.engine import beam_search
from serving.engine.interface import GenerationParams
from serving.engine.request import Request
from serving.engine.scheduler import Scheduler
from serving.engine.slots import Slots


def a_request(num_source: int = 10, *, max_length: int = 11, num_beams: int = 2) -> Request:
    params = GenerationParams(max_length=max_length, num_beams=num_beams)
    return Request(range(num_source), params, threading.Event(), None, beam_search.start(0, num_beams))


def take_steps(request: Request, count: int, *, num_dropped: int = 0) -> None:
    """What `count` decode steps leave of a request, and of its caches if some entries are dropped."""
    running = request.beams.running
    request.beams.running = np.pad(running, ((0, 0), (0, count)))
    request.num_cache_entries += count * len(running) - num_dropped


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
    first.num_cache_entries -= 2
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


SHAPE = {"num_layers": 2, "num_heads": 4, "head_size": 64}


def slots_with(sources: list[int]) -> Slots:
    slots = Slots(**SHAPE, num_ages=20, max_running=8)
    shape = (1, SHAPE["num_heads"], max(sources), SHAPE["head_size"])
    names = [name for name in slots.caches if name.startswith("cross")]
    for source in sources:
        slots.add([source], [2], {name: np.broadcast_to(np.float32(source), shape) for name in names})
    return slots


def step(slots: Slots, value: float, parents: list[int]) -> None:
    """One decode step in which every beam writes `value` as its keys and values."""
    slots.prepare_step()
    for slot in range(slots.num_running):
        first = slots.write_index[slot]
        for name, cache in slots.caches.items():
            if name.startswith("self"):
                cache[slot, :, first : first + 2] = value
        slots.advance(slot, np.array(parents))


def test_growing_caches_drop_what_no_beam_descends_from() -> None:
    slots = slots_with([5])
    for value in range(1, 101):
        step(slots, value, [0, 0])  # both beams continue the first one: half of the entries are dead
    assert slots.write_index[0] < 170
    for ages in slots.ages[0]:
        written = slots.caches["self_key_0"][0, 0, :, 0][ages > 0]
        assert written.tolist() == list(range(1, 101))


def test_beams_that_share_nothing_lose_nothing() -> None:
    slots = slots_with([5])
    for value in range(1, 101):
        step(slots, value, [0, 1])
    assert slots.write_index[0] == 200
    assert (slots.ages[0] > 0).sum(axis=1).tolist() == [100, 100]


def resident_kb() -> int:
    return int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0])


def test_a_slot_takes_what_it_holds_and_gives_it_back() -> None:
    sources = [2000, 16, 16, 2000]
    token_kb = 2 * 2 * 4 * 64 * 4 / 1024  # keys and values, layers, heads, head size, bytes
    before = resident_kb()
    slots = slots_with(sources)
    step(slots, 1.0, [0, 1])
    assert resident_kb() - before < 1.1 * token_kb * (sum(sources) + 4 * 16) + 2000
    slots.remove(0)  # the last moves there
    assert resident_kb() - before < 1.1 * token_kb * (2000 + 2 * 16 + 3 * 16) + 2000
    assert (slots.caches["cross_key_0"][0, :, :2000] == 2000).all()
