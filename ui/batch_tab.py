"""Many articles at once: a file in, a table that fills, a file out. One after the other, so that others get a turn."""

import asyncio
import contextlib
import html
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from ui import view
from ui.article_run import ADDRESS_ONLY
from ui.batch.files import read_batch
from ui.batch.item import BatchItem
from ui.batch.results import BatchResult, results_csv
from ui.browser import in_browser
from ui.client import SummarizerError, Summary, SummaryRequest
from ui.fetching.web import web_address
from ui.reading.errors import UnreadableError
from ui.runs import Runs, StopFlag, Working, session_of

MAX_ITEMS = 100

_INTRO = (
    f"Up to {MAX_ITEMS} articles in one file: a table (.csv) with a column of texts, a .txt with lines of dashes "
    "between articles, or a .zip of files. Length and form are chosen under “One article”."
)
_COLUMNS = ("Row in the file", "Article", "Summary")
_SAVED_COLUMNS = (
    "In the saved table: row, where the article stands in your file (in a .csv the spreadsheet's row, the headings "
    "being row 1); name, its title or first words; summary; words_in and words_out, how long article and summary are; "
    "method, extractive for key sentences and abstractive for the model's words; problem, why there is no summary."
)

_PLACE = "batch"

Changes = dict[Component, Any]


def batch_tab(runs: Runs, *, length: gr.Slider, form: gr.Radio, max_runs_at_once: int) -> None:
    """Put the parts on the page that is being built.

    Args:
        length, form: the choices of the page's other tab, which hold here too.
        max_runs_at_once: of all visitors together.
    """
    gr.HTML(f"<p>{_INTRO}</p>", elem_id="batch-intro")
    in_force = gr.HTML("", elem_id="batch-length")
    file = gr.File(label="File with articles", height=140, elem_id="batch-file")
    with gr.Row(elem_classes="press"):
        run = gr.Button("Summarize all", variant="primary", min_width=120, elem_id="batch-run")
        stop = gr.Button("Stop here", variant="stop", visible=False, min_width=120, elem_id="batch-stop")
        save = gr.Button("Save the table", visible=False, min_width=170, scale=0, elem_id="batch-save")
    progress = gr.HTML("", elem_id="batch-progress")
    table = gr.HTML("", elem_id="batch-table")

    def shown(line: str, filled: str | None = None, *, is_busy: bool = False, has_results: bool = False) -> Changes:
        return {
            progress: line,
            **({} if filled is None else {table: filled}),
            run: gr.update(visible=not is_busy),
            stop: gr.update(visible=is_busy),
            save: gr.update(visible=has_results),
        }

    async def on_run(path: str | None, max_words: int, form: Any, request: gr.Request) -> AsyncGenerator[Changes]:
        if path is None:
            yield shown(view.line("Choose a file first.", "warning"))
            return
        session = session_of(request)
        try:
            items = await asyncio.to_thread(read_batch, Path(path), name=Path(path).name, max_items=MAX_ITEMS)
        except UnreadableError as error:
            yield shown(view.line(str(error), "error"), "")
            return
        batch = _Batch(runs, session, items, SummaryRequest("", int(max_words), form))
        with runs.flag(session, _PLACE) as flag:
            steps = batch.run(flag)
            async with contextlib.aclosing(steps):
                async for line, filled in steps:
                    yield shown(line, filled, is_busy=True)
        yield shown(view.line(batch.outcome(flag)), batch.table(), has_results=bool(batch.results))

    async def on_stop(request: gr.Request) -> None:
        runs.stop(session_of(request), _PLACE)

    run.click(
        on_run,
        [file, length, form],
        [progress, table, run, stop, save],
        show_progress="hidden",
        concurrency_limit=max_runs_at_once,
        trigger_mode="once",
        api_visibility="private",
    )
    stop.click(on_stop, None, None, queue=False, show_progress="hidden", api_visibility="private")
    gr.HTML(f"<p>{_SAVED_COLUMNS}</p>", elem_classes="hint")
    in_browser(save.click, "saveBatch")
    for event in (file.upload, file.clear):
        in_browser(event, "otherFile", writes=[progress, table, save])
    for choice in (length, form):
        in_browser(choice.change, "inForce", reads=[length, form], writes=[in_force])


