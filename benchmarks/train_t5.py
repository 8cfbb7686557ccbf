"""A small T5 with trained weights, made in minutes: outputs are peaked, copy from the article and end by themselves.

    python -m benchmarks.train_t5 --tokenizer DIR --out DIR [--data DIR] [--minutes N]

The weights start at random but for a circuit that copies ("find where the last token stands, read the next one"), which
takes hours to emerge by itself. The model first learns to use it (random tokens, then first sentences), and then the
editors' summaries. Quality is not the point: the model stands in for real weights where there is no hub. The same on
each run up to where the clock ends each phase.
"""

import argparse
import itertools
import math
import random
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import T5Config, T5ForConditionalGeneration

from benchmarks.articles import DEFAULT_DATA, Row, load_rows
from serving.text.sentences import split_sentences

CPU_INFO = Path("/proc/cpuinfo")
TRAINING_ROWS = "news_summary_train.jsonl"
PAD, EOS = 0, 1
# Of every phase: its share of the time, articles a batch, and random tokens among which the right one is to be found.
PHASES = {"copy": (0.20, 12, 2000), "lead": (0.30, 4, 2000), "summary": (0.50, 4, 4000)}
PEAK_RATE = 1.5e-3
SHAPE = {"d_model": 128, "d_ff": 512, "d_kv": 32, "num_heads": 4, "num_layers": 3, "vocab_size": 32128}
MAX_INPUT, MAX_TARGET = 128, 128  # in tokens; longer ones are cut
# Some CPUs multiply bf16 five times faster than fp32, others forty times slower.
HAS_FAST_BF16 = CPU_INFO.exists() and "avx512_bf16" in CPU_INFO.read_text()


class Examples:
    """Pairs of source and target tokens, of three kinds."""

    def __init__(self, rows: Iterable[Row], tokenizer: Tokenizer) -> None:
        self._articles, self._sentences, self._summaries = [], [], []
        for row in rows:
            texts = [sentence.text for sentence in split_sentences(row.article)]
            *sentences, summary = (
                encoding.ids for encoding in tokenizer.encode_batch([*texts, row.summary], add_special_tokens=False)
            )
            article = list(itertools.chain(*sentences))
            self._sentences.append(sentences)
            self._articles.append([*article[: MAX_INPUT - 1], EOS])
            self._summaries.append([*summary[: MAX_TARGET - 1], EOS])
        self._tokens = list(itertools.chain(*(article[:-1] for article in self._articles)))

    def copy(self, rng: random.Random) -> tuple[list[int], list[int]]:
        """Random tokens, and all of them; or a sentence and more, and that sentence."""
        if rng.random() < 0.5:
            source = rng.choices(self._tokens, k=rng.randint(6, 24))
            return [*source, EOS], [*source, EOS]
        sentences = rng.choice(self._sentences)
        start = rng.randrange(len(sentences))
        first = sentences[start][:30]
        rest = itertools.chain(*sentences[start + 1 : start + 3])
        return [*first, *itertools.islice(rest, 30), EOS], [*first, EOS]

    def lead(self, rng: random.Random) -> tuple[list[int], list[int]]:
        """An article, and as many of its first sentences as make 24 tokens."""
        number = rng.randrange(len(self._articles))
        target: list[int] = []
        for sentence in self._sentences[number]:
            target += sentence
            if len(target) >= 24:
                break
        return self._articles[number], [*target[: MAX_TARGET - 1], EOS]

    def summary(self, rng: random.Random) -> tuple[list[int], list[int]]:
        """An article, and its editor's summary."""
        number = rng.randrange(len(self._articles))
        return self._articles[number], self._summaries[number]


