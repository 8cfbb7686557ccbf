"""The plain function and the file command: no Ray, no HTTP, the same tokens."""

import subprocess
import sys
from pathlib import Path

import pytest

from serving import summarize
from serving.engine.interface import GenerationParams
from serving.errors import InvalidRequestError
from serving.model_files import ModelFilesError
from tests.tiny_models import ARTICLES, oracle

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_gives_the_tutorials_text(tiny_t5, converting_here):
    _, text = oracle(tiny_t5, ARTICLES[0], GenerationParams(max_length=12))
    assert summarize(ARTICLES[0], 12, model=str(tiny_t5)) == text


def test_falls_back_to_key_sentences_and_says_so(tmp_path, caplog):
    summary = summarize(ARTICLES[0], max_length=60, model=str(tmp_path / "nothing"))
    assert summary
    assert all(sentence in ARTICLES[0] for sentence in summary.split(". "))
    assert "key sentences instead" in caplog.text


def test_abstractive_insists(tmp_path):
    with pytest.raises(ModelFilesError):
        summarize(ARTICLES[0], model=str(tmp_path / "nothing"), method="abstractive")


def test_no_words():
    with pytest.raises(InvalidRequestError):
        summarize(" … ")


@pytest.mark.parametrize("source", ["file", "standard input"])
def test_file_command(tmp_path, source):
    file = tmp_path / "article.txt"
    file.write_text(ARTICLES[0] * 2, encoding="utf-8")
    command = [sys.executable, "-m", "serving", "-" if source == "standard input" else str(file)]
    with file.open() as opened:
        got = subprocess.run(
            [*command, "--max-words", "30", "--method", "extractive"],
            cwd=ROOT, stdin=opened, capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert 0 < len(got.stdout.split()) <= 30


def test_file_command_names_a_missing_file():
    got = subprocess.run(
        [sys.executable, "-m", "serving", "nothing.txt"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert got.returncode == 1
    assert got.stderr.startswith("nothing.txt cannot be read")