class _Batch:
    """One file's articles on their way through the summarizer."""

    def __init__(self, runs: Runs, session: str, items: Sequence[BatchItem], request: SummaryRequest) -> None:
        self._runs, self._session, self._items, self._request = runs, session, items, request
        self.results: list[BatchResult] = []

    async def run(self, flag: StopFlag) -> AsyncGenerator[tuple[str, str]]:
        """Fill `results`; yield the line about it and the table, as HTML, at least every half second."""
        for item in self._items:
            if flag.is_set:
                return
            where = f"Article {len(self.results) + 1} of {len(self._items)}: {item.name.removesuffix('…')}"
            where += "…" if item.name.endswith("…") else "."
            yield view.busy_line(where), self.table(item)
            problem = item.problem or (ADDRESS_ONLY if web_address(item.text) else "")
            if problem:
                self.results.append(_failed(item, problem))
                continue
            async for step in self._summarize(item):
                # A wait is told above the table; how far an article is, only in its row, for it changes all the time.
                line = f"{where} {step.line}" if step.countdown else where
                row = "" if step.countdown else f"{step.line} {step.detail}".strip()
                yield view.busy_line(line, countdown=step.countdown), self.table(item, row)

    async def _summarize(self, item: BatchItem) -> AsyncGenerator[Working]:
        request = SummaryRequest(item.text, self._request.max_words, self._request.format)
        steps = self._runs.follow(self._session, _PLACE, request)
        async with contextlib.aclosing(steps):
            async for step in steps:
                if isinstance(step, Working):
                    yield step
                elif isinstance(step, Summary):
                    self.results.append(_succeeded(item, step))
                elif isinstance(step, SummarizerError):
                    self.results.append(_failed(item, str(step)))

    def outcome(self, flag: StopFlag) -> str:
        """How it went, in one sentence."""
        num_failed = sum(bool(result.problem) for result in self.results)
        how = "Stopped after" if flag.is_set else "Done:"
        sentence = f"{how} {len(self.results)} of {len(self._items)}."
        failed = [f"{num_failed} could not be summarized; the table says why."] if num_failed else []
        doubts = dict.fromkeys(item.doubt for item in self._items if item.doubt)
        return " ".join([sentence, *failed, *doubts])

    def table(self, item: BatchItem | None = None, line: str = "") -> str:
        """What is done so far, as HTML: with the file to save, or with `item`, which is in work, and how far it is."""
        head = "".join(f'<th scope="col">{title}</th>' for title in _COLUMNS)
        rows = "".join(_table_row(result.row, result.name, result.summary, result.problem) for result in self.results)
        if item is not None:
            rows += _table_row(item.row, item.name, line)
        csv = html.escape(results_csv(self.results)) if self.results and item is None else ""
        return (
            f'<div class="table" role="region" aria-label="Summaries so far" tabindex="0" data-csv="{csv}">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )


def _table_row(row: int, name: str, text: str, problem: str = "") -> str:
    kind = ' class="failed"' if problem else ""
    cell = view.paragraphs(text or problem)
    return f'<tr{kind}><td>{row}</td><th scope="row">{html.escape(name)}</th><td>{cell}</td></tr>'


def _succeeded(item: BatchItem, result: Summary) -> BatchResult:
    return BatchResult(
        row=item.row,
        name=item.name,
        summary=result.summary,
        num_input_words=result.num_input_words,
        num_summary_words=result.num_summary_words,
        method=result.method,
        problem="",
    )


def _failed(item: BatchItem, problem: str) -> BatchResult:
    return BatchResult(
        row=item.row, name=item.name, summary="", num_input_words=0, num_summary_words=0, method="", problem=problem
    )
