"""The converted tokenizer against AutoTokenizer: on a vocabulary made here, and on T5's own where it is at hand."""

import json
import os
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from serving.engine.tokenizer import clean_up
from tests.tiny_models import CORPUS

PUBLISHED = Path(os.environ.get("T5_TOKENIZER", "../shared/data/t5-tokenizer"))
TEXTS = [
    "",
    "   ",
    "Prices rose 3.5 % (to $1,200), he said: “it's fine”.",
    "Naïve café — 東京 😀 ﬁne\u00a0print\u200b",
    "line one\nline two\t\ttabbed",
    "</s> literal <pad> and <extra_id_0> and <unk>",
    "word " * 700,
]


def articles() -> list[str]:
    path = PUBLISHED.parent / "cnn_dailymail_eval.jsonl"
    return [json.loads(line)["article"] for line in path.read_text().splitlines()[:50]] if path.exists() else CORPUS


@pytest.fixture(scope="module", params=["made", "published"])
def tokenizer_dir(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `spiece.model`, `tokenizer_config.json` and `tokenizer.json`, as T5 models are published."""
    if request.param == "published":
        if not (PUBLISHED / "spiece.model").exists():
            pytest.skip("T5's own vocabulary is not on this machine; T5_TOKENIZER names its folder")
        return PUBLISHED
    import sentencepiece
    from transformers import AutoTokenizer

    path = tmp_path_factory.mktemp("tokenizer")
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_prefix=str(path / "spiece"), vocab_size=200, hard_vocab_limit=False,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, minloglevel=2,
    )  # fmt: skip
    config = {"tokenizer_class": "T5Tokenizer", "model_max_length": 512, "extra_ids": 100}
    (path / "tokenizer_config.json").write_text(json.dumps(config))
    AutoTokenizer.from_pretrained(path).backend_tokenizer.save(str(path / "tokenizer.json"))
    return path


@pytest.mark.parametrize("with_json", [True, False], ids=["tokenizer.json and spiece.model", "spiece.model only"])
def test_ids_and_text_are_auto_tokenizers(tokenizer_dir: Path, tmp_path: Path, with_json: bool) -> None:
    from transformers import AutoTokenizer

    model_dir = tmp_path / "model"
    model_dir.mkdir()
    names = ["spiece.model", "tokenizer_config.json", *(["tokenizer.json"] if with_json else [])]
    for name in names:
        (model_dir / name).write_bytes((tokenizer_dir / name).read_bytes())
    expected = AutoTokenizer.from_pretrained(model_dir)
    expected.backend_tokenizer.save(str(tmp_path / "tokenizer.json"))  # as `convert` does
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    for text in [*TEXTS, *articles()]:
        ids = expected(text).input_ids
        assert tokenizer.encode(text).ids == ids
        decoded = expected.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=True)
        assert clean_up(tokenizer.decode(ids, skip_special_tokens=True)) == decoded
