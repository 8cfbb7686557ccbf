"""How closely int8 follows fp32: their tokens and their ROUGE on the evaluation articles, for any T5 model directory.

    python -m benchmarks.precision --model DIR [--data DIR] [--rows N] [--tokenizer DIR]

Both engines summarize the same articles, cut to the model's window, with the model's own decoding settings. Without
`--model`, a T5-base with random weights is made (`--tokenizer` then); its texts mean nothing, and between nearly
equal scores it has no preference that a rounding could not change, so read that row as a test of the script.
Prints a table and saves it as `results/precision.md`.
"""

import argparse
import itertools
import os
import statistics
import tempfile
import threading
from pathlib import Path

from rouge_score.rouge_scorer import RougeScorer

from benchmarks.articles import DEFAULT_DATA, EVAL_NAMES, Row, load_rows
from benchmarks.engine import make_t5_base
from serving.engine.engine import T5Engine
from serving.engine.interface import Generation, Precision
from serving.model_settings import read_model_settings
from serving.t5_onnx.convert import ensure_converted

METRICS = ("rouge1", "rougeLsum")


def generate(model: Path, precision: Precision, rows: list[Row], cache_dir: Path | None) -> list[Generation]:
    """Summarize every row."""
    settings = read_model_settings(model, model_id=str(model))
    converted = ensure_converted(model, precision=precision, cache_dir=cache_dir)
    engine = T5Engine(converted, num_threads=len(os.sched_getaffinity(0)), prefix=settings.prefix)
    futures = [engine.submit(row.article, settings.params, stop=threading.Event()) for row in rows]
    generations = [future.result() for future in futures]
    engine.close()
    return generations


def rouge(pairs: list[tuple[str, str]]) -> str:
    """Mean F1 x 100 of (reference, text) pairs, one number for each metric."""
    scorer = RougeScorer(METRICS, use_stemmer=True)
    scores = [scorer.score(reference, text) for reference, text in pairs]
    return " / ".join(f"{100 * statistics.mean(score[name].fmeasure for score in scores):.1f}" for name in METRICS)


def table_line(file: str, rows: list[Row], exact: list[Generation], int8: list[Generation]) -> str:
    """One file's agreement."""
    pairs = list(zip(exact, int8, strict=True))
    num_tokens, num_equal, num_before = 0, 0, 0
    for a, b in pairs:
        # Without the start token; -1 where only one goes on.
        both = list(itertools.zip_longest(a.token_ids[1:], b.token_ids[1:], fillvalue=-1))
        num_tokens += len(both)
        num_equal += sum(x == y for x, y in both)
        num_before += sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], both))
    cells = [
        file,
        len(rows),
        f"{sum(a.token_ids == b.token_ids for a, b in pairs) / len(rows):.0%}",
        f"{num_equal / num_tokens:.0%}",
        f"{num_before / num_tokens:.0%}",
        rouge([(a.text, b.text) for a, b in pairs]),
        rouge([(row.summary, a.text) for row, a in zip(rows, exact, strict=True)]),
        rouge([(row.summary, b.text) for row, b in zip(rows, int8, strict=True)]),
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a T5 model directory; default: random weights")
    parser.add_argument("--tokenizer", type=Path, help="directory with T5's tokenizer files, for random weights")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--rows", type=int, default=100, help="articles of each file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        model = options.model or Path(work) / "t5-base-random"
        if options.model is None:
            make_t5_base(model, options.tokenizer)
        samples = {name: load_rows(options.data / f"{name}_eval.jsonl", num_rows=options.rows) for name in EVAL_NAMES}
        every_row = list(itertools.chain(*samples.values()))
        cache_dir = None if options.model else Path(work)
        exact, int8 = (generate(model, precision, every_row, cache_dir) for precision in ("fp32", "int8"))
    lines = [
        f"Model: {model.name}. ROUGE-1 / ROUGE-Lsum, F1 x 100.\n",
        "| file | articles | same summary | same tokens by position | before the first difference "
        "| ROUGE int8 : fp32 | fp32 : editor | int8 : editor |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    start = 0
    for name, rows in samples.items():
        part = slice(start, start := start + len(rows))
        lines.append(table_line(name, rows, exact[part], int8[part]))
    report = "\n".join(lines) + "\n"
    print(report)
    (Path(__file__).parent / "results" / "precision.md").write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
