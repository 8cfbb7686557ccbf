"""The converted tokenizer against AutoTokenizer, on the published T5 vocabulary where this machine has it."""

import json
import os
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from serving.engine.engine import _clean_up

TOKENIZER_DIR = Path(os.environ.get("NUTSHELL_T5_TOKENIZER", "../shared/data/t5-tokenizer"))
TEXTS = [
    "",
    "   ",
    "Prices rose 3.5 % (to $1,200), he said: “it's fine”.",
    "Naïve café — 東京 😀 ﬁne\u00a0print\u200b",
    "line one\nline two\t\ttabbed",
    "</s> literal <pad> and <extra_id_0> and <unk>",
    "word " * 700,
]

pytestmark = pytest.mark.skipif(
    not (TOKENIZER_DIR / "spiece.model").exists(),
    reason="set NUTSHELL_T5_TOKENIZER to a directory with T5's spiece.model",
)


def articles() -> list[str]:
    path = TOKENIZER_DIR.parent / "cnn_dailymail_eval.jsonl"
    return [json.loads(line)["article"] for line in path.read_text().splitlines()[:50]] if path.exists() else []


@pytest.mark.parametrize("with_json", [True, False], ids=["tokenizer.json and spiece.model", "spiece.model only"])
def test_ids_and_text_are_auto_tokenizers(tmp_path: Path, with_json: bool) -> None:
    from transformers import AutoTokenizer

    model_dir = tmp_path / "model"
    model_dir.mkdir()
    names = ["spiece.model", "tokenizer_config.json", *(["tokenizer.json"] if with_json else [])]
    for name in names:
        (model_dir / name).write_bytes((TOKENIZER_DIR / name).read_bytes())
    expected = AutoTokenizer.from_pretrained(model_dir)
    expected.backend_tokenizer.save(str(tmp_path / "tokenizer.json"))  # as `convert` does
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    for text in [*TEXTS, *articles()]:
        ids = expected(text).input_ids
        assert tokenizer.encode(text).ids == ids
        decoded = expected.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=True)
        assert _clean_up(tokenizer.decode(ids, skip_special_tokens=True)) == decoded
