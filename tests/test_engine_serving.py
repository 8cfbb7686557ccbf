"""What the engine promises beyond tokens: stopping, fairness, bounds, failures, the tokenizer."""

import json
import logging
import subprocess
import sys
import threading
import time
from concurrent.futures import wait
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from serving.engine import model_runner
from serving.engine.engine import T5Engine
from serving.engine.interface import GenerationParams, GenerationStoppedError, NotFiniteError
from tests.tiny_models import TinyT5, never, words

# Without `min_length`, a tiny random model might end at once.
LONG = GenerationParams(max_length=400, min_length=400)
SHORT = GenerationParams(max_length=5, min_length=5)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> TinyT5:
    return TinyT5.make(tmp_path_factory.mktemp("tiny"), seed=1)


@pytest.fixture
def engine(model: TinyT5):
    engine = model.engine(max_running=3)
    yield engine
    engine.close()


def start_long(engine: T5Engine, stop: threading.Event | None = None):
    """Submit a long generation; return its future once it runs."""
    runs = threading.Event()
    future = engine.submit(words(5, 6), LONG, stop=stop or never(), on_step=lambda _: runs.set())
    assert runs.wait(10)
    return future


def test_a_request_stopped_while_it_waits_never_runs(engine: T5Engine) -> None:
    running = [start_long(engine) for _ in range(3)]
    stop, steps = threading.Event(), []
    waiting = engine.submit(words(5), SHORT, stop=stop, on_step=steps.append)
    stop.set()
    with pytest.raises(GenerationStoppedError):
        waiting.result(300)
    assert not steps
    assert len(wait(running).done) == 3


def test_the_stopping_of_one_leaves_the_others_tokens_alone(model: TinyT5, engine: T5Engine) -> None:
    stop = threading.Event()
    start_long(engine, stop)
    params = GenerationParams(max_length=30, num_beams=3)
    neighbour = engine.submit(
        words(9, 9, 12), params, stop=never(), on_step=lambda tokens: len(tokens) > 9 and stop.set()
    )
    assert neighbour.result(300).token_ids == model.expected([9, 9, 12], params)


def test_a_failing_callback_fails_its_own_request_only(engine: T5Engine) -> None:
    def on_step(_tokens: object) -> None:
        raise RuntimeError("my own fault")

    neighbour = start_long(engine)
    with pytest.raises(RuntimeError, match="my own fault"):
        engine.submit(words(5), LONG, stop=never(), on_step=on_step).result(300)
    assert len(neighbour.result(300).token_ids) == 400


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize("neighbour_is_first", [True, False])
def test_a_setting_that_overflows_on_the_way_fails_its_own_request_only(
    engine: T5Engine, neighbour_is_first: bool
) -> None:
    overflowing = GenerationParams(max_length=400, length_penalty=200.0)
    submit = [lambda: start_long(engine), lambda: engine.submit(words(5), overflowing, stop=never())]
    futures = [start() for start in (submit if neighbour_is_first else submit[::-1])]
    neighbour, failing = futures if neighbour_is_first else futures[::-1]
    with pytest.raises(OverflowError):
        failing.result(300)
    assert len(neighbour.result(300).token_ids) == 400


GOOD = [words(5, 6, 7, 8), words(9, 10, 11), words(12, 13, 14, 15, 16), words(20, 21)]
POISON = 23


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> TinyT5:
    """A model for which the token POISON is not a number; no beam of `GOOD` ever takes it."""
    model = TinyT5.make(tmp_path_factory.mktemp("poisoned"), kind="v1.1", seed=3, end_scale=1.5)
    embedding = np.load(model.converted / "embedding.npy")
    embedding[POISON] = np.nan
    np.save(model.converted / "embedding.npy", embedding)
    return model


@pytest.mark.parametrize("num_beams", [1, 2, 4])
@pytest.mark.parametrize("num_poisoned_tokens", [1, 3, 40])
def test_an_article_whose_numbers_overflow_fails_alone(
    poisoned: TinyT5, num_poisoned_tokens: int, num_beams: int
) -> None:
    """Neither those beside it nor those that get its slot later are touched."""
    params = GenerationParams(max_length=20, num_beams=num_beams)
    engine = poisoned.engine()
    alone = [engine.submit(text, params, stop=never()).result(300).token_ids for text in GOOD]
    poison = words(*[POISON] * num_poisoned_tokens)
    for _ in range(10):
        texts = [GOOD[0], f"{poison} {words(5)}", GOOD[1], poison, GOOD[2], GOOD[3]]
        futures = [engine.submit(text, params, stop=never()) for text in texts]
        for future in (futures[1], futures[3]):
            with pytest.raises(NotFiniteError):
                future.result(300)
        assert [futures[i].result(300).token_ids for i in (0, 2, 4, 5)] == alone
    assert [engine.submit(text, params, stop=never()).result(300).token_ids for text in GOOD] == alone
    engine.close()


def test_a_beam_that_turns_to_nan_on_the_way_fails_its_request_only(model: TinyT5) -> None:
    engine = model.engine()
    params = GenerationParams(max_length=30, min_length=30)
    alone = [engine.submit(text, params, stop=never()).result(300).token_ids for text in GOOD]
    decode = engine._runner.decode

    def decode_with_a_fault(running):
        if len(running) == 3 and running[1].beams.running.shape[1] == 10:
            caches = engine._runner.cache.caches
            caches["self_value_0"][1, :, : running[1].num_cache_entries] = np.nan
        return decode(running)

    engine._runner.decode = decode_with_a_fault
    first, hurt, last = (engine.submit(text, params, stop=never()) for text in GOOD[:3])
    with pytest.raises(NotFiniteError):
        hurt.result(300)
    again = engine.submit(GOOD[1], params, stop=never())
    assert [future.result(300).token_ids for future in (first, again, last)] == alone[:3]
    engine.close()


