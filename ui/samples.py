"""One-click articles: the text files in `sample_articles`, in the order of their numbers.

All but the first were written for this project; the first opens the tutorial that it began with.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """An article under a short name for its button."""

    name: str
    text: str


def _read(path: Path) -> Sample:
    return Sample(name=path.stem.split(" ", 1)[1], text=path.read_text(encoding="utf-8").strip())


SAMPLES = tuple(_read(path) for path in sorted((Path(__file__).parent / "sample_articles").glob("* *.txt")))
