"""The Gradio page: `build_page` puts the parts on it, `Run` follows one summary from click to result."""

import asyncio
import html
import json
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
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
    SummaryStream,
)
from ui.marked import article_html, summary_html
from ui.samples import SAMPLES

_HERE = Path(__file__).parent

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
    """Return the page; `launch_options` holds what Gradio wants at launch."""
    poll = _StatusPoll(client)
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

        async def on_run(text: str, max_words: int) -> AsyncIterator[tuple[Any, ...]]:
            async for view in _follow(client, text, int(max_words)):
                yield view.updates()

        running = run.click(
            on_run,
            [article, num_words],
            outputs,
            show_progress="hidden",
            concurrency_limit=_MAX_RUNS_AT_ONCE,
            trigger_mode="once",
            api_visibility="private",
        )
        stop.click(
            lambda: _View(progress=_line(words.STOPPED, "info")).updates(),
            None,
            outputs,
            cancels=[running],
            queue=False,
            api_visibility="private",
        )
        for button, sample in zip(samples, SAMPLES, strict=True):
            button.click(None, None, article, js=f"() => {json.dumps(sample.text)}", api_visibility="private")
        copy.click(None, None, None, js=_copy_js(), api_visibility="private")
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

        def summarize(article: str, max_words: int = _DEFAULT_WORDS) -> str:
            """Summarize a news article in at most max_words words."""
            try:
                return client.summarize(article, max_words=max_words).summary
            except SummarizerError as error:
                raise gr.Error(str(error), print_exception=False) from None

        gr.api(summarize, api_name="summarize", concurrency_limit=_MAX_RUNS_AT_ONCE)  # type: ignore[attr-defined]
    page.queue(max_size=_MAX_QUEUED_EVENTS)
    return page


def launch_options() -> dict[str, Any]:
    """What `Blocks.launch` takes for this page's looks; nothing in it is fetched from elsewhere."""
    return {
        "theme": _theme(),
        "css_paths": [_HERE / "page.css"],
        "js": (_HERE / "page.js").read_text(encoding="utf-8"),
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
        "quiet": True,
        "prevent_thread_lock": True,
    }


def _theme() -> gr.themes.Base:
    """Soft's shapes with plain labels and colours of at least 4.5:1 contrast (WCAG AA) in both schemes."""
    return gr.themes.Soft(
        primary_hue="teal",
        secondary_hue="teal",
        neutral_hue="slate",
        # Names of fonts that the reader's own system has; a Google font would be a request to Google.
        font=["ui-sans-serif", "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "monospace"],
    ).set(
        block_border_width="1px",
        input_border_width="1px",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_title_background_fill="transparent",
        block_title_background_fill_dark="transparent",
        block_title_text_color="*neutral_800",
        block_title_text_color_dark="*neutral_100",
        block_title_padding="0",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_300",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
        slider_color="*primary_600",
    )


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


async def _follow(client: SummarizerClient, text: str, max_words: int) -> AsyncIterator[_View]:
    """Run one summary and yield what to show. Whoever stops iterating stops the computation."""
    if not text.strip():
        yield _View(progress=_line(words.NOTHING_TO_DO, "warning"))
        return
    started = time.monotonic()
    line = words.SENDING
    yield _View(progress=_busy_line(line, started), summary=_summary_region(""), badge="", sources="", busy=True)
    reader = _Reader(client, text, max_words)
    try:
        while True:
            event = await reader.next_event(_TICK_S)
            if isinstance(event, SummarizerError):
                yield _View(progress=_line(str(event), "error"))
                return
            if isinstance(event, Summary):
                yield _finished(event, text, client.base_url, max_words)
                return
            draft = _summary_region(_paragraphs(event.text)) if isinstance(event, Draft) else None
            line = _line_of(event, line, reader.num_draft_words)
            yield _View(progress=_busy_line(line, started), summary=draft, busy=True)
    finally:
        reader.close()


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


class _Reader:
    """Reads one summary's events on a thread, because `requests` blocks, and hands them to the page's event loop."""

    def __init__(self, client: SummarizerClient, text: str, max_words: int) -> None:
        self._client, self._text, self._max_words = client, text, max_words
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[StreamEvent | SummarizerError] = asyncio.Queue()
        self._lock = threading.Lock()
        self._stream: SummaryStream | None = None
        self._closed = False
        self.num_draft_words = 0
        threading.Thread(target=self._read, name="read-summary", daemon=True).start()

    async def next_event(self, timeout_s: float) -> StreamEvent | SummarizerError | None:
        """The next event, the error that ended the run, or None when `timeout_s` passed without one."""
        try:
            event = await asyncio.wait_for(self._events.get(), timeout_s)
        except TimeoutError:
            return None
        if isinstance(event, Draft):
            self.num_draft_words = len(event.text.split())
        return event

    def close(self) -> None:
        """Close the connection, which stops the computation. Harmless when it has ended."""
        with self._lock:
            self._closed = True
            if self._stream is not None:
                self._stream.close()

    def _read(self) -> None:
        try:
            stream = self._client.stream(self._text, max_words=self._max_words)
            with self._lock:
                self._stream = stream
                if self._closed:
                    stream.close()
            for event in stream:
                self._loop.call_soon_threadsafe(self._events.put_nowait, event)
        except SummarizerError as error:
            self._loop.call_soon_threadsafe(self._events.put_nowait, error)


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


def _copy_js() -> str:
    """Copies the summary and says so on the button."""
    # The clipboard API exists on https and on this computer only; a visitor over plain http gets the text selected.
    return f"""
async () => {{
  const region = document.querySelector("#summary [role=region]");
  const button = document.getElementById("copy");
  try {{
    await navigator.clipboard.writeText(region.innerText.trim());
    button.textContent = {json.dumps(words.COPIED)};
  }} catch {{
    getSelection().selectAllChildren(region);
    button.textContent = {json.dumps(words.SELECTED)};
  }}
  setTimeout(() => {{ button.textContent = {json.dumps(words.COPY)}; }}, 2000);
}}
"""
