"""The same article by the language model and by key sentences, side by side."""

import contextlib
import html
from collections.abc import AsyncGenerator
from typing import Any, Literal

import gradio as gr

from ui import view, words
from ui.client import NotReadyError, SummarizerError, Summary, SummaryRequest
from ui.reading.web import web_address
from ui.runs import Runs, Stopped, Working, session_of

PLACE = "article"
"""Where a comparison and a summary run: the Stop beside their buttons ends both."""
_SIDES: tuple[tuple[Literal["extractive", "abstractive"], str], ...] = (
    ("extractive", words.COMPARE_EXTRACTIVE),
    ("abstractive", words.COMPARE_ABSTRACTIVE),
)


def offer_comparison(
    runs: Runs, button: gr.Button, inputs: list[Any], *, stop: gr.Button, max_runs_at_once: int
) -> None:
    """Put two columns on the page that is being built, shown once `button` was pressed.

    Args:
        inputs: article, words at most, format.
    """
    with gr.Row(visible=False, elem_id="comparison") as row:
        columns = [gr.HTML("", elem_id=f"compare-{method}", elem_classes="side") for method, _ in _SIDES]

    async def on_compare(text: str, max_words: int, style: Any, request: gr.Request) -> AsyncGenerator[tuple[Any, ...]]:
        problem = ""
        if not text.strip():
            problem = words.NOTHING_TO_DO
        elif web_address(text):
            problem = words.COMPARE_ADDRESS
        if problem:
            yield (gr.update(visible=True), view.line(problem, "warning"), "", gr.skip(), gr.skip())
            return
        shown = [_heading(title) for _, title in _SIDES]
        for i, (method, title) in enumerate(_SIDES):
            wish = SummaryRequest(text, int(max_words), style, method)
            steps = runs.follow(session_of(request), PLACE, wish)
            step: Working | Summary | SummarizerError | Stopped | None = None
            async with contextlib.aclosing(steps):
                async for step in steps:
                    shown[i] = _side(title, step)
                    yield (gr.update(visible=True), *shown, gr.update(interactive=False), gr.update(interactive=True))
            if isinstance(step, Stopped):
                break
        yield (gr.skip(), *shown, gr.update(interactive=True), gr.update(interactive=False))

    button.click(
        on_compare,
        inputs,
        [row, *columns, button, stop],
        concurrency_limit=max_runs_at_once,
        trigger_mode="once",
        show_progress="hidden",
        api_visibility="private",
    )


def _heading(title: str) -> str:
    return f"<h2>{html.escape(title)}</h2>"


def _side(title: str, step: Working | Summary | SummarizerError | Stopped) -> str:
    heading = _heading(title)
    if isinstance(step, Working):
        return heading + view.busy_line(step.line, countdown=step.countdown) + view.paragraphs(step.draft or "")
    if isinstance(step, Stopped):
        return heading + view.line(words.STOPPED)
    if isinstance(step, NotReadyError):
        # The API's own sentence speaks of its parameters; why there is no model stands at the top of the page.
        return heading + view.line(words.COMPARE_NO_MODEL, "warning")
    if isinstance(step, SummarizerError):
        return heading + view.line(str(step), "warning")
    facts = [words.counts(step.num_input_words, step.num_summary_words), words.took(step.elapsed_s)]
    region = view.summary_region(view.marked_summary(step), label=title)
    return heading + region + "".join(view.paragraphs(fact) for fact in facts)
