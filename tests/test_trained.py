"""The parts of `benchmarks.trained` and its training, on a few sentences and a second of training."""

import random
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tokenizers import Tokenizer

from benchmarks import trained
from benchmarks.articles import Row
from serving.engine.checkpoint import load_model, load_tokenizer
from serving.engine.interface import GenerationParams
from serving.model_settings import ModelSettings
from tests.tiny_models import CORPUS, EOS, make_tiny_t5, train_tokenizer

if TYPE_CHECKING:  # it imports torch
    from benchmarks.train_t5 import Examples

ROWS = [Row(" ".join(CORPUS[start : start + 3]), CORPUS[start]) for start in range(4)]


@pytest.fixture(scope="module")
def tokenizer_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("tokenizer")
    train_tokenizer(directory)
    return directory


@pytest.fixture(scope="module")
def examples(tokenizer_dir: Path) -> "Examples":
    from benchmarks.train_t5 import Examples

    return Examples(ROWS, Tokenizer.from_file(str(tokenizer_dir / "tokenizer.json")))


@pytest.mark.parametrize("kind", ["copy", "lead"])
def test_a_target_is_how_its_source_begins(examples: "Examples", kind: str) -> None:
    rng = random.Random(0)
    for _ in range(50):
        source, target = getattr(examples, kind)(rng)
        assert source[-1] == target[-1] == EOS
        assert len(source) <= 128
        assert 1 < len(target) <= 128
        assert source[: len(target) - 1] == target[:-1]


def test_a_summary_is_the_editors(examples: "Examples", tokenizer_dir: Path) -> None:
    tokenizer = Tokenizer.from_file(str(tokenizer_dir / "tokenizer.json"))
    pairs = [examples.summary(random.Random(seed)) for seed in range(20)]
    texts = {tokenizer.decode(target, skip_special_tokens=True) for _, target in pairs}
    assert texts == {row.summary for row in ROWS}


def test_before_any_training_the_model_looks_at_the_token_after_its_last() -> None:
    import torch

    from benchmarks.train_t5 import make_model

    torch.manual_seed(0)
    model = make_model()
    model.set_attn_implementation("eager")  # the others don't say what they looked at
    source = torch.randperm(1000)[None, :30] + 2
    output = model(input_ids=source, decoder_input_ids=source[:, :-1], output_attentions=True)
    looked_at = output.cross_attentions[1][0, 0].argmax(-1)  # [target]
    assert (looked_at == torch.arange(1, 30)).float().mean() > 0.5  # by chance 0.03


@pytest.mark.slow
def test_training_leaves_a_model_that_loads(tokenizer_dir: Path, tmp_path: Path) -> None:
    from benchmarks.train_t5 import SHAPE, train

    train(ROWS, tokenizer_dir, tmp_path, minutes=0.01)
    assert load_model(tmp_path).config.num_layers == SHAPE["num_layers"]
    assert load_tokenizer(tmp_path)("The ferries").input_ids[-1] == EOS


@pytest.mark.slow
@pytest.mark.usefixtures("converting_here")
def test_what_the_benchmark_says_of_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ModelSettings("", GenerationParams(max_length=12))
    monkeypatch.setattr(trained, "read_model_settings", lambda *_, **__: settings)
    model_dir = make_tiny_t5(tmp_path / "model")
    lines, texts = trained.agreement(model_dir, CORPUS, tmp_path)
    assert lines[:2] == ["| fp32 | transformers | 6 of 6 |", "| fp32, 8 at once | transformers | 6 of 6 |"]
    assert lines[-1] == "| int8, 8 at once | int8 | 6 of 6 |"
    assert {precision: len(found) for precision, found in texts.items()} == {"fp32": 6, "int8": 6}
    with closing(trained.open_engine(model_dir, "fp32", tmp_path)) as engine:
        asked, words, *_ = trained.length_line(engine, CORPUS, max_words=3).strip("| ").split(" | ")
    assert asked == "3"
    assert words.endswith(" to 3)")


def test_how_many_summaries_are_the_same() -> None:
    assert trained.num_equal([(0, 5, 1), (0, 6, 1), (0,)], [(0, 5, 1), (0, 6), (0,)]) == "2 of 3"
