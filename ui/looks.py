"""How the page looks and behaves beyond Gradio's components: theme, style, scripts. Nothing comes from elsewhere."""

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from ui.article_tab import DEFAULT_WORDS, MARKS, MAX_WORDS, MIN_WORDS, STEP_WORDS
from ui.document import Document, WithDocument
from ui.facts import READING_WORDS_PER_MINUTE
from ui.page import TAGLINE, TITLE

_HERE = Path(__file__).parent
_MAX_UPLOAD = "20mb"
"""Above what can be read (`reading/files.py`), so that a file somewhat too large gets our sentence and not Gradio's."""


_SCRIPTS = (
    *("english", "bridge", "page", "settings", "counting", "article", "paste", "result", "link", "history"),
    "tab",  # last: it fills the page with what the others remember
)
_LOGIN = (
    "Nutshell: paste a news article, get a summary. Whoever invited you has the user name and the password. "
    "If one of them was wrong, type both again."
)

Login = tuple[str, str] | Callable[[str, str], Awaitable[bool]]
"""A user and a password, or what says whether they are right."""


def launch_options(
    *, allow_urls: bool = False, auth: Login | None = None, guards: Sequence[Middleware] = ()
) -> dict[str, Any]:
    """What `Blocks.launch` takes for this page's looks and its login; nothing in it is fetched from elsewhere.

    Args:
        guards: what stands before everything else, the outermost first.
    """
    document = Document(
        title=TITLE,
        description=TAGLINE,
        picture=_HERE / "pictures" / "preview.png",
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        script=_script(allow_urls=allow_urls),
    )
    return {
        "auth": auth,
        "auth_message": _LOGIN,
        "theme": _theme(),
        "favicon_path": _HERE / "pictures" / "favicon.svg",
        "app_kwargs": {"middleware": [*guards, Middleware(WithDocument, document=document)]},
        "max_file_size": _MAX_UPLOAD,
        "enable_monitoring": False,
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
        button_secondary_background_fill_hover_dark="*neutral_500",
        block_label_text_color="*neutral_800",
        block_label_text_color_dark="*neutral_100",
        slider_color="*primary_600",
        checkbox_label_background_fill_selected="*primary_700",
        checkbox_label_background_fill_selected_dark="*primary_700",
        checkbox_label_padding="*spacing_sm *spacing_lg",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
    )


def _script(*, allow_urls: bool) -> str:
    """The files of `scripts/` as one script; it runs before Gradio's own."""
    told = {
        "wordsPerMinute": READING_WORDS_PER_MINUTE,
        "marks": list(MARKS.values()),
        "minWords": MIN_WORDS,
        "maxWords": MAX_WORDS,
        "stepWords": STEP_WORDS,
        "defaultWords": DEFAULT_WORDS,
        "allowsUrls": allow_urls,
    }
    parts = [f"globalThis.nutshell = {{ told: {json.dumps(told)} }};"]
    for name in _SCRIPTS:
        parts.append(f"{{\n{(_HERE / 'scripts' / f'{name}.js').read_text(encoding='utf-8')}}}")
    return "\n".join(parts)
