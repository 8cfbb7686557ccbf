"""What the page shows while an article is summarized, or compared, and how that ended."""

import asyncio
import contextlib
import html
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Literal

from ui import result, view
from ui.client import NotReadyError, SummarizerError, Summary, SummaryRequest
from ui.details import details
from ui.facts import counts
from ui.fetching.web import fetch_article, web_address
from ui.reading.errors import UnreadableError
from ui.runs import SENDING, STOPPED, TICK_S, Runs, Stopped, Working

PLACE = "article"
"""Where a comparison and a summary run: the Stop beside their buttons ends both."""

ADDRESS_ONLY = (
    "This is a web address. Nutshell does not open it: open it in your browser, and paste the article's text here."
)
NOTHING_TO_DO = "There is no text yet. Paste an article, or try one of the samples."
_COMPARE_ADDRESS = "There is a web address in the box, not an article. Put the article's text there, then compare."
_NO_MODEL = "The language model is not there yet; what is at the top of the page says why."

SIDES: dict[Literal["extractive", "abstractive"], str] = {
    "extractive": "Key sentences, word for word",
    "abstractive": "The language model's words",
}

Step = Working | Summary | SummarizerError | Stopped


@dataclass(frozen=True)
class Picture:
    """What the page shows of one run: HTML by the name of its part, `article` as text; None leaves a part as it is."""

    progress: str = ""
    note: str | None = ""
    article: str | None = None
    result: str | None = None
    about: str | None = None
    details: str | None = None
    is_busy: bool = False


async def summarize(
    runs: Runs, session: str, request: SummaryRequest, *, base_url: str, allow_urls: bool
) -> AsyncGenerator[Picture]:
    """Run one summary and yield what to show. Whoever stops iterating stops the computation."""
    if not request.text.strip():
        yield Picture(view.line(NOTHING_TO_DO, "warning"))
        return
    started = time.monotonic()
    fetched: str | None = None
    address = web_address(request.text)
    if address is not None:
        if not allow_urls:
            yield Picture(view.line(ADDRESS_ONLY, "warning"))
            return
        with runs.flag(session, PLACE) as stop:
            task = asyncio.create_task(asyncio.to_thread(fetch_article, address))
            while not (task.done() or stop.is_set):
                yield Picture(view.busy_line("Fetching the page at this address …"), is_busy=True)
                await asyncio.wait([task], timeout=TICK_S)
            if stop.is_set:
                yield Picture(view.line(STOPPED))
                return
        try:
            fetched = task.result().text
        except UnreadableError as error:
            yield Picture(view.line(str(error), "error"))
            return
        request = replace(request, text=fetched)
    writing = result.writing(request.max_words)
    yield Picture(view.busy_line(SENDING), article=fetched, result=writing, about="", is_busy=True)
    steps = runs.follow(session, PLACE, request)
    has_draft = False
    async with contextlib.aclosing(steps):
        async for step in steps:
            if isinstance(step, Working):
                has_draft = bool(step.draft) or (has_draft and step.draft is None)
            picture = _picture_of(step, request, base_url, started)
            is_without_result = not picture.is_busy and picture.result is None
            # What was written until a stop is left to its reader.
            yield replace(picture, result=result.EMPTY) if is_without_result and not has_draft else picture


def _picture_of(step: Step, request: SummaryRequest, base_url: str, started: float) -> Picture:
    if isinstance(step, Working):
        draft = None if step.draft is None else result.writing(request.max_words, step.draft, step.detail)
        busy = view.busy_line(step.line, countdown=step.countdown)
        return Picture(busy, result=draft, is_busy=True)
    if isinstance(step, Stopped):
        return Picture(view.line(STOPPED))
    if isinstance(step, SummarizerError):
        return Picture(view.line(str(step), "error"))
    return Picture(
        view.done_line(time.monotonic() - started),
        result=result.finished(step, request),
        about=result.about(step, request.text),
        details=details(step, request, base_url),
    )


async def compare(runs: Runs, session: str, request: SummaryRequest) -> AsyncGenerator[Picture]:
    """The same article by key sentences and by the language model, one after the other, in the summary's place."""
    problem = ""
    if not request.text.strip():
        problem = NOTHING_TO_DO
    elif web_address(request.text):
        problem = _COMPARE_ADDRESS
    if problem:
        yield Picture(view.line(problem, "warning"))
        return
    sides = dict.fromkeys(SIDES, "")
    for method in SIDES:
        steps = runs.follow(session, PLACE, replace(request, method=method))
        step: Step | None = None
        async with contextlib.aclosing(steps):
            async for step in steps:
                sides[method] = _side(step)
                yield Picture(result=_comparison(sides, request), about="", is_busy=True)
        if isinstance(step, Stopped):
            break
    yield Picture(result=_comparison(sides, request))


def _comparison(sides: dict[Literal["extractive", "abstractive"], str], request: SummaryRequest) -> str:
    shown = (
        f'<section id="compare-{method}" aria-label="{SIDES[method]}"><h3>{SIDES[method]}</h3>{body}</section>'
        for method, body in sides.items()
    )
    article = html.escape(request.text)
    return f'<div class="comparison">{"".join(shown)}</div><div class="compared" hidden data-article="{article}"></div>'


def _side(step: Step) -> str:
    if isinstance(step, Working):
        return view.busy_line(step.line, countdown=step.countdown) + view.paragraphs(step.draft or "")
    if isinstance(step, Stopped):
        return view.line(STOPPED)
    if isinstance(step, NotReadyError):
        # The API's own sentence speaks of its parameters.
        return view.line(_NO_MODEL, "warning")
    if isinstance(step, SummarizerError):
        return view.line(str(step), "warning")
    facts = f"{counts(step.num_input_words, step.num_summary_words)}. {_took(step.elapsed_s)}"
    return f'<div class="text">{result.marked(step)}</div><p class="hint">{html.escape(facts)}</p>'


def _took(elapsed_s: float) -> str:
    seconds = round(elapsed_s)
    return "Took less than a second." if seconds == 0 else f"Took {seconds} {'second' if seconds == 1 else 'seconds'}."
