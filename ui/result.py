"""The summary on the page, as HTML: before there is one, while it is written, finished. Pure functions."""

import html
import math

from ui.client import Summary, SummaryRequest
from ui.downloads import as_markdown, as_text
from ui.facts import as_read, counts, method, remarks
from ui.headline import file_name, headline
from ui.marked import article_html, summary_html
from ui.view import paragraphs

STALE = "This is the summary of another text than the one in the box. Summarize writes a new one."

SAVE_MENU = (
    '<details class="menu"><summary>Save</summary><div class="popup">'
    '<button type="button" data-save="text">As text</button>'
    '<button type="button" data-save="markdown">As Markdown</button></div></details>'
)

_CHARS_PER_WORD, _MAX_RESERVED_WORDS = 6.2, 120
_SOURCES = "Where it comes from"


def _region(body: str, *, classes: str = "", max_words: int = 0) -> str:
    """The summary's place, which a keyboard and a screen reader can reach, unlike a disabled text box.

    It is as large as a summary of `max_words` may become, so that nothing moves when it is there.
    """
    num_chars = math.ceil(min(max_words, _MAX_RESERVED_WORDS) * _CHARS_PER_WORD)
    room = f' style="--num-chars: {num_chars}"' if num_chars else ""
    return f'<div class="text {classes}" role="region" aria-label="Summary" tabindex="0"{room}>{body}</div>'


EMPTY = _region(
    '<p class="empty">The summary will stand here.</p>'
    '<p class="empty hint">Paste an article, open a file or try a sample, then press Summarize. '
    "Each sentence of the summary shows where in the article it comes from.</p>",
    max_words=60,
)


def writing(max_words: int, draft: str = "", detail: str = "") -> str:
    """The place of a summary on its way.

    Args:
        max_words: its limit.
        draft: what is written so far.
        detail: how far that is, in words.
    """
    return (
        _region(paragraphs(draft), classes="draft", max_words=max_words)
        + f'<p class="detail hint" aria-hidden="true">{html.escape(detail)}</p>'
    )


def finished(result: Summary, request: SummaryRequest) -> str:
    """The summary, and beside it, for the page's script, what it was made of and the files to save."""
    article = as_read(result, request.text)
    title = html.escape(headline(article))
    above = f'<p class="headline" dir="auto">{title}</p>' if title else ""
    return _region(above + marked(result), max_words=request.max_words) + (
        f'<div class="data" hidden data-article="{html.escape(request.text)}" data-words="{request.max_words}" '
        f'data-format="{request.format}" data-method="{result.method}" data-headline="{title}" '
        f'data-file-name="{file_name(article)}" '
        f'data-text="{html.escape(as_text(result, request))}" '
        f'data-markdown="{html.escape(as_markdown(result, request))}"></div>'
    )


def marked(result: Summary) -> str:
    """A summary with what its sentences rest on, and what is in doubt."""
    return summary_html(result.summary, result.raw["evidence"], result.raw["unsupported"])


def about(result: Summary, article: str) -> str:
    """Below a summary: who wrote it, what to know, and the article.

    The sentences that the summary rests on are marked, what it leaves out of them is dimmed.

    Args:
        result: the summary.
        article: as it was sent.
    """
    read = as_read(result, article)
    size = counts(result.num_input_words, result.num_summary_words)
    return (
        f'<p class="origin" dir="auto">Summary of: {html.escape(headline(read))}</p>'
        f'<p class="facts"><span class="badge">{html.escape(method(result))}</span> '
        f'<span class="counts">{html.escape(size)}</span></p>'
        + "".join(f'<p class="remark">{html.escape(text)}</p>' for text in remarks(result))
        + f'<details class="sources" open><summary>{_SOURCES}'
        ' <span class="hint">Point at a sentence of the summary, or tap it.</span></summary>'
        f'<div class="article" tabindex="0" role="region" aria-label="{_SOURCES}">'
        f"{article_html(read, result.raw['evidence'], result.raw['cuts'])}</div></details>"
    )
