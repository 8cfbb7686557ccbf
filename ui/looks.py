"""How the page looks and behaves beyond Gradio's components: theme, style, scripts. Nothing comes from elsewhere."""

import json
from pathlib import Path
from typing import Any

import gradio as gr

from ui import words

_HERE = Path(__file__).parent


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


def copy_js() -> str:
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
