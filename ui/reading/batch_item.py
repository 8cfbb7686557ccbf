"""One of many articles, as a file held it."""

from dataclasses import dataclass

from ui import words
from ui.reading.article import Article
from ui.reading.errors import UnreadableError

_MAX_NAME_CHARS = 80


@dataclass(frozen=True)
class BatchItem:
    """An article to summarize, or why this one cannot be.

    Attributes:
        row: where it stands: the spreadsheet's row, else the how-manieth; starts at 1.
        name: what to call it; never empty.
        text: the article; empty when there is a problem.
        problem: empty, or a sentence for the reader.
    """

    row: int
    name: str
    text: str
    problem: str

    @classmethod
    def article(cls, row: int, text: str, *, name: str = "") -> "BatchItem":
        """An article; without a name, its first line is one. A text without words is a problem."""
        try:
            text = Article.of([text]).text
        except UnreadableError:
            return cls.failed(row, words.BATCH_NO_TEXT, name=name)
        return cls(row, _short(name) or _short(text.split("\n", 1)[0]) or words.unnamed_row(row), text, "")

    @classmethod
    def failed(cls, row: int, problem: str, *, name: str = "") -> "BatchItem":
        """One that cannot be summarized, and why."""
        return cls(row, _short(name) or words.unnamed_row(row), "", problem)


def _short(name: str) -> str:
    name = " ".join("".join(char for char in name[:500] if char.isprintable() or char.isspace()).split())
    if len(name) <= _MAX_NAME_CHARS:
        return name
    return name[: _MAX_NAME_CHARS - 2].rsplit(" ", 1)[0] + " …"
