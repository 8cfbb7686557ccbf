"""One article: where it comes from, how long the summary shall be, the run, the result, and what was run before."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from ui import view, words
from ui.client import SummarizerError, Summary, SummaryRequest
from ui.compare import PLACE, offer_comparison
from ui.details import details
from ui.reading.errors import UnreadableError
from ui.reading.files import read_file
from ui.reading.web import fetch_article, web_address
from ui.runs import TICK_S, Runs, Stopped, Working, session_of
from ui.samples import SAMPLES

MIN_WORDS, MAX_WORDS, DEFAULT_WORDS, STEP_WORDS = 20, 250, 60, 5
PRESETS = {words.SHORT: 30, words.MEDIUM: 60, words.LONG: 120}


class ArticleTab:
    """Puts the parts on the page that is being built, and says what they do.

    Args:
        page: the page itself, for what happens when it loads.
        runs: where runs are begun and stopped.
        base_url: where the summarizer listens, for the calls that engineers are shown.
        allow_urls: fetch a web address that was pasted.
        keeps_history: whether the browser remembers runs unless told otherwise.
        max_runs_at_once: of all visitors together.
    """

    def __init__(
        self,
        page: gr.Blocks,
        runs: Runs,
        base_url: str,
        *,
        allow_urls: bool,
        keeps_history: bool,
        max_runs_at_once: int,
    ) -> None:
        self._runs, self._base_url, self._allow_urls = runs, base_url, allow_urls
        self._max_runs_at_once = max_runs_at_once
        with gr.Row(equal_height=False):
            with gr.Column():
                self._lay_out_input()
            with gr.Column():
                self._lay_out_result()
        offer_comparison(
            runs,
            self.compare,
            self.wish,
            stop=self.stop,
            max_runs_at_once=max_runs_at_once,
        )
        self._lay_out_folds(keeps_history)
        ran = self._make_run()
        self._make_browser_work(page, ran)

    def _lay_out_input(self) -> None:
        self.article = gr.Textbox(
            label=words.ARTICLE,
            placeholder=words.ARTICLE_PLACEHOLDER,
            lines=9,
            max_lines=11,
            autofocus=True,
            elem_id="article",
        )
        with gr.Row(elem_id="inputs"):
            self.counts = gr.HTML("", elem_id="counts", min_width=260)
            self.upload = gr.UploadButton(
                words.OPEN_FILE, file_count="multiple", size="sm", min_width=110, scale=0, elem_id="open"
            )
            self.clear = gr.Button(words.CLEAR, size="sm", min_width=80, scale=0)
        self.advice = gr.HTML("", elem_id="advice")
        with gr.Row(elem_id="samples"):
            gr.HTML(f"<p>{words.SAMPLES}</p>", elem_classes="hint", min_width=120)
            self.samples = [gr.Button(sample.name, size="sm", min_width=80, scale=0) for sample in SAMPLES]
        presets = [(words.PRESET_CHOICE.format(name=name, n=n), n) for name, n in PRESETS.items()]
        self.preset = gr.Radio(presets, value=DEFAULT_WORDS, label=words.PRESET, elem_id="preset")
        with gr.Row():
            self.num_words = gr.Slider(
                MIN_WORDS,
                MAX_WORDS,
                DEFAULT_WORDS,
                step=STEP_WORDS,
                label=words.LENGTH,
                elem_id="length",
                buttons=[],
                min_width=250,
            )
            formats = [(words.PARAGRAPH, "paragraph"), (words.BULLETS, "bullets")]
            self.style = gr.Radio(formats, value="paragraph", label=words.FORMAT, min_width=250, elem_id="form")
        self.headline = gr.Checkbox(False, label=words.HEADLINE, container=False, elem_id="headline")
        self.wish = [self.article, self.num_words, self.style]
        with gr.Row():
            self.run = gr.Button(words.SUMMARIZE, variant="primary", elem_id="run", min_width=120)
            self.stop = gr.Button(words.STOP, interactive=False, elem_id="stop", min_width=90)
            self.compare = gr.Button(words.COMPARE, min_width=120, elem_id="compare")
        gr.HTML(f"<p>{words.SHORTCUT}</p>", elem_id="shortcut", elem_classes="hint")

    def _lay_out_result(self) -> None:
        self.progress = gr.HTML("", elem_id="progress")
        gr.HTML(view.line(words.STALE, "warning"), elem_id="stale")
        self.redo = gr.Button(words.REDO, size="sm", elem_id="redo")
        self.summary = gr.HTML(view.summary_region(), elem_id="summary")
        with gr.Row(visible=False, elem_id="tools") as self.tools:
            self.copy = gr.Button(words.COPY, size="sm", min_width=80, elem_id="copy")
            self.save_text = gr.Button(words.SAVE_TEXT, size="sm", min_width=80)
            self.save_markdown = gr.Button(words.SAVE_MARKDOWN, size="sm", min_width=80)
            self.copy_link = gr.Button(words.COPY_LINK, size="sm", min_width=80, elem_id="copy-link")
        self.facts = gr.HTML("", elem_id="facts")
        with gr.Accordion(words.SOURCES, open=True, visible=False, elem_id="sources-fold") as self.sources_fold:
            self.sources = gr.HTML("", elem_id="sources")

    def _lay_out_folds(self, keeps_history: bool) -> None:
        with gr.Accordion(words.HISTORY, open=False):
            self.keeps_history = gr.Checkbox(keeps_history, label=words.KEEP_HISTORY, elem_id="keeps-history")
            self.history = gr.HTML("", elem_id="history")
            self.forget = gr.Button(words.FORGET, size="sm")
        with gr.Accordion(words.ENGINEERS, open=False):
            self.no_model = gr.HTML("", elem_id="no-model")
            self.details = gr.HTML(f"<p>{words.NO_RUN_YET}</p>", elem_id="details")

    def _make_run(self) -> Any:
        async def on_run(text: str, max_words: int, style: Any, request: gr.Request) -> AsyncGenerator[tuple[Any, ...]]:
            wish = SummaryRequest(text, int(max_words), style)
            shown = _run(self._runs, session_of(request), wish, base_url=self._base_url, allow_urls=self._allow_urls)
            async with contextlib.aclosing(shown):
                async for picture in shown:
                    yield picture.updates()

        async def on_stop(request: gr.Request) -> None:
            self._runs.stop(session_of(request), PLACE)

        ran = self.run.click(
            on_run,
            self.wish,
            [
                self.article,
                self.progress,
                self.summary,
                self.tools,
                self.facts,
                self.sources_fold,
                self.sources,
                self.details,
                self.run,
                self.stop,
            ],
            show_progress="hidden",
            concurrency_limit=self._max_runs_at_once,
            trigger_mode="once",
            api_visibility="private",
        )
        # Not Gradio's `cancels`: its answer and the run's last picture of itself would race for the page.
        self.stop.click(on_stop, None, None, queue=False, show_progress="hidden", api_visibility="private")
        self.upload.upload(
            _on_file,
            self.upload,
            [self.article, self.progress, self.upload],
            show_progress="hidden",
            concurrency_limit=self._max_runs_at_once,
            api_visibility="private",
        )
        return ran

    def _make_browser_work(self, page: gr.Blocks, ran: Any) -> None:
        """What needs no server: `scripts/` has the functions."""

        def in_browser(trigger: Any, js: str, inputs: Any = None, outputs: Any = None) -> None:
            trigger(None, inputs, outputs, js=js, api_visibility="private")

        for button, sample in zip(self.samples, SAMPLES, strict=True):
            in_browser(button.click, f"() => {json.dumps(sample.text)}", None, self.article)
        for trigger in (self.article.change, self.num_words.change, page.load):
            in_browser(
                trigger,
                "(text, max) => nutshell.describe(text, max)",
                [self.article, self.num_words],
                [self.counts, self.advice],
            )
        in_browser(
            self.preset.input, "(n) => { nutshell.remember({ words: n }); return n; }", self.preset, self.num_words
        )
        in_browser(self.num_words.input, "(max) => nutshell.chooseLength(max)", self.num_words, self.preset)
        in_browser(self.style.input, "(format) => nutshell.remember({ format })", self.style)
        in_browser(self.headline.input, "(isShown) => nutshell.showHeadline(isShown)", self.headline)
        in_browser(self.copy.click, "() => nutshell.copy()")
        in_browser(self.save_text.click, "() => nutshell.save('text')")
        in_browser(self.save_markdown.click, "() => nutshell.save('markdown')")
        in_browser(self.copy_link.click, "(...wish) => nutshell.copyLink(...wish)", self.wish)
        shown = [self.summary, self.facts, self.sources, self.details]
        in_browser(ran.then, "(...html) => nutshell.history.add(html)", shown, self.history)
        folds = [self.tools, self.sources_fold]
        in_browser(self.clear.click, "() => nutshell.tab.clear()", None, [self.article, self.progress, *shown, *folds])
        in_browser(self.redo.click, "() => document.getElementById('run').click()")
        in_browser(
            self.history.click,
            "() => nutshell.history.reopen()",
            None,
            [*self.wish, self.preset, self.progress, *shown, *folds],
        )
        in_browser(
            self.keeps_history.input, "(keeps) => nutshell.history.keep(keeps)", self.keeps_history, self.history
        )
        in_browser(self.forget.click, "() => nutshell.history.forget()", None, self.history)
        in_browser(
            page.load,
            "() => nutshell.openLink()",
            None,
            [self.article, self.progress, self.num_words, self.preset, self.style],
        )


async def _on_file(paths: list[str]) -> tuple[Any, str, None]:
    """Read a chosen file; the uploaded copies are deleted."""
    try:
        if len(paths) > 1:
            return gr.skip(), view.line(words.FILES_SEVERAL, "warning"), None
        name = Path(paths[0]).name
        article = await asyncio.to_thread(read_file, Path(paths[0]), name=name)
    except UnreadableError as error:
        return gr.skip(), view.line(str(error), "error"), None
    finally:
        for path in paths:
            Path(path).unlink(missing_ok=True)
    if article.doubt:
        return article.text, view.line(article.doubt, "warning"), None
    return article.text, view.line(words.FILE_READ.format(name=name)), None


@dataclass(frozen=True)
class _Picture:
    """What the page shows of one run; None leaves a part as it is. All is HTML but the article."""

    progress: str = ""
    article: str | None = None
    summary: str | None = None
    facts: str | None = None
    sources: str | None = None
    details: str | None = None
    is_done: bool = False
    is_busy: bool = False

    def updates(self) -> tuple[Any, ...]:
        """Values for the outputs of a run, in their order."""
        tools = sources_fold = gr.skip()
        if self.summary is not None:
            tools = gr.update(visible=self.is_done)
        if self.sources is not None:
            sources_fold = gr.update(visible=bool(self.sources))
        article, summary, facts, sources, technical = (
            gr.skip() if value is None else value
            for value in (self.article, self.summary, self.facts, self.sources, self.details)
        )
        idle, busy = gr.update(interactive=not self.is_busy), gr.update(interactive=self.is_busy)
        return (article, self.progress, summary, tools, facts, sources_fold, sources, technical, idle, busy)


async def _run(
    runs: Runs, session: str, request: SummaryRequest, *, base_url: str, allow_urls: bool
) -> AsyncGenerator[_Picture]:
    """Run one summary and yield what to show. Whoever stops iterating stops the computation."""
    if not request.text.strip():
        yield _Picture(view.line(words.NOTHING_TO_DO, "warning"))
        return
    started = time.monotonic()
    fetched: str | None = None
    address = web_address(request.text)
    if address is not None:
        if not allow_urls:
            yield _Picture(view.line(words.ADDRESS_ONLY, "warning"))
            return
        with runs.flag(session, PLACE) as stop:
            task = asyncio.create_task(asyncio.to_thread(fetch_article, address))
            while not (task.done() or stop.is_set):
                yield _Picture(view.busy_line(words.FETCHING), is_busy=True)
                await asyncio.wait([task], timeout=TICK_S)
            if stop.is_set:
                yield _Picture(view.line(words.STOPPED))
                return
        try:
            fetched = task.result().text
        except UnreadableError as error:
            yield _Picture(view.line(str(error), "error"))
            return
        request = SummaryRequest(fetched, request.max_words, request.format)
    yield _Picture(view.busy_line(words.SENDING), fetched, view.summary_region(), facts="", sources="", is_busy=True)
    steps = runs.follow(session, PLACE, request)
    async with contextlib.aclosing(steps):
        async for step in steps:
            yield _picture_of(step, request, base_url, started)


def _picture_of(
    step: Working | Summary | SummarizerError | Stopped, request: SummaryRequest, base_url: str, started: float
) -> _Picture:
    if isinstance(step, Working):
        draft = None
        if step.draft is not None:
            draft = view.summary_region(view.paragraphs(step.draft), detail=step.detail)
        return _Picture(view.busy_line(step.line, countdown=step.countdown), summary=draft, is_busy=True)
    if isinstance(step, Stopped):
        return _Picture(view.line(words.STOPPED))
    if isinstance(step, SummarizerError):
        return _Picture(view.line(str(step), "error"))
    return _Picture(
        view.line(words.done(time.monotonic() - started), "info done"),
        summary=view.summary_region(view.marked_summary(step, request.text)),
        facts=view.facts(step, request),
        sources=view.sources(step, request.text),
        details=details(step, request, base_url),
        is_done=True,
    )
