"""What random weights can't show: a trained T5 beside transformers, int8 beside fp32, lengths asked and got.

    python -m benchmarks.trained --tokenizer DIR [--data DIR] [--minutes N] [--rows N]
    python -m benchmarks.trained --model DIR [--data DIR] [--rows N]

Without `--model`, a small T5 is trained first (`benchmarks.train_t5`). The articles are others than those that it was
trained on. Prints tables and saves them as `results/trained.md`.
"""

import argparse
import os
import statistics
import tempfile
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from benchmarks.articles import DEFAULT_DATA, load_rows
from serving.engine.checkpoint import load_model, load_tokenizer
from serving.engine.engine import T5Engine
from serving.engine.interface import Engine, Generation, Precision
from serving.model_settings import read_model_settings
from serving.schemas import SummaryResponse
from serving.summarizer import SummaryTask, summarize_abstractive
from serving.t5_onnx.convert import ensure_converted

AT_ONCE = 8
LIMITS_WORDS = (20, 60, 120)
NUM_OPENING_WORDS = 75  # fit into what a small model reads at once
METRICS = ("rouge1", "rouge2")
PRECISIONS: tuple[Precision, ...] = ("fp32", "int8")

Tokens = tuple[int, ...]


def open_engine(model_dir: Path, precision: Precision, cache_dir: Path) -> T5Engine:
    settings = read_model_settings(model_dir, model_id=str(model_dir))
    return T5Engine(
        ensure_converted(model_dir, precision=precision, cache_dir=cache_dir),
        num_threads=len(os.sched_getaffinity(0)),
        default_params=settings.params,
        prefix=settings.prefix,
    )


def generate(engine: T5Engine, articles: Iterable[str], *, at_once: int) -> list[Generation]:
    """Summarize every article, `at_once` of them running at a time."""

    def one(article: str) -> Generation:
        return engine.submit(article, engine.default_params, stop=threading.Event()).result()

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(one, articles))


def transformers_tokens(model_dir: Path, articles: Iterable[str], like: Engine) -> list[Tokens]:
    """What `transformers.generate` makes of each article, cut and decoded with the settings of the engine `like`."""
    import torch

    model, tokenizer = load_model(model_dir), load_tokenizer(model_dir)

    def one(article: str) -> Tokens:
        source = tokenizer(
            like.prefix + article, truncation=True, max_length=like.max_input_tokens, return_tensors="pt"
        )
        with torch.inference_mode():
            return tuple(model.generate(**source, do_sample=False, **asdict(like.default_params))[0].tolist())

    return [one(article) for article in articles]


def num_equal(some: Sequence[Tokens], others: Sequence[Tokens]) -> str:
    """How many summaries are the same, token for token."""
    return f"{sum(a == b for a, b in zip(some, others, strict=True))} of {len(some)}"


def rouge(references: Iterable[str], texts: Iterable[str]) -> str:
    """Mean F1 x 100, one number for each of `METRICS`."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(METRICS, use_stemmer=True)
    scores = [scorer.score(reference, text) for reference, text in zip(references, texts, strict=True)]
    return " / ".join(f"{100 * statistics.mean(score[name].fmeasure for score in scores):.1f}" for name in METRICS)


def agreement(
    model_dir: Path, articles: Sequence[str], cache_dir: Path
) -> tuple[list[str], dict[Precision, list[str]]]:
    """Lines that say whose tokens are whose, and each precision's summaries."""
    tokens: dict[str, list[Tokens]] = {}
    texts: dict[Precision, list[str]] = {}
    for precision in PRECISIONS:
        with closing(open_engine(model_dir, precision, cache_dir)) as engine:
            if not tokens:
                tokens["transformers"] = transformers_tokens(model_dir, articles, engine)
            alone, together = (generate(engine, articles, at_once=at_once) for at_once in (1, AT_ONCE))
        tokens[precision], tokens[f"{precision}, {AT_ONCE} at once"] = (
            [generation.token_ids for generation in generations] for generations in (alone, together)
        )
        texts[precision] = [generation.text for generation in alone]
    pairs = [(name, "transformers") for name in tokens if name.startswith("fp32")]
    pairs += [(name, "fp32") for name in tokens if name.startswith("int8")]
    pairs += [(f"int8, {AT_ONCE} at once", "int8")]
    return [table_line(a, b, num_equal(tokens[a], tokens[b])) for a, b in pairs], texts


def length_line(engine: Engine, articles: Iterable[str], max_words: int) -> str:
    """What comes of a limit, after all that the application does to a summary."""

    def one(article: str) -> SummaryResponse:
        task = SummaryTask(article, max_words=max_words)
        return summarize_abstractive(task, engine, model="", max_length_tokens=512, stop=threading.Event())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(one, articles))
    words = [answer.num_summary_words for answer in answers]
    tokens = [answer.num_summary_tokens or 0 for answer in answers]  # none where key sentences had to stand in
    num_ended = sum(answer.method == "abstractive" and answer.finish_reason == "stop" for answer in answers)
    return table_line(
        max_words,
        f"{statistics.median(words):.0f} ({min(words)} to {max(words)})",
        f"{statistics.median(tokens):.0f} ({min(tokens)} to {max(tokens)})",
        f"{num_ended} of {len(answers)}",
    )


def table_line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def report(model_dir: Path, data: Path, num_rows: int, cache_dir: Path) -> str:
    rows = load_rows(data / "news_summary_eval.jsonl", num_rows=num_rows)
    articles, editors = [row.article for row in rows], [row.summary for row in rows]
    lines, texts = agreement(model_dir, articles, cache_dir)
    openings = [" ".join(article.split()[:NUM_OPENING_WORDS]) for article in articles]
    with closing(open_engine(model_dir, "fp32", cache_dir)) as engine:
        lengths = [length_line(engine, openings, max_words) for max_words in LIMITS_WORDS]
    return "\n".join(
        [
            "| tokens of | are those of | summaries |",
            "| --- | --- | --- |",
            *lines,
            "",
            "| ROUGE-1 / ROUGE-2 of | against | F1 x 100 |",
            "| --- | --- | --- |",
            table_line("int8", "fp32", rouge(texts["fp32"], texts["int8"])),
            *(table_line(name, "the editors' summaries", rouge(editors, texts[name])) for name in texts),
            "",
            f"Lengths, of each article's first {NUM_OPENING_WORDS} words:",
            "",
            "| words asked | words got: median (range) | tokens | ended by the model |",
            "| --- | --- | --- | --- |",
            *lengths,
            "",
        ]
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a T5 model directory; default: one is trained")
    parser.add_argument("--tokenizer", type=Path, help="directory with T5's tokenizer files, for training")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--minutes", type=float, default=22, help="of training")
    parser.add_argument("--rows", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        model_dir = options.model or Path(work) / "trained-t5"
        if options.model is None:
            from benchmarks.train_t5 import TRAINING_ROWS, train

            train(load_rows(options.data / TRAINING_ROWS), options.tokenizer, model_dir, minutes=options.minutes)
        text = report(model_dir, options.data, options.rows, Path(work))
    print(text)
    (Path(__file__).parent / "results" / "trained.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
