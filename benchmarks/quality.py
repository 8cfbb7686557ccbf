"""ROUGE and speed of every method and model at hand over the shared evaluation files.

    python -m benchmarks.quality [--data DIR] [--rows N] [--seed S] [--model ID_OR_DIR ...] [--out DIR]

Writes quality.md and quality.png. `--model` may be given several times: a directory, or a hub id where a hub
is reachable. A summary that fails counts as an empty one and is reported. ROUGE is rouge-score's F1 with
stemming; both sides are split into sentences for ROUGE-Lsum; ± is 1.96 standard errors over the rows. "most" is
the longest summary in words; "lead" is the share of summaries, in %, that hold the first words of the first sentence
that can open the story.
"""

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rouge_score.rouge_scorer import RougeScorer

from benchmarks.articles import DEFAULT_DATA, EVAL_NAMES, Row, load_rows
from serving.text.boilerplate import prose
from serving.text.clean import count_words
from serving.text.key_sentences import key_sentences
from serving.text.opening import find_lead
from serving.text.sentences import split_sentences

Summarize = Callable[[str], str]
METRICS = ("rouge1", "rouge2", "rougeLsum")
# The page's three lengths, of which the middle one is given two words more: whole sentences seldom fit exactly.
BASELINE_WORDS = (40, 60, 120)
MAX_WORDS = (40, 62, 120)
NUM_LEAD_WORDS = 6
MODEL_MAX_TOKENS = 150


@dataclass(frozen=True, slots=True)
class Result:
    """One system on one file: mean and half width of each metric (x 100), words, time, failures."""

    system: str
    file: str
    num_rows: int
    means: tuple[float, ...]
    half_widths: tuple[float, ...]
    words: float
    most_words: int
    lead_percent: float
    median_ms: float
    num_failed: int


def main() -> None:
    options = parse_arguments()
    systems = {**extractive_systems(), **{model: model_system(model) for model in options.model}}
    files = {name: options.data / f"{name}_eval.jsonl" for name in EVAL_NAMES}
    results = []
    for file, path in files.items():
        rows = load_rows(path, num_rows=options.rows, seed=options.seed)
        for system, summarize in systems.items():
            results.append(measure(system, file, rows, summarize))
            print(table_line(results[-1]), flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "quality.md").write_text(report(results, options.rows, options.seed), encoding="utf-8")
    plot(results, options.out / "quality.png")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--rows", type=int, help="a seeded sample of so many rows a file; all by default")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", action="append", default=[], help="hub id or directory; may be repeated")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    return parser.parse_args()


def extractive_systems() -> dict[str, Summarize]:
    systems: dict[str, Summarize] = {
        **{f"first {num} words": partial(first_words, num_words=num) for num in BASELINE_WORDS},
        "first 3 sentences": lambda article: " ".join(s.text for s in split_sentences(article)[:3]),
    }
    systems |= sumy_systems()
    return systems | {f"key sentences, {num} words": partial(key_words, max_words=num) for num in MAX_WORDS}


def first_words(article: str, *, num_words: int) -> str:
    return " ".join(article.split()[:num_words])


def key_words(article: str, *, max_words: int) -> str:
    return " ".join(quote.text for quote in key_sentences(article, max_words=max_words).sentences)


def sumy_systems() -> dict[str, Summarize]:
    """TextRank and LexRank, 3 sentences each, on our sentence splitter (sumy's own wants a download)."""
    try:
        from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
        from sumy.nlp.stemmers import Stemmer
        from sumy.summarizers.lex_rank import LexRankSummarizer
        from sumy.summarizers.text_rank import TextRankSummarizer
        from sumy.utils import get_stop_words
    except ImportError:
        print("sumy is not installed: no TextRank and LexRank rows", file=sys.stderr)
        return {}

    def system(summarizer: Callable[..., Sequence[object]]) -> Summarize:
        def summarize(article: str) -> str:
            sentences = [Sentence(s.text, WordTokenizer()) for s in split_sentences(article)]
            return " ".join(map(str, summarizer(ObjectDocumentModel([Paragraph(sentences)]), 3)))

        return summarize

    systems = {}
    for name, kind in {
        "TextRank, 3 sentences": TextRankSummarizer,
        "LexRank, 3 sentences": LexRankSummarizer,
    }.items():
        summarizer = kind(Stemmer("english"))
        summarizer.stop_words = get_stop_words("english")
        systems[name] = system(summarizer)
    return systems


