"""Runs of the page: one visitor's share of the places, and Stop that finds its own."""

import asyncio
import threading

import pytest

from tests.little_server import LittleServer, send_stream
from ui.client import BusyError, SummarizerClient, SummaryRequest
from ui.runs import MAX_RUNNING_PER_VISITOR, MAX_RUNS_PER_VISITOR, Runs, Stopped, Working

REQUEST = SummaryRequest("An article.", max_words=40)


@pytest.fixture
def server():
    """Answers every request with signs of life and never with a summary."""
    server = LittleServer(send_stream(b": still here\n\n", repeat_last=True))
    yield server
    server.close()


async def _collect(steps, found):
    async for step in steps:
        found.append(step)


async def _until(condition):
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


def test_one_visitor_gets_two_places_and_the_next_visitor_his_own(server):
    async def main():
        runs = Runs(SummarizerClient(server.url))
        tasks = [asyncio.create_task(_collect(runs.follow("a", "article", REQUEST), [])) for _ in range(4)]
        await _until(lambda: len(server.bodies) >= MAX_RUNNING_PER_VISITOR)
        await asyncio.sleep(0.3)
        assert len(server.bodies) == MAX_RUNNING_PER_VISITOR
        tasks.append(asyncio.create_task(_collect(runs.follow("b", "article", REQUEST), [])))
        await _until(lambda: len(server.bodies) == MAX_RUNNING_PER_VISITOR + 1)
        for session in ("a", "b"):
            runs.stop(session)
        await asyncio.gather(*tasks)

    asyncio.run(main())


def test_too_many_runs_are_refused_in_a_sentence(server):
    async def main():
        runs, found = Runs(SummarizerClient(server.url)), []
        tasks = [
            asyncio.create_task(_collect(runs.follow("a", "batch", REQUEST), [])) for _ in range(MAX_RUNS_PER_VISITOR)
        ]
        await asyncio.sleep(0.1)
        await _collect(runs.follow("a", "batch", REQUEST), found)
        assert isinstance(found[0], BusyError)
        assert (
            str(found[0]) == f"You have {MAX_RUNS_PER_VISITOR} summaries under way. Wait for one of them, or stop it."
        )
        runs.stop("a")
        await asyncio.gather(*tasks)

    asyncio.run(main())


def test_stop_ends_the_runs_of_one_place_only(server):
    async def main():
        runs, article, batch = Runs(SummarizerClient(server.url)), [], []
        tasks = [
            asyncio.create_task(_collect(runs.follow("a", "article", REQUEST), article)),
            asyncio.create_task(_collect(runs.follow("a", "batch", REQUEST), batch)),
        ]
        await _until(lambda: len(server.bodies) == 2)
        runs.stop("a", "article")
        await tasks[0]
        assert isinstance(article[-1], Stopped)
        assert all(isinstance(step, Working) for step in batch)
        runs.stop("a")
        await tasks[1]
        assert isinstance(batch[-1], Stopped)

    asyncio.run(main())


def test_whoever_stops_iterating_stops_the_computation(server):
    async def main():
        runs = Runs(SummarizerClient(server.url))
        steps = runs.follow("a", "article", REQUEST)
        await anext(steps)
        await _until(lambda: bool(server.bodies))
        await steps.aclose()

    asyncio.run(main())
    assert server.client_left.wait(2)
    assert not [thread for thread in threading.enumerate() if thread.name == "read-summary" and thread.is_alive()]
