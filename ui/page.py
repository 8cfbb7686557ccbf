"""The Gradio page: `build_page` puts the parts on it, `_follow` one summary from click to result."""

import html
import json
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui import words
from ui.client import (
    Draft,
    Progress,
    Queued,
    Status,
    StreamEvent,
    SummarizerClient,
    SummarizerDownError,
    SummarizerError,
    Summary,
)
from ui.looks import copy_js
from ui.marked import article_html, summary_html
from ui.runs import Reader, Runs, Stopped
from ui.samples import SAMPLES

_MIN_WORDS, _MAX_WORDS, _DEFAULT_WORDS, _STEP_WORDS = 20, 250, 60, 5

_TICK_S = 0.5
"""How often a run yields even when there is nothing new: Gradio notices a closed tab only between two yields."""

_STATUS_POLL_S = 2.0
_MAX_RUNS_AT_ONCE = 64
_MAX_QUEUED_EVENTS = 256


@dataclass
class PageConfig:
    """What the page is told.

    Attributes:
        notice: a sentence for every visitor, such as why there is no public link; empty for none. It may be set
            after the page was built: each visitor gets what holds when the page loads.
    """

    notice: str = ""


def build_page(client: SummarizerClient, config: PageConfig) -> gr.Blocks:
    """Return the page; `looks.launch_options` holds what Gradio wants at launch."""
    runs = Runs()
    with gr.Blocks(title=words.TITLE, analytics_enabled=False) as page:
        gr.HTML(f"<h1>{words.TITLE}</h1><p>{words.TAGLINE}</p>", elem_id="head")
        notice = gr.HTML("", visible=False, elem_id="notice")
        state = gr.HTML(_line(words.STARTING, "info"), elem_id="state")
        with gr.Row(equal_height=False):
            with gr.Column():
                article = gr.Textbox(
                    label=words.ARTICLE,
                    placeholder=words.ARTICLE_PLACEHOLDER,
                    lines=12,
                    max_lines=18,
                    autofocus=True,
                    elem_id="article",
                )
                num_words = gr.Slider(
                    _MIN_WORDS,
                    _MAX_WORDS,
                    _DEFAULT_WORDS,
                    step=_STEP_WORDS,
                    label=words.LENGTH,
                    elem_id="length",
                    buttons=[],
                )
                with gr.Row():
                    run = gr.Button(words.SUMMARIZE, variant="primary", elem_id="run")
                    stop = gr.Button(words.STOP, interactive=False, elem_id="stop")
                gr.HTML(f"<p>{words.SHORTCUT}</p><p>{words.SAMPLES}</p>", elem_id="hints")
                with gr.Row(elem_id="samples"):
                    samples = [gr.Button(sample.name, size="sm", min_width=90) for sample in SAMPLES]
            with gr.Column():
                progress = gr.HTML("", elem_id="progress")
                summary = gr.HTML(_summary_region(""), elem_id="summary")
                copy = gr.Button(words.COPY, size="sm", visible=False, elem_id="copy")
                badge = gr.HTML("", elem_id="badge")
                with gr.Accordion(words.SOURCES, open=False, visible=False) as sources_fold:
                    sources = gr.HTML("", elem_id="sources")
                with gr.Accordion(words.ENGINEERS, open=False):
                    details = gr.Markdown(words.NO_RUN_YET, elem_id="details")
        outputs = [progress, summary, copy, badge, sources_fold, sources, details, run, stop]

        async def on_run(text: str, max_words: int, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
            async for view in _follow(client, text, int(max_words), runs, str(request.session_hash)):
                yield view.updates()

        async def on_stop(request: gr.Request) -> None:
            runs.stop(str(request.session_hash))

        run.click(
            on_run,
            [article, num_words],
            outputs,
            show_progress="hidden",
            concurrency_limit=_MAX_RUNS_AT_ONCE,
            trigger_mode="once",
            api_visibility="private",
        )
        # Not Gradio's `cancels`: its answer and the run's last picture of itself would race for the page.
        stop.click(on_stop, None, None, queue=False, show_progress="hidden", api_visibility="private")
        page.unload(on_stop)
        for button, sample in zip(samples, SAMPLES, strict=True):
            button.click(None, None, article, js=f"() => {json.dumps(sample.text)}", api_visibility="private")
        copy.click(None, None, None, js=copy_js(), api_visibility="private")
        _keep_informed(page, _StatusPoll(client), state, config, notice)
        _offer_api(client, runs)
    page.queue(max_size=_MAX_QUEUED_EVENTS)
    return page


def _keep_informed(page: gr.Blocks, poll: "_StatusPoll", state: gr.HTML, config: PageConfig, notice: gr.HTML) -> None:
    """Show how the summarizer is, again and again, and what every visitor should know, once."""
    timer = gr.Timer(_STATUS_POLL_S)
    timer.tick(poll.line, None, state, show_progress="hidden", queue=False, api_visibility="private")
    page.load(poll.line, None, state, show_progress="hidden", queue=False, api_visibility="private")
    page.load(
        lambda: gr.update(value=_line(config.notice, "warning"), visible=bool(config.notice)),
        None,
        notice,
        show_progress="hidden",
        queue=False,
        api_visibility="private",
    )


def _offer_api(client: SummarizerClient, runs: Runs) -> None:
    """The page's function for programs (`gradio_client`), stopped like a run when its client leaves."""

    async def summarize(article: str, max_words: int = _DEFAULT_WORDS, request: gr.Request | None = None) -> str:
        """Summarize a news article in at most max_words words."""
        reader = Reader(client, article, max_words)
        with runs.of(str(request and request.session_hash), reader):
            while True:
                event = await reader.next_event(_TICK_S)
                if isinstance(event, Summary):
                    return event.summary
                if isinstance(event, Stopped):
                    raise gr.Error(words.STOPPED, print_exception=False)
                if isinstance(event, SummarizerError):
                    raise gr.Error(str(event), print_exception=False) from None

    gr.api(summarize, api_name="summarize", concurrency_limit=_MAX_RUNS_AT_ONCE)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class _View:
    """What the page shows of one run; None leaves a part as it is. All but `details` is HTML."""

    progress: str = ""
    summary: str | None = None
    badge: str | None = None
    sources: str | None = None
    details: str | None = None
    can_copy: bool = False
    busy: bool = False

    def updates(self) -> tuple[Any, ...]:
        """Values for `build_page`'s outputs, in their order."""
        copy = sources_fold = gr.skip()
        if self.summary is not None:
            copy = gr.update(visible=self.can_copy)
        if self.sources is not None:
            sources_fold = gr.update(visible=bool(self.sources))
        summary, badge, sources, details = (
            gr.skip() if value is None else value for value in (self.summary, self.badge, self.sources, self.details)
        )
        idle, busy = gr.update(interactive=not self.busy), gr.update(interactive=self.busy)
        return (self.progress, summary, copy, badge, sources_fold, sources, details, idle, busy)


async def _follow(
    client: SummarizerClient, text: str, max_words: int, runs: Runs, session: str
) -> AsyncIterator[_View]:
    """Run one summary and yield what to show. Whoever stops iterating stops the computation."""
    if not text.strip():
        yield _View(progress=_line(words.NOTHING_TO_DO, "warning"))
        return
    started = time.monotonic()
    line = words.SENDING
    yield _View(progress=_busy_line(line, started), summary=_summary_region(""), badge="", sources="", busy=True)
    reader = Reader(client, text, max_words)
    with runs.of(session, reader):
        while True:
            event = await reader.next_event(_TICK_S)
            if isinstance(event, Stopped):
                yield _View(progress=_line(words.STOPPED, "info"))
                return
            if isinstance(event, SummarizerError):
                yield _View(progress=_line(str(event), "error"))
                return
            if isinstance(event, Summary):
                yield _finished(event, text, client.base_url, max_words)
                return
            draft = _summary_region(_paragraphs(event.text)) if isinstance(event, Draft) else None
            line = _line_of(event, line, reader.num_draft_words)
            yield _View(progress=_busy_line(line, started), summary=draft, busy=True)


def _line_of(event: StreamEvent | None, line: str, num_draft_words: int) -> str:
    if isinstance(event, Queued):
        return words.waiting(event.position)
    if isinstance(event, Progress):
        return words.working(event.part, event.parts, num_draft_words)
    return line


def _finished(result: Summary, article: str, base_url: str, max_words: int) -> _View:
    extractive = result.method == "extractive"
    badge = words.BADGE_EXTRACTIVE if extractive else words.BADGE_ABSTRACTIVE.format(model=result.model)
    evidence, unsupported = result.raw["evidence"], result.raw["unsupported"]
    lines = [words.counts(result.num_input_words, result.num_summary_words)]
    if result.parts > 1:
        lines.append(words.coverage(result.coverage, result.parts))
    if extractive and not result.notes:
        lines.append(words.KEY_SENTENCES_EXPLAINED)
    if unsupported:
        lines.append(words.DOUBTS)
    lines.extend(result.notes)
    marked = article_html(article, evidence)
    return _View(
        progress=_line(words.DONE, "info"),
        summary=_summary_region(summary_html(result.summary, evidence, unsupported)),
        badge=f'<span class="badge">{html.escape(badge)}</span>' + "".join(_paragraphs(line) for line in lines),
        sources=f'<p class="hint">{words.SOURCES_HINT}</p><div class="article" tabindex="0" role="region" '
        f'aria-label="{words.SOURCES}">{marked}</div>',
        details=_details(result, base_url, max_words),
        can_copy=True,
    )


def _details(result: Summary, base_url: str, max_words: int) -> str:
    shown = {key: value for key, value in result.raw.items() if key not in {"summary", "model_text", "evidence"}}
    call = f"""curl {base_url}/summarize -H 'Content-Type: application/json' \\
  -d '{{"text": "…", "max_words": {max_words}}}'"""
    return (
        f"{max_words} words are about {round(max_words * 1.45)} tokens of T5's vocabulary.\n\n"
        f"```json\n{json.dumps(shown, indent=2, ensure_ascii=False)}\n```\n\n```sh\n{call}\n```"
    )


class _StatusPoll:
    """The line about the summarizer's state. All tabs share one question to it per poll interval."""

    def __init__(self, client: SummarizerClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._line = _line(words.STARTING, "info")
        self._asked_at = float("-inf")
        self._was_up = False

    def line(self) -> str:
        """The state in one sentence, as HTML."""
        with self._lock:
            if time.monotonic() - self._asked_at > _STATUS_POLL_S / 2:
                self._line = self._ask()
                self._asked_at = time.monotonic()
            return self._line

    def _ask(self) -> str:
        try:
            status = self._client.status()
        except SummarizerDownError:
            return _line(words.DOWN, "error") if self._was_up else _line(words.STARTING, "info")
        except SummarizerError as error:
            return _line(str(error), "error")
        self._was_up = True
        return _line(_sentence_about(status), "info" if status.model_state != "failed" else "warning")


def _sentence_about(status: Status) -> str:
    if status.model_state == "ready":
        return words.READY
    if status.model_state == "failed":
        return words.FAILED.format(reason=status.model_reason or "")
    if status.model_state == "downloading" and status.total_bytes:
        done = words.megabytes(status.downloaded_bytes or 0)
        return words.DOWNLOADING.format(done=done, total=words.megabytes(status.total_bytes))
    return words.LOADING


def _summary_region(body: str) -> str:
    """The summary as a region that a keyboard and a screen reader can reach, which a disabled text box is not."""
    return (
        f'<div class="label" aria-hidden="true">{words.SUMMARY}</div>'
        f'<div role="region" aria-label="{words.SUMMARY}" tabindex="0">'
        f"{body or f'<p class=empty>{words.SUMMARY_PLACEHOLDER}</p>'}</div>"
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line)


def _line(text: str, kind: str) -> str:
    return f'<div class="line {kind}">{html.escape(text)}</div>'


def _busy_line(text: str, started: float) -> str:
    return (
        f'<div class="line busy"><span class="spinner" aria-hidden="true"></span>{html.escape(text)}'
        f'<span class="clock" aria-hidden="true">{time.monotonic() - started:.0f} s</span></div>'
    )
