"""What the page shows, as HTML: lines about the state, drafts, finished summaries. Pure functions."""

import html

from ui import words
from ui.client import Summary, SummaryRequest
from ui.downloads import as_markdown, as_text
from ui.headline import file_name, headline
from ui.marked import article_html, summary_html
from ui.patience import Countdown


def line(text: str, kind: str = "info") -> str:
    """One sentence in a box; `kind` is info, warning or error."""
    return f'<div class="line {kind}">{html.escape(text)}</div>'


def busy_line(text: str, *, countdown: Countdown | None = None) -> str:
    """What goes on. The page's script lets the clock tick, up or down: a screen reader hears of each text once."""
    down = "" if countdown is None else f' data-countdown-s="{countdown.seconds}" data-number="{countdown.number}"'
    return (
        f'<div class="line busy"><span class="spinner" aria-hidden="true"></span>{html.escape(text)}'
        f'<span class="clock" aria-hidden="true"{down}></span></div>'
    )


def summary_region(body: str = "", *, label: str = words.SUMMARY, detail: str = "") -> str:
    """The summary as a region that a keyboard and a screen reader can reach, which a disabled text box is not.

    Args:
        body: HTML; nothing for the words that stand in an empty one.
        detail: how far a draft is, beside the label.
    """
    far = f' <span class="detail">{html.escape(detail)}</span>' if detail else ""
    return (
        f'<div class="label" aria-hidden="true">{label}{far}</div>'
        f'<div role="region" aria-label="{label}" tabindex="0">'
        f"{body or f'<p class=empty>{words.SUMMARY_PLACEHOLDER}</p>'}</div>"
    )


def paragraphs(text: str) -> str:
    """Each line of a text as a paragraph."""
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line)


def marked_summary(result: Summary, article: str = "") -> str:
    """A finished summary with what its sentences rest on, and what is in doubt; below a headline that may be hidden."""
    title = headline(article)
    above = f'<p class="headline">{html.escape(title)}</p>' if title else ""
    return above + summary_html(result.summary, result.raw["evidence"], result.raw["unsupported"])


def facts(result: Summary, request: SummaryRequest) -> str:
    """Below a summary: who wrote it, how much shorter it is, what to know. Carries the files to download as well."""
    return (
        f'<span class="badge">{html.escape(method(result))}</span>'
        + "".join(paragraphs(text) for text in remarks(result))
        + f'<div id="result" hidden data-article="{html.escape(request.text)}" data-words="{request.max_words}" '
        f'data-format="{request.format}" data-method="{result.method}" '
        f'data-headline="{html.escape(headline(request.text))}" data-file-name="{file_name(request.text)}" '
        f'data-text="{html.escape(as_text(result, request))}" '
        f'data-markdown="{html.escape(as_markdown(result, request))}"></div>'
    )


def method(result: Summary) -> str:
    """Who wrote it, in words."""
    if result.method != "extractive":
        return words.BADGE_ABSTRACTIVE
    return words.BADGE_SHORTENED if result.raw["cuts"] else words.BADGE_EXTRACTIVE


def remarks(result: Summary) -> list[str]:
    """What to know about a summary, in sentences."""
    lines = [words.counts(result.num_input_words, result.num_summary_words)]
    if result.parts > 1:
        lines.append(words.coverage(result.coverage, result.parts))
    if result.raw["cuts"]:
        lines.append(words.CUTS)
    if result.raw["unsupported"]:
        lines.append(words.DOUBTS)
    return [*lines, *result.notes]


def sources(result: Summary, article: str) -> str:
    """The article as it was read, the sentences that the summary rests on marked and what it leaves out dimmed.

    Args:
        result: the summary.
        article: as it was sent.
    """
    as_read = result.raw.get("article") or article
    marked = article_html(as_read, result.raw["evidence"], result.raw["cuts"])
    return (
        f'<p class="hint">{words.SOURCES_HINT}</p><div class="article" tabindex="0" role="region" '
        f'aria-label="{words.SOURCES}">{marked}</div>'
    )
