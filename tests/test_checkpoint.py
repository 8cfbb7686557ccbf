"""A model is loaded whole or refused in one sentence; nothing is made up for what is missing."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serving.engine.checkpoint import CheckpointError, end_tokens, load_model, load_tokenizer
from serving.model_files import check_model_dir
from serving.t5_onnx.convert import convert, ensure_converted

Weights = dict[str, Any]
A_WEIGHT = "decoder.block.1.layer.1.EncDecAttention.k.weight"


@pytest.fixture
def model_dir(tiny_t5: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_t5, tmp_path / "model"))


def change(model_dir: Path, edit: Callable[[Weights], Any]) -> None:
    """Rewrite the weights as `edit` leaves or returns them."""
    from safetensors.torch import load_file, save_file

    weights = load_file(model_dir / "model.safetensors")
    changed = edit(weights)
    save_file(changed if isinstance(changed, dict) else weights, model_dir / "model.safetensors", {"format": "pt"})


def set_one(value: float) -> Callable[[Weights], None]:
    def edit(weights: Weights) -> None:
        weights[A_WEIGHT][0, 0] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda w: w.pop(A_WEIGHT), f"1 of the weights in model are missing ({A_WEIGHT})."),
        (
            lambda w: {key: w[key] for key in w if "decoder.block.1" not in key},
            "13 of the weights in model are missing (decoder.block.1.layer.0.SelfAttention.k.weight).",
        ),
        (lambda w: w.pop("shared.weight"), "4 of the weights in model are missing (decoder.embed_tokens.weight)."),
        (set_one(float("nan")), f"1 of the weights in model are not finite numbers ({A_WEIGHT})."),
        (set_one(float("-inf")), f"1 of the weights in model are not finite numbers ({A_WEIGHT})."),
    ],
    ids=["one missing", "a layer missing", "embedding missing", "NaN", "infinite"],
)
def test_a_faulty_checkpoint_is_refused(model_dir: Path, edit: Callable[[Weights], Any], sentence: str) -> None:
    change(model_dir, edit)
    with pytest.raises(CheckpointError) as caught:
        load_model(model_dir)
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith("Copy the model again.")


@pytest.mark.parametrize("layout", ["model.safetensors", "a .bin of 2020", "a .bin", "several files"])
@pytest.mark.parametrize(
    ("edit", "config", "num_weights", "first"),
    [
        (lambda w: w.update({A_WEIGHT: w[A_WEIGHT][:, :8].clone()}), {}, 1, A_WEIGHT),
        (lambda w: w.update({"shared.weight": w["shared.weight"][:-4].clone()}), {}, 1, "shared.weight"),
        (lambda w: w, {"vocab_size": 8}, 1, "shared.weight"),
        (lambda w: w, {"d_ff": 40}, 8, "decoder.block.0.layer.2.DenseReluDense.wi.weight"),
        (lambda w: w, {"num_heads": 2}, 26, "decoder.block.0.layer.0.SelfAttention.k.weight"),
        (lambda w: w, {"relative_attention_num_buckets": 16}, 2, "decoder.block.0.layer.0.SelfAttention.relative"),
    ],
    ids=["a narrow weight", "a short embedding", "another vocabulary", "another width", "other heads", "other buckets"],
)
def test_weights_of_another_shape_are_told_before_they_are_read(
    model_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    layout: str,
    edit: Any,
    config: Any,
    num_weights: int,
    first: str,
) -> None:
    from transformers import AutoModelForSeq2SeqLM

    change(model_dir, edit)
    stated = json.loads((model_dir / "config.json").read_text())
    (model_dir / "config.json").write_text(json.dumps({**stated, **config}))
    if layout == "several files":
        to_several(model_dir, "model.safetensors")
    elif ".bin" in layout:
        to_bin(model_dir, old_format="2020" in layout)
    monkeypatch.setattr(AutoModelForSeq2SeqLM, "from_pretrained", None)
    with pytest.raises(CheckpointError) as caught:
        load_model(model_dir)
    sentence = f"{num_weights} of the weights in model have another shape than config.json says ({first}"
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith("Copy the model again.")


def test_another_shape_under_another_name_is_refused_as_well(model_dir: Path) -> None:
    """transformers takes "transformer.x" for "x", which only it knows; left alone it would make the weight up."""
    change(model_dir, lambda weights: {f"transformer.{name}": weight for name, weight in weights.items()})
    load_model(model_dir)
    change(model_dir, lambda w: w.update({f"transformer.{A_WEIGHT}": w[f"transformer.{A_WEIGHT}"][:, :8].clone()}))
    with pytest.raises(CheckpointError) as caught:
        load_model(model_dir)
    assert str(caught.value).startswith(
        f"1 of the weights in model have another shape than config.json says ({A_WEIGHT}"
    )


def to_bin(model_dir: Path, *, old_format: bool) -> Path:
    import torch
    from safetensors.torch import load_file

    weights = load_file(model_dir / "model.safetensors")
    (model_dir / "model.safetensors").unlink()
    torch.save(weights, model_dir / "pytorch_model.bin", _use_new_zipfile_serialization=not old_format)
    return model_dir / "pytorch_model.bin"


def to_several(model_dir: Path, file: str) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    weights = load_file(model_dir / "model.safetensors")
    (model_dir / "model.safetensors").unlink()
    stem, suffix = file.split(".")
    places = {name: f"{stem}-0000{1 + number % 2}-of-00002.{suffix}" for number, name in enumerate(weights)}
    for place in set(places.values()):
        part = {name: weights[name] for name in weights if places[name] == place}
        if suffix == "bin":
            torch.save(part, model_dir / place)
        else:
            save_file(part, model_dir / place, {"format": "pt"})
    (model_dir / f"{file}.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
        lambda file: file.write_text("<html>404 Not Found</html>"),
    ],
    ids=["cut", "an error page"],
)
def test_files_that_cannot_be_read_are_told_without_a_librarys_words(model_dir: Path, spoil: Any) -> None:
    spoil(to_bin(model_dir, old_format=True))
    with pytest.raises(CheckpointError) as caught:
        load_model(model_dir)
    assert str(caught.value) == (
        "The weights in model cannot be read: the files are damaged, or no model of this kind. Copy the model again."
    )


def test_an_old_tokenizer_that_cannot_be_converted_says_what_to_look_for(model_dir: Path) -> None:
    (model_dir / "tokenizer.json").unlink()
    (model_dir / "spiece.model").write_bytes(b"of a kind that only old libraries read")
    with pytest.raises(CheckpointError) as caught:
        load_tokenizer(model_dir)
    assert str(caught.value) == (
        "The tokenizer in model cannot be read. It is damaged, or of a kind that is read from a tokenizer.json only: "
        "take a copy with that file."
    )


@pytest.mark.parametrize(
    ("generation_config", "ends"),
    [
        (None, {1}),
        ("{}", {1}),
        ('{"eos_token_id": [1], "max_new_tokens": 3}', {1}),
        ('{"eos_token_id": [1, 7]}', {1, 7}),
    ],
    ids=["none", "empty", "a list of one, another limit", "a list"],
)
def test_a_partial_generation_config_is_completed_from_the_config(
    model_dir: Path, tmp_path: Path, generation_config: str | None, ends: set[int]
) -> None:
    import torch

    expected = load_model(model_dir).generate(torch.tensor([[5, 6, 1]]), max_length=12, min_length=12, num_beams=2)
    (model_dir / "generation_config.json").unlink()
    if generation_config:
        (model_dir / "generation_config.json").write_text(generation_config)
    model = load_model(model_dir)
    assert end_tokens(model) == ends
    got = model.generate(torch.tensor([[5, 6, 1]]), max_length=12, min_length=12, num_beams=2, eos_token_id=1)
    assert got.tolist() == expected.tolist()
    if len(ends) == 1:
        (tmp_path / "out").mkdir()
        shape = convert(model_dir, tmp_path / "out", "fp32", lambda _: None)
        assert (shape.eos_token_id, shape.decoder_start_token_id) == (1, 0)


def test_a_broken_tokenizer_is_told_apart(model_dir: Path) -> None:
    (model_dir / "tokenizer.json").write_text('{"version": "1.0"')
    with pytest.raises(CheckpointError, match="The tokenizer in model cannot be read"):
        load_tokenizer(model_dir)


def halved(weights: Weights, dtype: str) -> Weights:
    return {key: getattr(tensor, dtype)() for key, tensor in weights.items()}


@pytest.mark.parametrize(
    "edit",
    [
        lambda w: halved(w, "half"),
        lambda w: halved(w, "bfloat16"),
        lambda w: w.update(
            {"decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight": w[A_WEIGHT].new_ones(8, 2)}
        ),
        lambda w: w.update({"encoder.embed_tokens.weight": w["shared.weight"].clone()}),
    ],
    ids=["half precision", "bfloat16", "one too many, as T5 of 2020 has", "a tied weight twice"],
)
def test_published_variants_are_whole(model_dir: Path, edit: Callable[[Weights], Any]) -> None:
    before = load_model(model_dir).state_dict()[A_WEIGHT]
    change(model_dir, edit)
    assert load_model(model_dir).state_dict()[A_WEIGHT].allclose(before, atol=0.02)


@pytest.mark.parametrize("old_format", [True, False], ids=["pickle of 2020", "zip"])
def test_bin_files_are_whole(model_dir: Path, old_format: bool) -> None:
    before = load_model(model_dir).state_dict()[A_WEIGHT]
    to_bin(model_dir, old_format=old_format)
    assert load_model(model_dir).state_dict()[A_WEIGHT].equal(before)


@pytest.mark.parametrize("file", ["model.safetensors", "pytorch_model.bin"])
def test_weights_in_several_files_are_whole(model_dir: Path, file: str) -> None:
    """What becomes of a lost one is in test_model_files.py."""
    before = load_model(model_dir).state_dict()
    to_several(model_dir, file)
    check_model_dir(model_dir)
    after = load_model(model_dir).state_dict()
    assert all(after[name].equal(before[name]) for name in before)


@pytest.mark.slow
def test_the_converting_child_hands_the_sentence_on_and_leaves_nothing(model_dir: Path, tmp_path: Path) -> None:
    change(model_dir, set_one(float("nan")))
    with pytest.raises(CheckpointError, match="not finite numbers"):
        ensure_converted(model_dir, cache_dir=tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []
