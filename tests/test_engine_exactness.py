"""The engine's promise: transformers' tokens, whoever shares the batch and whenever each request joins.

fp32 sums differ in their last bits between the two, so two candidates whose scores agree to about six digits
could come out in another order. The seeds here are fixed, none of them hits such a tie, and the models' weights are
small enough that fp32 and fp64 logits agree to a millionth: every comparison is exact.
"""

import random
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from serving.engine.beam_search import Candidates
from serving.engine.engine import T5Engine
from serving.engine.interface import Generation, GenerationParams, Precision
from serving.engine.request import Request
from tests.tiny_models import EOS, VOCAB_SIZE, TinyT5, never, words

MODELS = [
    pytest.param({"kind": "v1.0", "seed": 1, "end_scale": 2.0}, id="T5 v1.0, ends early"),
    pytest.param({"kind": "v1.0", "seed": 2}, id="T5 v1.0, deeper"),
    pytest.param({"kind": "v1.1", "seed": 3, "end_scale": 1.5}, id="T5 v1.1 (FLAN), own output layer"),
    pytest.param({"kind": "v1.1", "seed": 5, "end_scale": 3.0}, id="T5 v1.1 (FLAN), deeper, ends early"),
    pytest.param({"kind": "mt5", "seed": 4, "end_scale": 1.5}, id="mT5"),
]

pytestmark = pytest.mark.filterwarnings("ignore:Unfeasible length constraints")  # random settings, on purpose


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TinyT5:
    return TinyT5.make(tmp_path_factory.mktemp("tiny"), **request.param)


def random_source(rng: random.Random) -> list[int]:
    return [rng.randrange(4, VOCAB_SIZE) for _ in range(rng.choice([0, 1, 5, 30, 70]))]


def random_params(rng: random.Random) -> GenerationParams:
    return GenerationParams(
        max_length=rng.choice([2, 3, 8, 20, 45]),
        min_length=rng.choice([0, 0, 5, 12]),
        num_beams=rng.choice([1, 2, 2, 3, 4, 5, 6, 7, 8]),
        repetition_penalty=rng.choice([1.0, 2.5, 1.3, 0.8]),
        length_penalty=rng.choice([1.0, 0.0, 2.0, -1.0, 0.6]),
        early_stopping=rng.choice([True, False]),
        no_repeat_ngram_size=rng.choice([0, 0, 1, 2, 3]),
    )


@pytest.mark.parametrize(
    "num_beams", [1, 2, 4, *(pytest.param(n, marks=pytest.mark.slow) for n in (3, 5, 6, 7, 8, 12, 16))]
)
def test_one_request_alone_with_the_tutorials_settings(model: TinyT5, num_beams: int) -> None:
    source = [7, 30, 12, 9, 41]
    params = GenerationParams(max_length=40, num_beams=num_beams)
    engine = model.engine()
    generation = engine.submit(words(*source), params, stop=never()).result()
    engine.close()
    assert generation.token_ids == model.expected(source, params)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
def test_requests_of_all_kinds_that_join_a_running_batch_at_random_steps(model: TinyT5, seed: int) -> None:
    rng = random.Random(seed)
    jobs = [(random_source(rng), random_params(rng), rng.randrange(40)) for _ in range(12)]
    engine = model.engine(max_running=5)
    generations = submit_at_steps(engine, jobs)
    engine.close()
    for (source, params, _), generation in zip(jobs, generations, strict=True):
        expected = model.expected(source, params)
        assert generation.token_ids == expected, params
        assert generation.finish_reason == ("stop" if expected[-1] == EOS else "length")


def test_the_jobs_above_end_in_both_ways(model: TinyT5) -> None:
    """Else "EOS at any time" would be claimed and not tested."""
    rng = random.Random(0)
    engine = model.engine()
    futures = [engine.submit(words(*random_source(rng)), random_params(rng), stop=never()) for _ in range(40)]
    reasons = [future.result().finish_reason for future in futures]
    engine.close()
    assert set(reasons) == {"stop", "length"}


def submit_at_steps(
    engine: T5Engine, jobs: list[tuple[list[int], GenerationParams, int]], stops: list[threading.Event] | None = None
) -> list[Generation]:
    """Submit each job once the engine has taken so many steps, counted over all requests, or has run dry."""
    futures = {}
    stops = stops or [never() for _ in jobs]
    num_steps = 0
    lock = threading.Lock()  # two threads come here: this one and the engine's

    def submit_due() -> None:
        with lock:
            for index, (source, params, arrival) in enumerate(jobs):
                if index not in futures and arrival <= num_steps:
                    futures[index] = engine.submit(words(*source), params, stop=stops[index], on_step=on_step)

    def on_step(_tokens: object) -> None:
        nonlocal num_steps
        num_steps += 1
        submit_due()

    while len(futures) < len(jobs):
        submit_due()
        for future in list(futures.values()):
            future.result()
        num_steps += 1
    return [futures[index].result() for index in range(len(jobs))]


def test_an_article_longer_than_the_model_reads_is_cut_as_transformers_cuts_it(tmp_path: Path) -> None:
    model = TinyT5.make(tmp_path, seed=1)
    params = GenerationParams(max_length=10)
    engine = model.engine()
    source = [4 + i % 40 for i in range(600)]
    generation = engine.submit(words(*source), params, stop=never()).result()
    assert engine.count_tokens(words(*source)) == 601
    engine.close()
    assert generation.token_ids == model.expected(source[:511], params)


def test_int8_gives_the_same_tokens_whoever_shares_the_step(tmp_path: Path) -> None:
    """Its activations are quantized row by row: a neighbour's outlier must not change anybody's scale."""
    model = TinyT5.make(tmp_path, seed=2, precision="int8")
    rng = random.Random(0)
    jobs = [(random_source(rng), random_params(rng), 0) for _ in range(12)]
    engine = model.engine(max_running=6)
    alone = [engine.submit(words(*source), params, stop=never()).result() for source, params, _ in jobs]
    together = submit_at_steps(engine, jobs)
    engine.close()
    assert together == alone


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_scores_are_bit_for_bit_those_of_being_alone(tmp_path: Path, precision: Precision) -> None:
    """int8 makes another token of a last bit now and then."""
    model = TinyT5.make(tmp_path, seed=2, precision=precision)
    rng = random.Random(1)
    sources = [random_source(rng) for _ in range(6)]
    params = [GenerationParams(max_length=70, min_length=70, num_beams=beams) for beams in (2, 2, 3, 4, 2, 1)]

    def scores(arrivals: Sequence[int], max_running: int) -> dict[int, list[bytes]]:
        engine = model.engine(max_running=max_running)
        seen: dict[int, list[bytes]] = {number: [] for number in range(len(sources))}
        decode = engine._runner.decode

        def decode_and_look(running: Sequence[Request]) -> list[Candidates]:
            candidates = decode(running)
            for request, of_request in zip(running, candidates, strict=True):
                seen[numbers[id(request.stop)]].append(of_request.scores.tobytes())
            return candidates

        engine._runner.decode = decode_and_look
        stops = [never() for _ in sources]
        numbers = {id(stop): number for number, stop in enumerate(stops)}
        submit_at_steps(
            engine, [(*job, arrival) for *job, arrival in zip(sources, params, arrivals, strict=True)], stops=stops
        )
        engine.close()
        return seen

    assert scores([0] * 6, max_running=1) == scores([0, 7, 30, 41, 55, 90], max_running=6)
