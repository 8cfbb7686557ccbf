"""The shared evaluation files, as rows."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

DEFAULT_DATA = Path(__file__).parents[2] / "shared" / "data"
EVAL_NAMES = ("news_summary", "cnn_dailymail", "bbc", "xsum")


@dataclass(frozen=True, slots=True)
class Row:
    """An article and the summary that an editor wrote for it."""

    article: str
    summary: str


def load_rows(path: Path, *, num_rows: int | None = None, seed: int = 0) -> list[Row]:
    """The rows of a JSON-lines file; a seeded sample of `num_rows` if that is fewer."""
    with path.open(encoding="utf-8") as lines:
        rows = [Row(row["article"], row["summary"]) for row in map(json.loads, lines)]
    if num_rows is not None and num_rows < len(rows):
        rows = random.Random(seed).sample(rows, num_rows)
    return rows