class WordTokenizer:
    """sumy's tokenizer interface without NLTK's data files."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(word for word in sentence.replace("-", " ").split() if word[:1].isalnum())


def model_system(model: str) -> Summarize:
    def summarize_with_model(article: str) -> str:
        from serving import summarize

        return summarize(article, max_length=MODEL_MAX_TOKENS, model=model, method="abstractive")

    return summarize_with_model


def measure(system: str, file: str, rows: Sequence[Row], summarize: Summarize) -> Result:
    """Runs a system over the rows of a file, one after the other, after one run to warm up."""
    scorer = RougeScorer(METRICS, use_stemmer=True)
    scores: list[list[float]] = []
    words: list[int] = []
    milliseconds: list[float] = []
    num_failed = num_leads = 0
    summarize(rows[0].article)
    for row in rows:
        start = time.perf_counter()
        try:
            summary = summarize(row.article)
        except Exception as error:  # any failure of a system is its result
            print(f"{system} failed on a row of {file}: {error!r}", file=sys.stderr)
            summary, num_failed = "", num_failed + 1
        milliseconds.append(1000 * (time.perf_counter() - start))
        score = scorer.score(one_a_line(row.summary), one_a_line(summary))
        scores.append([100 * score[metric].fmeasure for metric in METRICS])
        words.append(count_words(summary))
        num_leads += holds_lead(summary, row.article)
    columns = list(zip(*scores, strict=True))
    return Result(
        system,
        file,
        len(rows),
        tuple(statistics.fmean(column) for column in columns),
        tuple(1.96 * statistics.stdev(column) / len(column) ** 0.5 for column in columns),
        statistics.fmean(words),
        max(words),
        100 * num_leads / len(rows),
        statistics.median(milliseconds),
        num_failed,
    )


def holds_lead(summary: str, article: str) -> bool:
    sentences = prose(split_sentences(article))
    lead = find_lead(sentences)
    return lead is not None and " ".join(sentences[lead].text.split()[:NUM_LEAD_WORDS]) in " ".join(summary.split())


def one_a_line(text: str) -> str:
    return "\n".join(sentence.text for sentence in split_sentences(text))


def table_line(result: Result) -> str:
    values = [f"{mean:.1f} ±{half:.1f}" for mean, half in zip(result.means, result.half_widths, strict=True)]
    cells = [result.file, result.system, *values, f"{result.words:.1f}", str(result.most_words)]
    cells += [f"{result.lead_percent:.0f}", f"{result.median_ms:.1f}"]
    return "| " + " | ".join([*cells, str(result.num_failed)]) + " |"


def report(results: Sequence[Result], num_rows: int | None, seed: int) -> str:
    sample = "all rows" if num_rows is None else f"{num_rows} rows a file, seed {seed}"
    return "\n".join(
        [
            "# Summary quality",
            "",
            f"ROUGE F1 x 100 with stemming, {sample} ({results[0].num_rows} in the first file);",
            f"± is 1.96 standard errors. Median time of an article, Python {platform.python_version()},",
            f"{processor()}. Command: `python -m benchmarks.quality` and its options.",
            "",
            "| file | system | ROUGE-1 | ROUGE-2 | ROUGE-Lsum | words | most | lead | ms | failed |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
            *map(table_line, results),
            "",
        ]
    )


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())


def plot(results: Sequence[Result], path: Path) -> None:
    """ROUGE-1 with error bars: one group of bars a file, one colour a system."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    systems = list(dict.fromkeys(result.system for result in results))
    figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
    width = 0.8 / len(systems)
    for position, system in enumerate(systems):
        own = [result for result in results if result.system == system]
        places = [index + (position - (len(systems) - 1) / 2) * width for index in range(len(own))]
        axes.bar(places, [r.means[0] for r in own], width, yerr=[r.half_widths[0] for r in own], label=system)
    axes.set_xticks(range(len(EVAL_NAMES)), [f"{r.file}\n(n={r.num_rows})" for r in first_of_each_file(results)])
    axes.set_ylabel("ROUGE-1 F1 x 100 (bars: ±1.96 s.e.)")
    axes.legend(fontsize="small", ncols=3)
    figure.savefig(path, dpi=120)


def first_of_each_file(results: Sequence[Result]) -> Iterator[Result]:
    seen = set()
    for result in results:
        if result.file not in seen:
            seen.add(result.file)
            yield result


if __name__ == "__main__":
    main()
