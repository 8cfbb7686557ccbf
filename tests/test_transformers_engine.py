"""Token for token what calling transformers directly gives, with stop and steps on top."""

import threading

import pytest

from serving.engine.interface import GenerationParams, NotFiniteError
from serving.engine.transformers_engine import TransformersEngine
from serving.model_settings import TUTORIAL_PARAMS
from tests.tiny_models import ARTICLES, make_tiny_bart, make_tiny_t5, oracle


def generate(engine, text, params, **options):
    return engine.submit(text, params, stop=threading.Event(), **options).result(timeout=600)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "max_length"), [(0, 2), (1, 20), *(pytest.param(seed, 60, marks=pytest.mark.slow) for seed in (2, 3))]
)
def test_t5_gives_the_tutorials_tokens(tmp_path, seed, max_length):
    model_dir = make_tiny_t5(tmp_path, seed=seed)
    engine = TransformersEngine(model_dir, num_threads=1, default_params=TUTORIAL_PARAMS)
    params = GenerationParams(max_length=max_length)
    for article in ARTICLES:
        token_ids, text = oracle(model_dir, article, params)
        got = generate(engine, article, params)
        assert (got.token_ids, got.text) == (token_ids, text)
        assert got.finish_reason == ("stop" if token_ids[-1] == 1 else "length")
    engine.close()


@pytest.mark.slow
def test_bart_gives_transformers_tokens(tmp_path):
    model_dir = make_tiny_bart(tmp_path)
    engine = TransformersEngine(model_dir, num_threads=1, default_params=TUTORIAL_PARAMS)
    params = GenerationParams(max_length=30, num_beams=4, no_repeat_ngram_size=3, repetition_penalty=1.0, min_length=5)
    token_ids, text = oracle(model_dir, ARTICLES[0], params)
    got = generate(engine, ARTICLES[0], params)
    assert (got.token_ids, got.text) == (token_ids, text)


@pytest.mark.slow
def test_some_generations_end_by_themselves(tmp_path):
    """Otherwise the tests above would not show that an end token is kept."""
    ends = set()
    for seed in range(4):
        engine = TransformersEngine(
            make_tiny_t5(tmp_path / str(seed), seed=seed), num_threads=1, default_params=TUTORIAL_PARAMS
        )
        ends |= {generate(engine, article, GenerationParams(max_length=60)).finish_reason for article in ARTICLES}
    assert ends == {"stop", "length"}


def test_scores_that_are_not_finite_fail_their_request_only(tiny_t5):
    engine = TransformersEngine(tiny_t5, num_threads=1, default_params=TUTORIAL_PARAMS)
    params = GenerationParams(max_length=10)
    before = generate(engine, ARTICLES[1], params)
    embedding = engine._model.get_input_embeddings().weight.data
    unused = engine._tokenizer.encode("violin")[0]
    saved = embedding[unused].clone()
    embedding[unused] = float("nan")
    with pytest.raises(NotFiniteError):
        generate(engine, "violin", params)
    embedding[unused] = saved
    assert generate(engine, ARTICLES[1], params) == before
    engine.close()
