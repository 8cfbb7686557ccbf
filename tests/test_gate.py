"""The gate: never more running than allowed, first come first served, and a clear no when it is full."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.errors import BusyError
from serving.gate import Gate


def run(coroutine):
    return asyncio.run(coroutine)


def test_takes_running_then_waiting_then_refuses():
    async def main():
        gate = Gate(max_running=2, max_waiting=1)
        for _ in range(3):
            gate.enter()
        assert (gate.num_running, gate.num_waiting) == (2, 1)
        with pytest.raises(BusyError) as refused:
            gate.enter()
        assert refused.value.status == 429
        assert refused.value.retry_after_s >= 1

    run(main())


def test_places_move_up_in_order_and_are_told():
    async def main():
        gate = Gate(max_running=1, max_waiting=3)
        told = {name: [] for name in "abc"}
        running = gate.enter()
        waiting = {name: gate.enter(told[name].append) for name in "abc"}
        waiting["a"].leave()
        assert told == {"a": [1], "b": [2, 1], "c": [3, 2]}
        running.leave()
        assert waiting["b"].granted.done()
        assert not waiting["c"].granted.done()
        assert told["c"] == [3, 2, 1]

    run(main())


def test_cancelled_waiter_gives_its_place_back():
    async def main():
        gate = Gate(max_running=1, max_waiting=1)
        first = gate.enter()

        async def use(place):
            async with place:
                await asyncio.sleep(0)

        waiter = asyncio.create_task(use(gate.enter()))
        await asyncio.sleep(0)
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
        assert gate.num_waiting == 0
        first.leave()
        assert gate.num_running == 0

    run(main())


def test_waiter_cancelled_in_the_moment_it_is_granted_does_not_leak():
    async def main():
        gate = Gate(max_running=1, max_waiting=1)
        first = gate.enter()

        async def use(place):
            async with place:
                await asyncio.sleep(10)

        waiter = asyncio.create_task(use(gate.enter()))
        await asyncio.sleep(0)
        first.leave()
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
        assert gate.num_running == 0

    run(main())


@given(st.integers(1, 4), st.integers(0, 4), st.lists(st.tuples(st.booleans(), st.integers(0, 20)), max_size=60))
def test_counts_hold_for_any_order_of_coming_and_leaving(max_running, max_waiting, moves):
    async def main():
        gate = Gate(max_running=max_running, max_waiting=max_waiting)
        inside = []
        for comes, which in moves:
            if comes:
                try:
                    inside.append(gate.enter())
                except BusyError:
                    assert len(inside) == max_running + max_waiting
            elif inside:
                inside.pop(which % len(inside)).leave()
            assert gate.num_running == min(len(inside), max_running)
            assert gate.num_waiting == max(0, len(inside) - max_running)
            assert sum(place.granted.done() for place in inside) == gate.num_running

    run(main())


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Crowd:
    """Clients of one gate on a made-up clock, in tenths of a second; a run's length is told by `length_s(number)`."""

    def __init__(self, *, max_running: int, max_waiting: int, length_s) -> None:
        self.clock = Clock()
        self.gate = Gate(max_running=max_running, max_waiting=max_waiting, clock=self.clock)
        self._length_s = length_s
        self._inside: list[tuple[object, float | None]] = []
        self.told: list[int] = []
        self.num_entered = 0

    def come(self) -> bool:
        try:
            self._inside.append((self.gate.enter(), None))
        except BusyError as error:
            self.told.append(error.retry_after_s)
            return False
        return True

    def tick(self) -> int:
        """A tenth of a second; return how many runs ended in it."""
        self.clock.now += 0.1
        ended = 0
        for index, (place, ends_at) in enumerate(self._inside):
            if ends_at is None and place.granted.done():
                place.has_run = True
                self._inside[index] = (place, self.clock.now + self._length_s(self.num_entered))
                self.num_entered += 1
        for place, ends_at in list(self._inside):
            if ends_at is not None and ends_at <= self.clock.now:
                self._inside.remove((place, ends_at))
                place.leave()
                ended += 1
        return ended


def simulated(simulation):
    async def main():
        return simulation()

    return run(main())


@pytest.mark.parametrize(
    ("max_running", "max_waiting", "lengths_s"),
    [
        (16, 32, (19.0, 31.0)),
        (16, 32, (5.0, 8.0)),
        (2, 4, (0.5, 0.9)),
        (1, 8, (60.0, 90.0)),
        (4, 0, (3.0, 20.0)),
    ],
)
def test_who_comes_back_when_told_finds_a_place(max_running, max_waiting, lengths_s):
    """All at once, as after a link was shared: none of those told first is told less than the first run takes."""
    low, high = lengths_s

    def simulation():
        crowd = Crowd(
            max_running=max_running,
            max_waiting=max_waiting,
            length_s=lambda number: low + (high - low) * (number * 7 % 11) / 10,
        )
        for _ in range(2 * max_running):  # so it has seen some runs, with all places taken
            crowd.come()
        while crowd.tick() or crowd.gate.num_running:
            pass
        for _ in range(max_running + max_waiting):
            assert crowd.come()
        crowd.told.clear()
        crowd.tick()
        refused_at = crowd.clock.now
        for _ in range(max_running):
            assert not crowd.come()
        told = sorted(crowd.told)
        freed, ends = 0, []
        while len(ends) < max_running:
            freed = crowd.tick()
            ends += [crowd.clock.now - refused_at] * freed
        return told, ends

    told, ends = simulated(simulation)
    assert told[0] >= 0.9 * ends[0]
    early = sum(told_s < end_s - 0.25 * high for told_s, end_s in zip(told, ends, strict=True))
    assert early <= len(told) / 5, (told, ends)
    assert told[-1] <= 2.0 * ends[-1] + 1


def test_a_run_that_is_overdue_is_not_told_as_nearly_done():
    def simulation():
        crowd = Crowd(max_running=1, max_waiting=0, length_s=lambda number: 1.0 if number == 0 else 1000.0)
        crowd.come()
        while not crowd.tick():
            pass
        crowd.come()
        for _ in range(600):
            crowd.tick()
        assert not crowd.come()
        return crowd.told

    assert simulated(simulation) == [15]


def test_asking_again_and_again_makes_nobody_wait_for_ever():
    def simulation():
        crowd = Crowd(max_running=2, max_waiting=0, length_s=lambda _number: 4.0)
        for _ in range(2):
            crowd.come()
        while crowd.tick() or crowd.gate.num_running:
            pass
        for _ in range(2):
            crowd.come()
        crowd.told.clear()
        for _ in range(500):
            crowd.come()
        return crowd.told

    told = simulated(simulation)
    assert min(told) >= 4
    assert max(told) <= 6


def test_without_any_run_yet_it_is_a_guess_of_seconds():
    def simulation():
        crowd = Crowd(max_running=1, max_waiting=0, length_s=lambda _number: 1.0)
        crowd.come()
        crowd.come()
        return crowd.told

    assert simulated(simulation) == [5]
