"""How well `find_unsupported` tells made-up facts from real ones.

    python -m benchmarks.unsupported [--data DIR] [--show]

Recall: in each editor's summary one number and one name are replaced by one of the same kind from another row
that the article does not hold; the replacement must be flagged. Numbers are what has a digit. Names are found
without the code under test: words that the file's articles write with a capital in mid-sentence and never in
lower case.

The same number swaps are then tried against the articles as other countries would print their figures and dates
(`notations.py`; the summaries stay English), and flags on untouched summaries that only that causes are counted.

Flags on untouched summaries are counted too. Few are wrong: editors add facts of their own (a first name, a
weekday), which the article really does not hold. `--show` prints them, for a person to judge.
"""

import argparse
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.articles import DEFAULT_DATA, Row, load_rows
from benchmarks.notations import COUNTRIES
from serving.text.evidence import find_unsupported
from serving.text.locale_words import locale_words
from serving.text.names import normalise

WORD = re.compile(r"[^\W\d_][\w\u2019']*")
DIGITS = re.compile(r"(?<![\w.,])\d[\d,.]*(?<![.,])")
FILES = ("news_summary_eval", "cnn_dailymail_eval")
SEED = 20240613


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--files", nargs="+", default=FILES)
    parser.add_argument("--show", action="store_true", help="print each flag on an untouched summary and each miss")
    options = parser.parse_args()
    print("| file | number swaps found | name swaps found | untouched summaries with a flag | flags |")
    print("| --- | --- | --- | --- | --- |")
    for file in options.files:
        rows = load_rows(options.data / f"{file}.jsonl")
        names = proper_names(rows)
        numbers_found = recall(rows, lambda text: list(DIGITS.finditer(text)), options.show)
        names_found = recall(rows, lambda text, names=names: list(name_matches(text, names)), options.show)
        flagged = [(row, find_unsupported(row.summary, row.article)) for row in rows]
        num_flagged = sum(1 for _, facts in flagged if facts)
        num_flags = sum(len(facts) for _, facts in flagged)
        print(f"| {file} | {numbers_found} | {names_found} | {num_flagged} of {len(rows)} | {num_flags} |")
        if options.show:
            for row, facts in flagged:
                for fact in facts:
                    context = row.summary[max(0, fact.start - 50) : fact.end + 30]
                    print(f"  {fact.kind}: {fact.text!r} in: {context!r}")
    print("\n| file | as printed in | number swaps found | untouched summaries with a flag through it |")
    print("| --- | --- | --- | --- |")
    for file in options.files:
        show_countries(file, load_rows(options.data / f"{file}.jsonl"))


def show_countries(file: str, rows: Sequence[Row]) -> None:
    """One line for each country, over the articles that it would print differently."""
    for country in COUNTRIES:
        changed = [row for row in rows if country.rewrite(row.article) != row.article]
        found = recall(changed, lambda text: list(DIGITS.finditer(text)), False, country.rewrite)
        num_caused = 0
        for row in changed:
            before = {(fact.start, fact.text) for fact in find_unsupported(row.summary, row.article)}
            after = {(fact.start, fact.text) for fact in find_unsupported(row.summary, country.rewrite(row.article))}
            num_caused += bool(after - before)
        print(f"| {file} | {country.name} | {found} | {num_caused} of {len(changed)} |")


def proper_names(rows: Sequence[Row]) -> set[str]:
    """Words that are capitalised in mid-sentence somewhere in the articles, and in lower case nowhere."""
    capitalised: set[str] = set()
    lower_case: set[str] = set()
    for row in rows:
        for match in WORD.finditer(row.article):
            word = match.group()
            if word.islower():
                lower_case.add(word)
            elif row.article[max(0, match.start() - 2) : match.start()].strip(" ").isalnum():
                capitalised.add(word)
    return {word for word in capitalised if word.lower() not in lower_case and len(word) > 2}


def name_matches(text: str, names: set[str]) -> Iterator[re.Match[str]]:
    return (
        match
        for match in WORD.finditer(text)
        if match.group() in names and locale_words("en").date_word(normalise(match.group())) is None
    )


def unchanged(text: str) -> str:
    return text


def recall(
    rows: Sequence[Row],
    find: Callable[[str], list[re.Match[str]]],
    show: bool,
    rewrite: Callable[[str], str] = unchanged,
) -> str:
    """Swaps one match of each summary and counts how often the new one is flagged against the rewritten article."""
    rng = random.Random(SEED)
    pool = sorted({match.group() for row in rows for match in find(row.summary)})
    num_swaps = num_found = 0
    for row in rows:
        matches = find(row.summary)
        strangers = [word for word in rng.sample(pool, min(40, len(pool))) if word.lower() not in row.article.lower()]
        if not matches or not strangers:
            continue
        old, new = rng.choice(matches), strangers[0]
        corrupted = row.summary[: old.start()] + new + row.summary[old.end() :]
        end = old.start() + len(new)
        found = any(f.start < end and old.start() < f.end for f in find_unsupported(corrupted, rewrite(row.article)))
        num_swaps += 1
        num_found += found
        if show and not found:
            print(f"  missed {new!r} in: {corrupted[max(0, old.start() - 50) : end + 30]!r}")
    return f"{num_found} of {num_swaps} ({100 * num_found / max(num_swaps, 1):.1f} %)"


if __name__ == "__main__":
    main()
