"""Whose decoding settings are used: the tutorial's for its model, a model's own where it states them."""

import json
from dataclasses import replace

import pytest

from serving.engine.interface import GenerationParams
from serving.engine.settings import TUTORIAL_MODEL, TUTORIAL_PARAMS, read_model_settings

SUMMARIZATION = {
    "prefix": "summarize: ", "num_beams": 4, "length_penalty": 2.0, "early_stopping": True,
    "min_length": 30, "max_length": 200, "no_repeat_ngram_size": 3,
}  # fmt: skip
OWN = GenerationParams(
    num_beams=4,
    length_penalty=2.0,
    early_stopping=True,
    min_length=30,
    no_repeat_ngram_size=3,
    repetition_penalty=1.0,
)


@pytest.fixture
def model(tmp_path):
    def write(config=None, generation=None, name="some-model"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(config or {}))
        if generation:
            (folder / "generation_config.json").write_text(json.dumps(generation))
        return folder

    return write


def test_tutorials_values():
    assert (
        GenerationParams(max_length=150, num_beams=2, repetition_penalty=2.5, length_penalty=1.0, early_stopping=True)
        == TUTORIAL_PARAMS
    )


def test_tutorial_model_ignores_t5s_original_task_settings(model):
    folder = model({"task_specific_params": {"summarization": SUMMARIZATION}})
    assert read_model_settings(folder, model_id=TUTORIAL_MODEL).params == TUTORIAL_PARAMS
    assert read_model_settings(folder, model_id=TUTORIAL_MODEL).prefix == ""


def test_copy_of_the_tutorial_model_is_known_by_its_folder(model):
    folder = model({"task_specific_params": {"summarization": SUMMARIZATION}}, name="t5-base-finetuned-summarize-news")
    assert read_model_settings(folder, model_id=str(folder)).params == TUTORIAL_PARAMS


def test_task_settings_of_another_model_are_its_own(model):
    folder = model({"task_specific_params": {"summarization": SUMMARIZATION}})
    settings = read_model_settings(folder, model_id="google-t5/t5-small")
    assert settings.prefix == "summarize: "
    assert settings.params == OWN


def test_generation_config_is_its_own_too(model):
    generation = {name: value for name, value in SUMMARIZATION.items() if name not in {"prefix", "max_length"}}
    settings = read_model_settings(model({}, {**generation, "eos_token_id": 2}), model_id="some/bart")
    assert settings.prefix == ""
    assert settings.params == OWN


def test_model_that_states_nothing_is_run_as_in_the_tutorial(model):
    settings = read_model_settings(model({"vocab_size": 300}, {"eos_token_id": 1}), model_id="some/t5")
    assert settings.params == TUTORIAL_PARAMS


def test_early_stopping_never_means_no_early_stopping(model):
    settings = read_model_settings(model({}, {"early_stopping": "never", "num_beams": 3}), model_id="some/t5")
    assert settings.params == replace(
        OWN, num_beams=3, length_penalty=1.0, early_stopping=False, min_length=0, no_repeat_ngram_size=0
    )
