"""A wrong or half model folder is told in one sentence, before anything heavy is imported."""

import json
import shutil
from pathlib import Path

import pytest

from serving.model_files import ModelFilesError, check_model_dir
from tests.test_checkpoint import to_bin, to_several
from tests.tiny_models import make_tiny_t5


@pytest.fixture
def model(tiny_t5: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_t5, tmp_path / "model"))


def test_whole_model_passes(model):
    check_model_dir(model)


def test_sharded_model_passes_and_misses_a_lost_shard(tmp_path):
    from transformers import AutoModelForSeq2SeqLM

    whole = make_tiny_t5(tmp_path / "whole")
    sharded = Path(shutil.copytree(whole, tmp_path / "sharded"))
    (sharded / "model.safetensors").unlink()
    AutoModelForSeq2SeqLM.from_pretrained(whole).save_pretrained(sharded, max_shard_size="50KB")
    shards = sorted(sharded.glob("model-*.safetensors"))
    assert len(shards) > 1
    check_model_dir(sharded)
    shards[-1].unlink()
    with pytest.raises(ModelFilesError, match="missing"):
        check_model_dir(sharded)


def _break(name):
    def missing(model):
        shutil.rmtree(model)

    def is_file(model):
        shutil.rmtree(model)
        model.write_text("weights")

    def no_config(model):
        (model / "config.json").unlink()

    def broken_config(model):
        (model / "config.json").write_text("{")

    def no_settings(model):
        (model / "config.json").write_text("[]")

    def decoder_only(model):
        (model / "config.json").write_text(json.dumps({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}))

    def no_tokenizer(model):
        (model / "tokenizer.json").unlink()

    def no_weights(model):
        (model / "model.safetensors").unlink()

    def half_weights(model):
        weights = model / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1000])

    def empty_weights(model):
        (model / "model.safetensors").write_bytes(b"")

    def half_bin(model):
        (model / "model.safetensors").unlink()
        (model / "pytorch_model.bin").write_bytes(b"PK\x03\x04 the rest never came")

    def half_old_bin(model):
        weights = to_bin(model, old_format=True)
        weights.write_bytes(weights.read_bytes()[:-1000])

    def half_of_several(model):
        to_several(model, "pytorch_model.bin")
        weights = model / "pytorch_model-00002-of-00002.bin"
        weights.write_bytes(weights.read_bytes()[:-1000])

    def broken_index(model):
        (model / "model.safetensors").rename(model / "model-00001-of-00001.safetensors")
        (model / "model.safetensors.index.json").write_text("[]")

    def error_page(model):
        (model / "model.safetensors").unlink()
        (model / "pytorch_model.bin").write_text("<html>404 Not Found</html>")

    def pointer(model):
        (model / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n")

    def pointer_bin(model):
        (model / "model.safetensors").unlink()
        (model / "pytorch_model.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n")

    def pointer_tokenizer(model):
        (model / "tokenizer.json").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n")

    def gptq(model):
        (model / "quantize_config.json").write_text('{"bits": 4}')

    def quantized(model):
        config = json.loads((model / "config.json").read_text())
        (model / "config.json").write_text(json.dumps({**config, "quantization_config": {"load_in_8bit": True}}))

    return locals()[name]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("missing", "There is no model folder"),
        ("is_file", "is a file"),
        ("no_config", "no config.json"),
        ("broken_config", "cannot be read"),
        ("no_settings", "is not a model's configuration"),
        ("decoder_only", "not a sequence-to-sequence model"),
        ("no_tokenizer", "no tokenizer"),
        ("no_weights", "no weights"),
        ("half_weights", "incomplete"),
        ("empty_weights", "incomplete"),
        ("half_bin", "incomplete"),
        ("half_old_bin", "incomplete"),
        ("half_of_several", "pytorch_model-00002-of-00002.bin is incomplete"),
        ("broken_index", "index.json cannot be read"),
        ("error_page", "is damaged, or holds no weights"),
        ("pointer", "only points to the weights"),
        ("pointer_bin", "only points to the weights"),
        ("pointer_tokenizer", "only points to the tokenizer"),
        ("quantized", "are quantized"),
        ("gptq", "are quantized"),
    ],
)
def test_fault_is_named(model, fault, words):
    _break(fault)(model)
    with pytest.raises(ModelFilesError, match=words) as error:
        check_model_dir(model)
    assert str(error.value).count("\n") == 0