def test_what_fails_after_the_last_step_fails_alone(model: TinyT5, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = model.engine()
    neighbour = start_long(engine)

    def broken(_tokens: object) -> str:
        raise RuntimeError("cannot be decoded")

    monkeypatch.setattr(engine, "decode", broken)
    with pytest.raises(RuntimeError, match="cannot be decoded"):
        engine.submit(words(5), SHORT, stop=never()).result(300)
    monkeypatch.undo()
    assert len(neighbour.result(300).token_ids) == 400
    engine.close()


def test_a_failing_step_answers_everyone_and_the_engine_goes_on(
    model: TinyT5, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine = model.engine()
    decode, broken = engine._runner.decode, threading.Event()

    def decode_or_fail(running):
        if broken.is_set():
            raise MemoryError("no more")
        return decode(running)

    monkeypatch.setattr(engine._runner, "decode", decode_or_fail)
    futures = [start_long(engine) for _ in range(2)]
    with caplog.at_level(logging.CRITICAL):
        broken.set()
        for future in futures:
            with pytest.raises(MemoryError):
                future.result(300)
    broken.clear()
    assert engine.submit(words(5), SHORT, stop=never()).result(300).token_ids == model.expected([5], SHORT)
    engine.close()


def open_files(directory: Path) -> list[str]:
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [str(path) for path in (link.resolve() for link in links) if directory in path.parents]


def test_a_closed_engine_holds_no_file_open(model: TinyT5) -> None:
    engine = model.engine()
    assert open_files(model.converted)
    engine.close()
    assert not open_files(model.converted)


def test_an_idle_engine_uses_no_cpu(model: TinyT5) -> None:
    engine = model.engine(num_threads=4)  # a pool of its own, which could spin
    engine.submit(words(5), SHORT, stop=never()).result(300)
    time.sleep(0.2)
    before = time.process_time()
    time.sleep(0.5)
    used_s = time.process_time() - before
    engine.close()
    assert used_s < 0.25  # four threads that spin use more, also on a slow machine


def test_an_idle_engine_gives_the_caches_memory_back(model: TinyT5, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.engine.engine._IDLE_S", 0.3)
    engine = model.engine()

    def cache_bytes() -> int:
        return sum(cache.nbytes for cache in engine._runner.cache.caches.values())

    at_work: list[int] = []
    for _ in range(2):
        future = engine.submit(words(5), SHORT, stop=never(), on_step=lambda _: at_work.append(cache_bytes()))
        assert future.result(300).token_ids == model.expected([5], SHORT)
        assert min(at_work) > 0
        deadline = time.monotonic() + 120
        while cache_bytes() > 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    engine.close()


@pytest.mark.parametrize("num_rows", [1, 50])
@pytest.mark.parametrize("has_vnni", [False, None], ids=["assumed without", "as it is"])
def test_the_largest_8_bit_numbers_multiply_without_overflow(
    num_rows: int, has_vnni: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if has_vnni is not None:
        monkeypatch.setattr(model_runner, "_has_vnni", lambda: has_vnni)
    weights = numpy_helper.from_array(np.full((64, 32), 127, np.int8), "weights")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["rows", "weights"], ["products"])],
        "products",
        [helper.make_tensor_value_info("rows", TensorProto.UINT8, ["n", 64])],
        [helper.make_tensor_value_info("products", TensorProto.INT32, ["n", 32])],
        [weights],
    )
    session = ort.InferenceSession(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 24)], ir_version=11).SerializeToString(),
        model_runner._options(1),
    )
    (products,) = session.run(None, {"rows": np.full((num_rows, 64), 255, np.uint8)})
    assert (products == 255 * 127 * 64).all()


@pytest.mark.slow
def test_memory_and_threads_stay_where_they_are_over_many_requests(engine: T5Engine) -> None:
    def run(num_waves: int) -> None:
        params = GenerationParams(max_length=6, num_beams=2)
        for _ in range(num_waves):
            futures = [engine.submit(words(*range(4, 4 + i % 40)), params, stop=never()) for i in range(250)]
            assert len(wait(futures).done) == 250

    run(4)
    before, num_threads = resident_bytes(), threading.active_count()
    run(12)
    # Measured over 10,000 requests of up to 300 tokens: 2.5 MB, 2.1 of them by the second thousand.
    assert resident_bytes() - before < 4 * 2**20
    assert threading.active_count() == num_threads


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def test_text_is_decoded_as_transformers_decodes_it(model: TinyT5, engine: T5Engine) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model.model_dir)
    token_ids = [0, 5, 6, 2, 7, 1]
    expected = tokenizer.decode(token_ids, skip_special_tokens=True, clean_up_tokenization_spaces=True)
    assert engine.decode(token_ids) == expected


def test_serving_imports_neither_torch_nor_transformers(model: TinyT5) -> None:
    code = (
        "import sys, pathlib, threading\n"
        "from serving.t5_onnx.convert import is_supported, ensure_converted\n"
        "from serving.engine.engine import T5Engine\n"
        "from serving.engine.interface import GenerationParams\n"
        f"engine = T5Engine(pathlib.Path({str(model.converted)!r}), num_threads=1)\n"
        "engine.submit('w5', GenerationParams(max_length=5), stop=threading.Event()).result()\n"
        "engine.close()\n"
        "print([name for name in ('torch', 'transformers', 'onnx') if name in sys.modules])\n"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(output.replace("'", '"')) == []
