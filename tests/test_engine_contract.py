"""What `serving.engine.interface.Engine` promises, kept by every engine."""

import pytest

from serving.engine.interface import Engine, GenerationParams
from serving.engine.transformers_engine import TransformersEngine
from tests.tiny_t5 import TinyT5, never, words


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> TinyT5:
    return TinyT5.make(tmp_path_factory.mktemp("tiny"), seed=1, eos_appeal=2.0)


def drafts(engine: Engine, text: str, params: GenerationParams) -> tuple[list[list[int]], tuple[int, ...]]:
    """Every draft that `on_step` gets, and what is generated in the end."""
    seen: list[list[int]] = []
    generation = engine.submit(text, params, stop=never(), on_step=lambda ids: seen.append(list(ids))).result(300)
    return seen, generation.token_ids


def test_both_engines_show_the_same_drafts_up_to_the_last_step(model: TinyT5) -> None:
    engines: list[Engine] = [
        model.engine(),
        TransformersEngine(model.model_dir, num_threads=1, default_params=GenerationParams()),
    ]
    reaches_the_limit = set()
    for num_beams in (1, 2, 4):
        params = GenerationParams(max_length=20, num_beams=num_beams)
        for text in (words(5), words(9, 9, 12), words(*range(4, 40)), words(30, 7, 21, 4)):
            (fast, token_ids), plain = (drafts(engine, text, params) for engine in engines)
            assert (fast, token_ids) == plain
            reaches_the_limit.add(len(token_ids) == params.max_length)
    assert reaches_the_limit == {True, False}
    for engine in engines:
        engine.close()
