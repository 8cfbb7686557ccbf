"""Whose decoding settings are used: the tutorial's for its model, a model's own where it states them."""

import json
from dataclasses import replace

import pytest

from serving.engine.checkpoint import CheckpointError
from serving.engine.interface import GenerationParams
from serving.model_settings import TUTORIAL_MODEL, TUTORIAL_PARAMS, read_model_settings

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
        folder.mkdir(parents=True)
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


@pytest.mark.parametrize(
    "copied",
    [
        pytest.param(lambda folder: {"_name_or_path": TUTORIAL_MODEL}, id="config.json names it"),
        pytest.param(
            lambda folder: (folder / "README.md").write_text(
                f'model = AutoModelWithLMHead.from_pretrained("{TUTORIAL_MODEL}")\n'
            ),
            id="its card",
        ),
    ],
)
def test_copy_of_the_tutorial_model_is_known_by_its_files(model, copied):
    folder = model({"task_specific_params": {"summarization": SUMMARIZATION}}, name="renamed")
    config = copied(folder)
    if isinstance(config, dict):
        (folder / "config.json").write_text(json.dumps({**json.loads((folder / "config.json").read_text()), **config}))
    settings = read_model_settings(folder, model_id=str(folder))
    assert (settings.prefix, settings.params) == ("", TUTORIAL_PARAMS)


def test_copy_of_the_tutorial_model_is_known_in_a_hub_cache(model, tmp_path):
    folder = model(
        {"task_specific_params": {"summarization": SUMMARIZATION}},
        name="cache/models--mrm8488--t5-base-finetuned-summarize-news/snapshots/1234",
    )
    (tmp_path / "link").symlink_to(folder)
    assert read_model_settings(tmp_path / "link", model_id="link").params == TUTORIAL_PARAMS


def test_a_model_made_from_the_tutorials_is_not_taken_for_it(model):
    folder = model({"task_specific_params": {"summarization": SUMMARIZATION}})
    (folder / "README.md").write_text(
        f'Made from {TUTORIAL_MODEL}: from_pretrained("{TUTORIAL_MODEL}"), then from_pretrained("some/other")\n'
    )
    assert read_model_settings(folder, model_id="some/other").params == OWN


@pytest.mark.parametrize(("choice", "params"), [("tutorial", TUTORIAL_PARAMS), ("model", OWN)])
def test_whose_settings_can_be_chosen(model, choice, params):
    folder = model({"task_specific_params": {"summarization": SUMMARIZATION}})
    model_id = "any/model" if choice == "tutorial" else TUTORIAL_MODEL
    assert read_model_settings(folder, model_id=model_id, choice=choice).params == params


@pytest.mark.parametrize("num_beams", [4, "4", 4.0, "4.0", 16])
def test_numbers_are_read_however_they_are_written(model, num_beams):
    settings = read_model_settings(model({}, {"num_beams": num_beams, "length_penalty": "2"}), model_id="some/t5")
    assert settings.params.num_beams == int(float(num_beams))
    assert isinstance(settings.params.num_beams, int)
    assert settings.params.length_penalty == 2.0


UNUSABLE = "The decoding settings in some-model cannot be used"


@pytest.mark.parametrize(
    ("config", "generation", "sentence"),
    [
        ({}, '{"num_beams": "four"}', UNUSABLE),
        ({}, '{"num_beams": 4.5}', UNUSABLE),
        ({}, '{"num_beams": true}', UNUSABLE),
        ({}, '{"num_beams": 17}', f"{UNUSABLE} (num_beams (17) must be 1 to 16.)"),
        ({}, '{"repetition_penalty": 0}', UNUSABLE),
        ({}, '{"min_length": [1]}', UNUSABLE),
        ({}, "{", "generation_config.json in some-model cannot be read as JSON"),
        ({}, "[]", "generation_config.json in some-model has a text or a list where settings should be"),
        ({"task_specific_params": ["summarization"]}, "{}", "config.json in some-model has a text or a list"),
        ({"task_specific_params": {"summarization": "x"}}, "{}", "config.json in some-model has a text or a list"),
    ],
)
def test_settings_that_make_no_sense_are_told_in_a_sentence(model, config, generation, sentence):
    folder = model(config)
    (folder / "generation_config.json").write_text(generation)
    with pytest.raises(CheckpointError) as caught:
        read_model_settings(folder, model_id="some/t5")
    assert str(caught.value).startswith(sentence)
