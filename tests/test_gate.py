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
