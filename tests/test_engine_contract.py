"""What `serving.engine.interface.Engine` promises, kept by every engine and by the tests' stand-in."""

import threading
from collections.abc import Callable
from concurrent.futures import wait

import pytest

from serving.engine.interface import Engine, Generation, GenerationParams, GenerationStoppedError
from serving.engine.transformers_engine import TransformersEngine
from tests.fake_engine import FakeEngine
from tests.tiny_models import TinyT5, never, words

MakeEngine = Callable[..., Engine]

# Without `min_length`, a tiny random model might end at once. The stand-in says the article's own words.
ARTICLE = words(*(4 + i % 40 for i in range(60)))
LONG = GenerationParams(max_length=40, min_length=40)
SHORT = GenerationParams(max_length=5, min_length=5, num_beams=1)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> TinyT5:
    return TinyT5.make(tmp_path_factory.mktemp("tiny"), seed=1, end_scale=2.0)


def fast(model: TinyT5, prefix: str = "") -> Engine:
    return model.engine(max_running=1, prefix=prefix)


def plain(model: TinyT5, prefix: str = "") -> Engine:
    return TransformersEngine(model.model_dir, num_threads=1, default_params=GenerationParams(), prefix=prefix)


def fake(_model: TinyT5, prefix: str = "") -> Engine:
    return FakeEngine(prefix=prefix, step_s=0.01)


@pytest.fixture(params=[fast, plain, fake])
def make_engine(model: TinyT5, request: pytest.FixtureRequest) -> MakeEngine:
    def make(**settings: str) -> Engine:
        engine = request.param(model, **settings)
        request.addfinalizer(engine.close)
        return engine

    return make


@pytest.fixture
def engine(make_engine: MakeEngine) -> Engine:
    return make_engine()


def drafts(engine: Engine, text: str, params: GenerationParams) -> tuple[list[list[int]], Generation]:
    """Every draft that `on_step` gets, and what is generated in the end."""
    seen: list[list[int]] = []
    generation = engine.submit(text, params, stop=never(), on_step=lambda ids: seen.append(list(ids))).result(300)
    return seen, generation


def start_long(engine: Engine, stop: threading.Event | None = None):
    """Submit a long generation; return its future once it runs."""
    runs = threading.Event()
    future = engine.submit(ARTICLE, LONG, stop=stop or never(), on_step=lambda _: runs.set())
    assert runs.wait(300)
    return future


def test_what_is_generated_is_tokens_their_text_and_why_it_ends(engine: Engine) -> None:
    generation = engine.submit(ARTICLE, LONG, stop=never()).result(300)
    assert len(generation.token_ids) == 40
    assert generation.text == engine.decode(generation.token_ids)
    assert generation.finish_reason == "length"


def test_on_step_shows_every_step_the_last_one_too(engine: Engine) -> None:
    seen, generation = drafts(engine, ARTICLE, SHORT)
    assert seen == [list(generation.token_ids[:length]) for length in (2, 3, 4, 5)]


def test_a_stopped_request_takes_no_further_step(engine: Engine) -> None:
    stop = threading.Event()
    num_steps = 0

    def on_step(_tokens: object) -> None:
        nonlocal num_steps
        num_steps += 1
        if num_steps == 7:
            stop.set()

    with pytest.raises(GenerationStoppedError):
        engine.submit(ARTICLE, LONG, stop=stop, on_step=on_step).result(300)
    assert num_steps == 7


def test_a_request_stopped_before_it_is_submitted_never_runs(engine: Engine) -> None:
    stop, steps = threading.Event(), []
    stop.set()
    with pytest.raises(GenerationStoppedError):
        engine.submit(ARTICLE, LONG, stop=stop, on_step=steps.append).result(300)
    assert not steps


def test_a_request_stopped_while_it_waits_never_runs(engine: Engine) -> None:
    running = start_long(engine)
    stop, steps = threading.Event(), []
    waiting = engine.submit(ARTICLE, SHORT, stop=stop, on_step=steps.append)
    stop.set()
    with pytest.raises(GenerationStoppedError):
        waiting.result(300)
    assert not steps
    assert len(running.result(300).token_ids) == 40


def test_requests_start_first_come_first_served(engine: Engine) -> None:
    order: list[int] = []
    blocker = start_long(engine)
    futures = [
        engine.submit(words(*range(5, 10 + i)), SHORT, stop=never(), on_step=lambda _, i=i: order.append(i))
        for i in range(8)
    ]
    wait([blocker, *futures])
    assert order == sorted(order)
    assert set(order) == set(range(8))


def test_a_failing_callback_fails_its_own_request_only(engine: Engine) -> None:
    def on_step(_tokens: object) -> None:
        raise RuntimeError("my own fault")

    before = start_long(engine)
    failing = engine.submit(ARTICLE, LONG, stop=never(), on_step=on_step)
    after = engine.submit(ARTICLE, LONG, stop=never())
    with pytest.raises(RuntimeError, match="my own fault"):
        failing.result(300)
    assert before.result(300).text == after.result(300).text


def test_close_answers_what_runs_what_waits_and_what_comes_later(engine: Engine) -> None:
    steps: list[object] = []
    futures = [start_long(engine), engine.submit(ARTICLE, LONG, stop=never(), on_step=steps.append)]
    engine.close()
    futures.append(engine.submit(ARTICLE, LONG, stop=never(), on_step=steps.append))
    for future in futures:
        with pytest.raises(GenerationStoppedError):
            future.result(300)
    assert not steps


@pytest.mark.parametrize(
    "params",
    [
        pytest.param(GenerationParams(max_length=1), id="no room for a token"),
        pytest.param(GenerationParams(num_beams=0), id="no beam"),
        pytest.param(GenerationParams(num_beams=17), id="too many beams"),
        pytest.param(GenerationParams(repetition_penalty=0), id="a penalty that divides by zero"),
        pytest.param(GenerationParams(repetition_penalty=float("nan")), id="a penalty that is no number"),
    ],
)
def test_impossible_settings_are_refused_at_once(engine: Engine, params: GenerationParams) -> None:
    with pytest.raises(ValueError, match="must be"):
        engine.submit(ARTICLE, params, stop=never())


def test_the_prefix_is_read_and_counted(make_engine: MakeEngine) -> None:
    without, engine = make_engine(), make_engine(prefix=words(11, 12) + " ")
    whole = words(11, 12, 5, 6, 7, 8)
    assert engine.count_tokens(words(5, 6, 7, 8)) == without.count_tokens(whole)
    with_prefix = engine.submit(words(5, 6, 7, 8), SHORT, stop=never()).result(300)
    assert with_prefix.text == without.submit(whole, SHORT, stop=never()).result(300).text


@pytest.mark.slow
def test_both_real_engines_show_the_same_drafts(model: TinyT5) -> None:
    engines = [fast(model), plain(model)]
    reaches_the_limit = set()
    for num_beams in (1, 2, 4):
        params = GenerationParams(max_length=20, num_beams=num_beams)
        for text in (words(5), words(9, 9, 12), words(*range(4, 40)), words(30, 7, 21, 4)):
            of_one, of_the_other = (drafts(engine, text, params) for engine in engines)
            assert of_one == of_the_other
            reaches_the_limit.add(of_one[1].finish_reason)
    assert reaches_the_limit == {"stop", "length"}
    for engine in engines:
        engine.close()
