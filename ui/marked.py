"""A finished summary and its article as HTML: what rests on what, what rests on nothing, and what was left out.

Offsets come from the API (`SummaryResponse.evidence`, `.unsupported`, `.cuts`) and count code points, as Python does.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

_BULLET = "- "
_NOT_FOUND = "not found in the article"


@dataclass(frozen=True)
class Span:
    """`text[start:end]`, to be wrapped in an element whose opening tag is `tag`."""

    start: int
    end: int
    tag: str

    @property
    def closing(self) -> str:
        """The end of the element."""
        return f"</{self.tag.split(maxsplit=1)[0]}>"


def summary_html(summary: str, evidence: Sequence[dict[str, Any]], unsupported: Sequence[dict[str, Any]]) -> str:
    """The summary with its sentences as things to point at, and unsupported facts underlined.

    Args:
        summary: plain text; lines that begin with "- " become lists.
        evidence: the API's `evidence`; sentence i points at the marks of class `source-i` in `article_html`.
        unsupported: the API's `unsupported`.
    """
    sentences = [
        Span(found["start"], found["end"], f'span class="sentence" tabindex="0" data-sentence="{i}"')
        for i, found in enumerate(evidence)
        if found["sources"]
    ]
    doubts = [
        Span(fact["start"], fact["end"], f'span class="doubt" tabindex="0" data-why="{_NOT_FOUND}"')
        for fact in unsupported
    ]
    lines = []
    for start, end in _lines(summary):
        is_bullet = summary.startswith(_BULLET, start)
        first = start + len(_BULLET) if is_bullet else start
        body = _wrap(summary, first, end, sentences, doubts)
        lines.append((is_bullet, f"<li>{body}</li>" if is_bullet else f'<p dir="auto">{body}</p>'))
    groups = ((is_list, "".join(line for _, line in group)) for is_list, group in groupby(lines, key=itemgetter(0)))
    return "".join(f'<ul dir="auto">{body}</ul>' if is_list else body for is_list, body in groups)


def article_html(article: str, evidence: Sequence[dict[str, Any]], cuts: Sequence[dict[str, Any]]) -> str:
    """The article with the sentences marked that the summary rests on, and dimmed what it leaves out of them.

    Args:
        article: plain text.
        evidence: the API's `evidence`.
        cuts: the API's `cuts`, which lie inside sentences of `evidence`.
    """
    users: dict[tuple[int, int], list[int]] = {}
    for i, found in enumerate(evidence):
        for source in found["sources"]:
            users.setdefault((source["start"], source["end"]), []).append(i)
    marks = [
        Span(start, end, 'mark class="' + " ".join(f"source-{i}" for i in sentences) + '"')
        for (start, end), sentences in sorted(users.items())
    ]
    dimmed = [Span(cut["start"], cut["end"], "s") for cut in cuts]
    return "".join(f'<p dir="auto">{_wrap(article, start, end, marks, dimmed)}</p>' for start, end in _lines(article))


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the lines that are not blank. Only line feeds end a line, so that offsets hold."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, start + len(line)
        start += len(line) + 1


def _wrap(text: str, start: int, end: int, *layers: Sequence[Span]) -> str:
    """Escape `text[start:end]`, with the spans of each layer around what they hold; later layers lie inside."""
    if not layers:
        return html.escape(text[start:end])
    pieces, position = [], start
    for span in layers[0]:
        first, last = max(span.start, position), min(span.end, end)
        if first < last:
            pieces.append(_wrap(text, position, first, *layers[1:]))
            pieces.append(f"<{span.tag}>{_wrap(text, first, last, *layers[1:])}{span.closing}")
            position = last
    pieces.append(_wrap(text, position, end, *layers[1:]))
    return "".join(pieces)
