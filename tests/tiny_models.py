"""Real models small enough to make on the spot: random weights, and a tokenizer trained on a few sentences.

Nothing is downloaded and nothing is committed, and every run makes the same models. Random weights are scaled up,
because fresh ones give nearly the same logits at every step, and then beams neither cross nor end; but not far, because
scaled by 3 the fp32 logits are up to 0.05 away from the fp64 ones and candidates tie on some CPUs (by 1.5: 0.00002).
"""

from pathlib import Path
from typing import Any

CORPUS = [
    "The town council decided on Tuesday that the ferries will run all night from the first of May.",
    "Nurses and cleaners who finish late have had to wait for the morning or pay for a water taxi.",
    "The plant uses 8,600 mirrors to focus sunlight on a tower 190 metres high, its operator said on Friday.",
    "Researchers who were not involved welcomed the result but warned against copying it blindly.",
    "A violin that had been missing for 41 years was given back to its owner after a driver recognised it.",
    "Men have landed and walked on the moon, and hundreds of millions of people on earth watched them.",
]


def _train_tokenizer(path: Path) -> int:
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


def make_tiny_t5(path: Path, *, seed: int = 0, end_scale: float = 4.0, **config: Any) -> Path:
    """Save a random T5 of two layers into `path`; `config` overrides `T5Config`.

    `end_scale` 1 makes a model that practically never ends by itself.
    """
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    vocab_size = _train_tokenizer(path)
    torch.manual_seed(seed)
    settings = {
        "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "initializer_factor": 1.5,
        "decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": 1,
    }  # fmt: skip
    model = T5ForConditionalGeneration(T5Config(vocab_size=vocab_size, **{**settings, **config}))
    # A random model almost never picks its end token out of hundreds; a longer row wins now and then.
    model.lm_head.weight.data[1] *= end_scale
    model.save_pretrained(path)
    return path


def make_tiny_bart(path: Path, *, seed: int = 0, **config: Any) -> Path:
    """Save a random BART of two layers into `path`."""
    import torch
    from transformers import BartConfig, BartForConditionalGeneration

    vocab_size = _train_tokenizer(path)
    torch.manual_seed(seed)
    settings = {
        "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
        "decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": 512,
        "init_std": 0.6, "pad_token_id": 0, "bos_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 1,
        "forced_eos_token_id": 1,
    }  # fmt: skip
    BartForConditionalGeneration(BartConfig(vocab_size=vocab_size, **{**settings, **config})).save_pretrained(path)
    return path
