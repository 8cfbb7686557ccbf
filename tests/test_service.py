"""Admission, the turn in line, the timeout and the end of a request whose client has gone."""

import asyncio
import time

import pytest

from serving.config import ServingConfig
from serving.engine.interface import GenerationParams, NotFiniteError
from serving.errors import BusyError, NotSummarizableError, RequestTimeoutError
from serving.schemas import QueuedEvent
from serving.service import SummarizerService
from serving.summarizer import SummaryTask
from tests.fake_engine import FakeEngine, FakeLoader

TEXT = "The ferries will run all night. The council decided so on Tuesday."
TASK = SummaryTask(text=TEXT, max_length=512)


def make_service(**settings) -> tuple[SummarizerService, FakeEngine]:
    engine = FakeEngine(" ".join(["word"] * 400), step_s=0.01)
    engine.max_running = 1
    return SummarizerService(ServingConfig(model="someone/news", **settings), FakeLoader(engine)), engine


def test_status_tells_the_settings_in_use():
    service, engine = make_service(precision="int8")
    engine.default_params, engine.prefix = GenerationParams(num_beams=4), "summarize: "
    assert service.status().parameters == GenerationParams(num_beams=4)
    assert service.status().prefix == "summarize: "
    assert service.status().precision == "fp32", "the engine's, whatever was asked for"
    without = SummarizerService(ServingConfig(precision="int8"), FakeLoader()).status()
    assert (without.parameters, without.prefix, without.precision) == (None, None, None)


def idle_after(engine: FakeEngine) -> bool:
    """Whether the engine takes no more steps."""
    time.sleep(0.05)
    num_steps = engine.num_steps
    time.sleep(0.1)
    return engine.num_steps == num_steps


def test_32_at_once_end_in_a_summary_or_a_429():
    service, engine = make_service(max_running=1, max_waiting=5)
    engine.answer, engine.step_s = "It runs.", 0.001

    async def one():
        try:
            return (await service.admit(TASK, "auto").run()).summary
        except BusyError as error:
            return "busy" if error.retry_after_s >= 1 else "busy, for no time"

    async def main():
        return await asyncio.wait_for(asyncio.gather(*[one() for _ in range(32)]), timeout=30)

    answers = asyncio.run(main())
    assert answers.count("It runs.") == 6
    assert answers.count("busy") == 26
    assert service.status().queue.num_running == service.status().queue.num_waiting == 0


@pytest.mark.parametrize("method", ["auto", "abstractive"])
def test_an_article_that_the_model_cannot_compute_is_told_so_or_gets_key_sentences(method):
    service, engine = make_service()
    engine.failure = NotFiniteError("NaN")

    async def main():
        return await service.admit(TASK, method).run()

    if method == "abstractive":
        with pytest.raises(NotSummarizableError, match="method=extractive"):
            asyncio.run(main())
    else:
        answer = asyncio.run(main())
        assert answer.method == "extractive"
        assert answer.notes[0] == ("The language model cannot work with this article, so these are its key sentences.")
    assert service.status().queue.num_running == 0


def test_cancelled_request_stops_the_engine_and_frees_its_place():
    service, engine = make_service()

    async def main():
        running = asyncio.create_task(service.admit(TASK, "auto").run())
        while engine.num_steps < 3:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await asyncio.to_thread(idle_after, engine)
        assert service.status().queue.num_running == 0

    asyncio.run(main())
    assert engine.num_steps < 50


def test_timeout_stops_the_engine():
    service, engine = make_service(request_timeout_s=0.2)

    async def main():
        with pytest.raises(RequestTimeoutError) as error:
            await service.admit(TASK, "auto").run()
        assert error.value.status == 504
        assert await asyncio.to_thread(idle_after, engine)

    asyncio.run(main())


def test_time_in_line_counts_for_the_timeout():
    service, _ = make_service(request_timeout_s=0.3)

    async def main():
        first = asyncio.create_task(service.admit(TASK, "auto").run())
        await asyncio.sleep(0.05)
        started = time.monotonic()
        with pytest.raises(RequestTimeoutError):
            await service.admit(TASK, "auto").run()
        assert time.monotonic() - started < 30
        with pytest.raises(RequestTimeoutError):
            await first

    asyncio.run(main())


def test_waiting_request_learns_its_place():
    service, engine = make_service()
    engine.answer = "It runs."
    told = []

    async def main():
        jobs = [service.admit(TASK, "auto", told.append) for _ in range(3)]
        await asyncio.gather(*[job.run() for job in jobs])

    asyncio.run(main())
    positions = [event.position for event in told if isinstance(event, QueuedEvent)]
    assert positions == [1, 2, 1]


def test_key_sentences_do_not_wait_behind_the_model():
    service, engine = make_service()

    async def main():
        slow = asyncio.create_task(service.admit(TASK, "auto").run())
        while engine.num_steps < 1:
            await asyncio.sleep(0.01)
        answer = await service.admit(TASK, "extractive").run()
        assert answer.method == "extractive"
        assert not slow.done()
        slow.cancel()

    asyncio.run(main())


def test_closed_job_that_never_ran_gives_its_place_back():
    service, _ = make_service()

    async def main():
        job = service.admit(TASK, "auto")
        assert service.status().queue.num_running == 1
        job.close()
        assert service.status().queue.num_running == 0

    asyncio.run(main())
