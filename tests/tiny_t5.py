"""Tiny random T5 models on disk, with a tokenizer, and what transformers generates with them."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving.engine.engine import T5Engine
from serving.engine.interface import GenerationParams, Precision
from serving.t5_onnx.convert import convert
from serving.t5_onnx.store import get_or_make

VOCAB_SIZE = 48
EOS = 1


def words(*token_ids: int) -> str:
    """Text that the tiny tokenizer reads as these tokens (4 to VOCAB_SIZE - 1)."""
    return " ".join(f"w{token}" for token in token_ids)


def save_tiny_t5(directory: Path, *, kind: str = "v1.0", seed: int = 0, eos_appeal: float = 1.0) -> Path:
    """Save a random model.

    Args:
        kind: "v1.0" (ReLU, tied output), "v1.1" (gated GELU, own output projection) or "mt5".
        eos_appeal: above 1, EOS is likely, and sequences end early and at different times.
    """
    # Late, so that only those processes pay for it that come to run such a test.
    import torch
    from transformers import MT5Config, MT5ForConditionalGeneration, T5Config, T5ForConditionalGeneration, T5Tokenizer

    torch.set_num_threads(1)  # tiny products: waking a second thread takes longer than all of them
    torch.manual_seed(seed)
    shape: dict[str, Any] = {
        "vocab_size": VOCAB_SIZE, "d_model": 16 + 8 * (seed % 3), "d_kv": 8, "d_ff": 40,
        "num_layers": 1 + seed % 3, "num_heads": 2 + seed % 2, "relative_attention_num_buckets": 8,
        "relative_attention_max_distance": 20, "initializer_factor": 1.0, "decoder_start_token_id": 0,
    }  # fmt: skip
    model: Any
    if kind == "mt5":
        model = MT5ForConditionalGeneration(MT5Config(**shape))
    elif kind == "v1.1":
        config = T5Config(**shape, feed_forward_proj="gated-gelu", tie_word_embeddings=False)
        model = T5ForConditionalGeneration(config)
        model.lm_head.weight = torch.nn.Parameter(torch.randn(VOCAB_SIZE, config.d_model))
    else:
        model = T5ForConditionalGeneration(T5Config(**shape))
    with torch.no_grad():
        model.lm_head.weight[EOS] *= eos_appeal
    model.save_pretrained(directory)
    vocab = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    vocab += [(f"▁w{i}", -1.0) for i in range(4, VOCAB_SIZE)]
    T5Tokenizer(vocab=vocab, extra_ids=0).save_pretrained(directory)
    return directory


@dataclass
class TinyT5:
    """One model as transformers has it and as the engine has it."""

    model_dir: Path
    oracle: Any
    converted: Path

    @classmethod
    def make(cls, root: Path, *, precision: Precision = "fp32", **settings: Any) -> "TinyT5":
        import torch
        from transformers import AutoModelForSeq2SeqLM

        model_dir = save_tiny_t5(root / "model", **settings)
        converted = get_or_make(
            model_dir,
            precision,
            root / "cache",
            lambda out: convert(model_dir, out, precision, lambda _: None),
        )
        oracle = AutoModelForSeq2SeqLM.from_pretrained(model_dir, dtype=torch.float32).eval()
        return cls(model_dir, oracle, converted)

    def engine(self, **settings: Any) -> T5Engine:
        return T5Engine(self.converted, **{"num_threads": 1, **settings})

    def expected(self, source: list[int], params: GenerationParams) -> tuple[int, ...]:
        """What `transformers.generate` gives for source tokens with their end token."""
        import torch

        with torch.no_grad():
            output = self.oracle.generate(
                torch.tensor([source]),
                do_sample=False,
                max_length=params.max_length,
                min_length=params.min_length,
                num_beams=params.num_beams,
                repetition_penalty=params.repetition_penalty,
                length_penalty=params.length_penalty,
                early_stopping=params.early_stopping,
                no_repeat_ngram_size=params.no_repeat_ngram_size,
            )
        return tuple(output[0].tolist())


def never() -> threading.Event:
    return threading.Event()
