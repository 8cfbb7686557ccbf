"""The Gradio page: `build_page` puts its sections together."""

import contextlib
from dataclasses import dataclass, field

import gradio as gr

from ui.article_tab import DEFAULT_WORDS, ArticleTab
from ui.batch_tab import batch_tab
from ui.browser import in_browser
from ui.client import SummarizerClient, SummarizerError, Summary, SummaryRequest
from ui.runs import STOPPED, Runs, Stopped, session_of
from ui.sharing import Sharing
from ui.status_line import POLL_S, StatusPoll

TITLE = "Nutshell"
TAGLINE = "Paste a news article and read it in a nutshell."

_MAX_RUNS_AT_ONCE = 64
_MAX_QUEUED_EVENTS = 256
_UPLOAD_LIFE_S = 600


@dataclass
class PageConfig:
    """What the page is told.

    Attributes:
        is_shared: a public link was asked for; then browsers remember runs only if their reader says so.
        allow_urls: fetch the article of a web address that was pasted.
        sharing: what to say about the public link; may change after the page was built.
    """

    is_shared: bool = False
    allow_urls: bool = False
    sharing: Sharing = field(default_factory=Sharing)


def build_page(client: SummarizerClient, config: PageConfig) -> gr.Blocks:
    """Return the page; `looks.launch_options` holds what Gradio wants at launch."""
    runs = Runs(client)
    uploads = (_UPLOAD_LIFE_S, _UPLOAD_LIFE_S)
    poll = StatusPoll(client)
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=uploads) as page:
        with gr.Row(elem_id="top"):
            skip = '<a class="skip" href="#summary-heading">Go to the summary</a>'
            gr.HTML(f"<h1>{TITLE}</h1><p>{TAGLINE}</p>{skip}", elem_id="head", min_width=120)
            sharing = gr.HTML("", elem_id="sharing", scale=0, min_width=60)
            state = gr.HTML(poll.first, elem_id="state", scale=0, min_width=60)
            gr.HTML('<p id="state-said" class="unseen" role="status"></p>', scale=0, min_width=0)
            large = gr.Button("A+", size="sm", min_width=40, scale=0, elem_id="large")
        with gr.Tab("One article"):
            tab = ArticleTab(
                page,
                runs,
                client.base_url,
                allow_urls=config.allow_urls,
                keeps_history=not config.is_shared,
                max_runs_at_once=_MAX_RUNS_AT_ONCE,
            )
        with gr.Tab("Many articles"):
            batch_tab(runs, length=tab.length, form=tab.form, max_runs_at_once=_MAX_RUNS_AT_ONCE)

        async def on_leave(request: gr.Request) -> None:
            runs.stop(session_of(request))

        page.unload(on_leave)
        in_browser(large.click, "enlarge")
        timer = gr.Timer(POLL_S)
        for event in (timer.tick, page.load):
            event(poll.html, None, [state, tab.no_model], show_progress="hidden", queue=False, api_visibility="private")

        def on_load(request: gr.Request) -> str:
            return config.sharing.panel(request.headers.get("host", ""))

        page.load(on_load, None, sharing, show_progress="hidden", queue=False, api_visibility="private")
        _offer_api(runs)
    page.queue(max_size=_MAX_QUEUED_EVENTS)
    return page


def _offer_api(runs: Runs) -> None:
    """The page's function for programs (`gradio_client`), stopped like a run when its client leaves."""

    async def summarize(article: str, max_words: int = DEFAULT_WORDS, request: gr.Request | None = None) -> str:
        """Summarize a news article in at most max_words words."""
        steps = runs.follow(session_of(request), "api", SummaryRequest(article, max_words))
        async with contextlib.aclosing(steps):
            async for step in steps:
                if isinstance(step, Summary):
                    return step.summary
                if isinstance(step, Stopped):
                    raise gr.Error(STOPPED, print_exception=False)
                if isinstance(step, SummarizerError):
                    raise gr.Error(str(step), print_exception=False) from None
        raise AssertionError("a run ends with a summary, an error or a stop")

    gr.api(summarize, api_name="summarize", concurrency_limit=_MAX_RUNS_AT_ONCE)  # type: ignore[attr-defined]
