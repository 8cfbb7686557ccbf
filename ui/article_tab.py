"""One article: its box, how long the summary shall be and in which form, the run, the result, what was run before."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from ui import result, view
from ui.article_run import PLACE, Picture, compare, summarize
from ui.batch.files import MANY_SUFFIXES
from ui.browser import in_browser
from ui.client import SummaryRequest
from ui.reading.errors import UnreadableError
from ui.reading.files import read_file
from ui.runs import Runs, session_of
from ui.samples import SAMPLES

MIN_WORDS, MAX_WORDS, DEFAULT_WORDS, STEP_WORDS = 20, 250, 60, 5
MARKS = {"Short": 40, "Medium": 60, "Long": 120}
FORMS = {"Text": "paragraph", "Points": "bullets"}


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
        with gr.Row(equal_height=False, elem_id="columns"):
            with gr.Column(elem_id="asking"):
                self._lay_out_article()
                self._lay_out_wish()
            with gr.Column(elem_id="answer"):
                self._lay_out_result()
        with gr.Row(equal_height=False, elem_id="folds"):
            self._lay_out_folds(keeps_history)
        self.asked = [self.article, self.length, self.form]
        self.results = [self.result, self.about, self.details]
        self.shown = [self.progress, self.note, self.article, *self.results]
        self._make_run()
        self._make_browser_work(page)

    def _lay_out_article(self) -> None:
        with gr.Row(elem_id="article-head", elem_classes="panel-head"):
            gr.HTML("<h2>Article</h2>", scale=0, min_width=60)
            with gr.Row(elem_id="samples"):
                gr.HTML("<span>Try</span>", elem_classes="hint", scale=0, min_width=20)
                self.samples = [gr.Button(sample.name, size="sm", min_width=40, scale=0) for sample in SAMPLES]
        with gr.Column(elem_id="article-frame", elem_classes="sheet"):
            self.article = gr.Textbox(
                label="Article",
                show_label=False,
                container=False,
                placeholder="Paste the text of a news article here, or drop a file …",
                lines=10,
                max_lines=10,
                elem_id="article",
            )
            with gr.Row(elem_id="article-foot", elem_classes="panel-foot"):
                self.counts = gr.HTML("", elem_id="counts", min_width=60)
                self.upload = gr.UploadButton(
                    "Open a file", file_count="multiple", size="sm", min_width=60, scale=0, elem_id="open"
                )
                self.clear = gr.Button("Clear", size="sm", min_width=60, scale=0, elem_id="clear")
        self.note = gr.HTML("", elem_id="note")
        self.advice = gr.HTML("", elem_id="advice")

    def _lay_out_wish(self) -> None:
        self.length = gr.Slider(
            MIN_WORDS,
            MAX_WORDS,
            DEFAULT_WORDS,
            step=STEP_WORDS,
            label="Words at most",
            elem_id="length",
            buttons=[],
        )
        with gr.Row(elem_id="choices"):
            self.marks = _choice(MARKS, DEFAULT_WORDS, label="Length", name="marks")
            self.form = _choice(FORMS, "paragraph", label="Form", name="form")
        with gr.Row(elem_classes="press"):
            self.run = gr.Button("Summarize", variant="primary", elem_id="run", min_width=120)
            self.stop = gr.Button("Stop", variant="stop", visible=False, elem_id="stop", min_width=120)

    def _lay_out_result(self) -> None:
        with gr.Row(elem_id="result-head", elem_classes="panel-head"):
            gr.HTML('<h2 tabindex="-1" id="summary-heading">Summary</h2>', scale=0, min_width=60)
            self.progress = gr.HTML("", elem_id="progress", min_width=60)
        with gr.Column(elem_id="result-frame", elem_classes="sheet"):
            self.result = gr.HTML(result.EMPTY, elem_id="result")
            self.stale = gr.HTML(view.line(result.STALE, "warning"), elem_id="stale")
            self.redo = gr.Button("Summarize again", size="sm", elem_id="redo")
            with gr.Row(elem_id="tools", elem_classes="panel-foot"):
                self.copy = gr.Button("Copy", size="sm", min_width=60, scale=0, elem_id="copy")
                gr.HTML(result.SAVE_MENU, elem_id="save", scale=0, min_width=60)
                self.link = gr.Button("Link", size="sm", min_width=60, scale=0, elem_id="link")
                self.compare = gr.Button("Compare", size="sm", min_width=60, scale=0, elem_id="compare")
                self.headline = gr.Checkbox(
                    False, label="Headline", container=False, scale=0, min_width=60, elem_id="headline"
                )
                self.back = gr.Button("Back to the summary", size="sm", min_width=60, scale=0, elem_id="back")
        self.about = gr.HTML("", elem_id="about")

    def _lay_out_folds(self, keeps_history: bool) -> None:
        with gr.Column(), gr.Accordion("Recent summaries", open=False, elem_id="history-fold"):
            self.keeps_history = gr.Checkbox(
                keeps_history, label="Remember them in this browser (nowhere else)", elem_id="keeps-history"
            )
            self.history = gr.HTML("", elem_id="history")
            self.forget = gr.Button("Forget them all", size="sm")
        with gr.Column(), gr.Accordion("About / for engineers", open=False, elem_id="details-fold"):
            self.no_model = gr.HTML("", elem_id="no-model")
            self.details = gr.HTML(
                "<p>After a summary, this shows the model, the tokens, the time and the API call.</p>",
                elem_id="details",
            )

    def _make_run(self) -> None:
        async def on_stop(request: gr.Request) -> None:
            self._runs.stop(session_of(request), PLACE)

        run = partial(summarize, self._runs, base_url=self._base_url, allow_urls=self._allow_urls)
        for button, pictures_of in ((self.run, run), (self.compare, partial(compare, self._runs))):
            ran = button.click(
                self._handler(pictures_of),
                set(self.asked),
                [*self.shown, self.run, self.stop],
                show_progress="hidden",
                concurrency_limit=self._max_runs_at_once,
                trigger_mode="once",
                api_visibility="private",
            )
            writes = [self.history, self.run, self.stop, self.progress, self.note, *self.results]
            in_browser(ran.then, "ran", reads=self.results, writes=writes)
        # Not Gradio's `cancels`: its answer and the run's last picture of itself would race for the page.
        self.stop.click(on_stop, None, None, queue=False, show_progress="hidden", api_visibility="private")
        self.upload.upload(
            self._on_file,
            self.upload,
            [self.article, self.note, self.upload],
            show_progress="hidden",
            concurrency_limit=self._max_runs_at_once,
            api_visibility="private",
        )

    def _handler(self, pictures_of: Callable[[str, SummaryRequest], AsyncGenerator[Picture]]) -> Callable[..., Any]:
        async def on_click(values: dict[Component, Any], request: gr.Request) -> AsyncGenerator[dict[Component, Any]]:
            pictures = pictures_of(session_of(request), self._request(values))
            async with contextlib.aclosing(pictures):
                async for picture in pictures:
                    yield self._changes(picture)

        return on_click

    def _request(self, values: dict[Component, Any]) -> SummaryRequest:
        return SummaryRequest(values[self.article] or "", int(values[self.length]), values[self.form])

    def _changes(self, picture: Picture) -> dict[Component, Any]:
        shown = {part: getattr(picture, str(part.elem_id)) for part in self.shown}
        return {
            **{part: value for part, value in shown.items() if value is not None},
            self.run: gr.update(visible=not picture.is_busy),
            self.stop: gr.update(visible=picture.is_busy),
        }

    async def _on_file(self, paths: list[str]) -> dict[Component, Any]:
        """Read a chosen file; the uploaded copies are deleted."""
        try:
            if len(paths) > 1:
                several = "One file at a time, please. Several articles at once go under “Many articles”."
                return {self.note: view.line(several, "warning"), self.upload: None}
            name = Path(paths[0]).name
            article = await asyncio.to_thread(read_file, Path(paths[0]), name=name)
        except UnreadableError as error:
            many = (
                " A file of many articles goes under “Many articles”."
                if Path(paths[0]).suffix.lower() in MANY_SUFFIXES
                else ""
            )
            return {self.note: view.line(f"{error}{many}", "error"), self.upload: None}
        finally:
            for path in paths:
                Path(path).unlink(missing_ok=True)
        said = view.line(f"This is what {name} says. Look it over, then summarize.")
        note = view.line(article.doubt, "warning") if article.doubt else said
        return {self.article: article.text, self.note: note, self.upload: None}

    def _make_browser_work(self, page: gr.Blocks) -> None:
        """What needs no server: `scripts/` has the functions."""
        for button, sample in zip(self.samples, SAMPLES, strict=True):
            in_browser(button.click, "sample", writes=[self.article, self.note], text=sample.text)
        in_browser(self.clear.click, "clear", writes=[*self.shown])
        for part in (self.article, self.length):
            in_browser(part.change, "describe", reads=[self.article, self.length], writes=[self.counts, self.advice])
        in_browser(self.marks.input, "mark", reads=[self.marks], writes=[self.length])
        in_browser(self.length.input, "choose", reads=[self.length], writes=[self.marks])
        in_browser(self.form.input, "choose", reads=[self.form])
        in_browser(self.redo.click, "redo")
        in_browser(self.copy.click, "copy")
        in_browser(self.link.click, "link", reads=self.asked)
        in_browser(self.headline.input, "headline", reads=[self.headline])
        in_browser(self.back.click, "back", writes=self.results)
        in_browser(
            self.history.click, "reopen", writes=[*self.asked, self.marks, self.note, self.progress, *self.results]
        )
        in_browser(self.keeps_history.input, "keep", reads=[self.keeps_history], writes=[self.history])
        in_browser(self.forget.click, "forget", writes=[self.history])
        in_browser(page.load, "open", writes=[*self.asked, self.marks, self.note, self.counts, self.advice])


def _choice(choices: Mapping[str, int | str], value: int | str, *, label: str, name: str) -> gr.Radio:
    """Buttons of which one is chosen; the arrow keys go from one to the next."""
    return gr.Radio(
        list(choices.items()),
        value=value,
        label=label,
        show_label=False,
        container=False,
        elem_id=name,
        elem_classes="choice",
        min_width=60,
        scale=0,
    )