@torch.no_grad()
def make_model() -> Any:
    """A T5 of which two heads have an induction circuit; all else is random.

    With a, b, c, d orthogonal subspaces of d_kv dimensions: the encoder writes what the token before is (its part in a)
    into b; a decoder head looks with its own token's a for that b, and reads c or d of the token found there.
    """
    model: Any = T5ForConditionalGeneration(
        T5Config(**SHAPE, n_positions=MAX_INPUT, dropout_rate=0.0, decoder_start_token_id=PAD)
    )
    width, size = SHAPE["d_model"], SHAPE["d_kv"]
    a, b, c, d = torch.linalg.qr(torch.randn(width, width)).Q[:, : 4 * size].T.split(size)
    first = model.encoder.block[0].layer[0].SelfAttention
    first.relative_attention_bias.weight[1, 0] = 8  # bucket 1: the token before
    first.v.weight[:size] = a
    first.o.weight[:, :size] = 2 * b.T
    cross = model.decoder.block[1].layer[1].EncDecAttention
    for head, read in enumerate((c, d)):
        rows = slice(head * size, (head + 1) * size)
        cross.q.weight[rows], cross.k.weight[rows], cross.v.weight[rows] = 0.3 * a, b, read
        cross.o.weight[:, rows] = 2 * read.T
    return model


def batch_loss(model: Any, sources: list[list[int]], targets: list[list[int]], *, num_negatives: int) -> torch.Tensor:
    """Cross-entropy over the batch's tokens and `num_negatives` random ones, a fraction of the vocabulary's cost."""
    source, labels = _pad(sources, PAD), _pad(targets, -100)
    shifted = torch.cat([torch.full((len(labels), 1), PAD), labels[:, :-1].clamp(min=0)], dim=1)
    counts = labels != -100
    vocabulary = model.shared.weight
    used = torch.cat([source.flatten(), labels[counts], torch.randint(len(vocabulary), (num_negatives,))]).unique()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HAS_FAST_BF16):
        mask = (source != PAD).long()
        memory = model.encoder(input_ids=source, attention_mask=mask).last_hidden_state
        hidden = model.decoder(
            input_ids=shifted, encoder_hidden_states=memory, encoder_attention_mask=mask, use_cache=False
        ).last_hidden_state
        logits = (hidden[counts] * model.config.d_model**-0.5) @ vocabulary[used].T
    return torch.nn.functional.cross_entropy(logits.float(), torch.searchsorted(used, labels[counts]))


def _pad(rows: list[list[int]], fill: int) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [fill] * (width - len(row)) for row in rows])


def train(rows: Iterable[Row], tokenizer_dir: Path, out: Path, *, minutes: float) -> None:
    """Write a trained model and its tokenizer into `out`, after every phase anew."""
    torch.set_num_threads(1)  # products are so small that on a busy machine two took longer
    torch.manual_seed(0)
    rng = random.Random(0)
    tokenizer = Tokenizer.from_file(str(tokenizer_dir / "tokenizer.json"))
    examples = Examples(rows, tokenizer)
    model = make_model().train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    start, ends_s, step = time.monotonic(), 0.0, 0
    for name, (share, batch_size, num_negatives) in PHASES.items():
        ends_s += share * 60 * minutes
        while (passed_s := time.monotonic() - start) < ends_s:
            sources, targets = zip(*(getattr(examples, name)(rng) for _ in range(batch_size)), strict=True)
            decay = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * passed_s / (60 * minutes)))
            optimizer.param_groups[0]["lr"] = PEAK_RATE * min(1, (step + 1) / 100) * decay
            loss = batch_loss(model, list(sources), list(targets), num_negatives=num_negatives)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            if step % 25 == 0:
                print(f"{name}: step {step}, {passed_s:.0f} s, loss {loss.item():.3f}", flush=True)
        model.save_pretrained(out)
        for path in tokenizer_dir.iterdir():
            shutil.copyfile(path, out / path.name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True, help="directory with T5's tokenizer files")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--minutes", type=float, default=22)
    options = parser.parse_args()
    train(load_rows(options.data / TRAINING_ROWS), options.tokenizer, options.out, minutes=options.minutes)


if __name__ == "__main__":
    main()
