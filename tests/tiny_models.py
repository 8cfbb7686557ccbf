"""Real models small enough to make on the spot, with random weights, and what transformers makes of them.

Libraries are imported late, so that only those processes pay for them that come to run such a test.

Nothing is downloaded and nothing is committed, and every run makes the same models. Random weights are scaled up,
because fresh ones give nearly the same logits at every step, and then beams neither cross nor end; but not far, because
scaled by 3 the fp32 logits are up to 0.05 away from the fp64 ones and candidates tie on some CPUs (by 1.5: 0.00002).
"""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from serving.engine.interface import GenerationParams, Precision

CORPUS = [
    "The town council decided on Tuesday that the ferries will run all night from the first of May.",
    "Nurses and cleaners who finish late have had to wait for the morning or pay for a water taxi.",
    "The plant uses 8,600 mirrors to focus sunlight on a tower 190 metres high, its operator said on Friday.",
    "Researchers who were not involved welcomed the result but warned against copying it blindly.",
    "A violin that had been missing for 41 years was given back to its owner after a driver recognised it.",
    "Men have landed and walked on the moon, and hundreds of millions of people on earth watched them.",
]
ARTICLES = [" ".join(CORPUS), CORPUS[3], "Word. " * 60]

VOCAB_SIZE = 48
"""Of the tokenizer that reads `words`."""
EOS = 1

never = threading.Event
"""A stop that nobody sets."""


def words(*token_ids: int) -> str:
    """Text that `TinyT5` reads as these tokens (4 to VOCAB_SIZE - 1)."""
    return " ".join(f"w{token}" for token in token_ids)


def _word_tokenizer(path: Path) -> int:
    """Save a tokenizer that reads each of `words` as one token and return its vocabulary size."""
    from transformers import T5Tokenizer

    vocab = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    vocab += [(f"▁w{i}", -1.0) for i in range(4, VOCAB_SIZE)]
    T5Tokenizer(vocab=vocab, extra_ids=0).save_pretrained(path)
    return VOCAB_SIZE


def train_tokenizer(path: Path) -> int:
    """Save a tokenizer like T5's (sentence pieces, `</s>` at the end) and return its vocabulary size.

    The pieces are byte pairs, because training unigrams orders equally good pieces differently in every process.
    """
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("\n", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    special = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", tokenizer.token_to_id("</s>"))]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=512,
    )
    fast.save_pretrained(path)
    return tokenizer.get_vocab_size()


def make_tiny_t5(
    path: Path,
    *,
    kind: str = "v1.0",
    seed: int = 0,
    end_scale: float = 4.0,
    tokenizer: Callable[[Path], int] = train_tokenizer,
    **config: Any,
) -> Path:
    """Save a random T5 of two layers into `path`.

    Args:
        kind: "v1.0" (ReLU, tied output), "v1.1" (gated GELU, own output projection) or "mt5".
        end_scale: how much longer the end token's row is. A random model almost never picks it out of hundreds: with 1
            it practically never ends by itself, above 1 now and then.
        tokenizer: saves one and returns its vocabulary size.
        config: overrides `T5Config`.
    """
    import torch
    from transformers import MT5Config, MT5ForConditionalGeneration, T5Config, T5ForConditionalGeneration

    settings = {
        "vocab_size": tokenizer(path), "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4,
        "initializer_factor": 1.5, "decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": EOS,
    } | config  # fmt: skip
    torch.set_num_threads(1)  # tiny products: waking a second thread takes longer than all of them
    torch.manual_seed(seed)
    model: Any
    if kind == "mt5":
        model = MT5ForConditionalGeneration(MT5Config(**settings))
    elif kind == "v1.1":
        shape = T5Config(**settings, feed_forward_proj="gated-gelu", tie_word_embeddings=False)
        model = T5ForConditionalGeneration(shape)
        model.lm_head.weight = torch.nn.Parameter(torch.randn(shape.vocab_size, shape.d_model))
    else:
        model = T5ForConditionalGeneration(T5Config(**settings))
    model.lm_head.weight.data[EOS] *= end_scale
    model.save_pretrained(path)
    return path


def make_tiny_bart(path: Path, *, seed: int = 0, **config: Any) -> Path:
    """Save a random BART of two layers into `path`."""
    import torch
    from transformers import BartConfig, BartForConditionalGeneration

    vocab_size = train_tokenizer(path)
    torch.manual_seed(seed)
    settings = {
        "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
        "decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": 512,
        "init_std": 0.6, "pad_token_id": 0, "bos_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 1,
        "forced_eos_token_id": 1,
    }  # fmt: skip
    BartForConditionalGeneration(BartConfig(vocab_size=vocab_size, **{**settings, **config})).save_pretrained(path)
    return path


@lru_cache(maxsize=8)
def _loaded(model_dir: Path) -> tuple[Any, Any]:
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    return AutoTokenizer.from_pretrained(model_dir), AutoModelForSeq2SeqLM.from_pretrained(model_dir)


def oracle(model_dir: Path, text: str, params: GenerationParams) -> tuple[tuple[int, ...], str]:
    """The tokens and the text that the tutorial's lines give for an article; a folder's model is read once."""
    tokenizer, model = _loaded(model_dir)
    input_ids = tokenizer.encode(text, return_tensors="pt", add_special_tokens=True)
    token_ids = model.generate(input_ids=input_ids, do_sample=False, **asdict(params))[0]
    text = tokenizer.decode(token_ids, skip_special_tokens=True, clean_up_tokenization_spaces=True)
    return tuple(token_ids.tolist()), text


@dataclass
class TinyT5:
    """A T5 that reads `words`, as transformers has it and as the engine has it."""

    model_dir: Path
    converted: Path

    @classmethod
    def make(
        cls, root: Path, *, precision: Precision = "fp32", seed: int = 0, end_scale: float = 1.0, kind: str = "v1.0"
    ) -> "TinyT5":
        """Make one whose shape depends on `seed`, with weights so small that fp32 and fp64 agree to a millionth."""
        from serving.t5_onnx.convert import convert
        from serving.t5_onnx.store import get_or_make

        model_dir = make_tiny_t5(
            root / "model", kind=kind, seed=seed, end_scale=end_scale, tokenizer=_word_tokenizer,
            d_model=16 + 8 * (seed % 3), d_ff=40, num_layers=1 + seed % 3, num_heads=2 + seed % 2,
            relative_attention_num_buckets=8, relative_attention_max_distance=20, initializer_factor=1.0,
        )  # fmt: skip
        converted = get_or_make(
            model_dir, precision, root / "cache", lambda out: convert(model_dir, out, precision, lambda _: None)
        )
        return cls(model_dir, converted)

    def engine(self, **settings: Any) -> Any:
        """The `T5Engine` that runs it."""
        from serving.engine.engine import T5Engine

        return T5Engine(self.converted, **{"num_threads": 1, **settings})

    def expected(self, source: list[int], params: GenerationParams) -> tuple[int, ...]:
        """The tokens that transformers gives for `words(*source)`."""
        return oracle(self.model_dir, words(*source), params)[0]
