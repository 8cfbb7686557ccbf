"""Pieces of the page as HTML: lines about what goes on, paragraphs. Pure functions."""

import html

from ui.patience import Countdown


def line(text: str, kind: str = "info") -> str:
    """One sentence in a box; `kind` is info, warning or error."""
    return f'<div class="line {kind}">{html.escape(text)}</div>'


def busy_line(text: str, *, countdown: Countdown | None = None) -> str:
    """What goes on. The page's script lets the clock tick, up or down: a screen reader hears of each text once."""
    down = "" if countdown is None else f' data-countdown-s="{countdown.seconds}" data-number="{countdown.number}"'
    return (
        f'<div class="line busy"><span class="spinner" aria-hidden="true"></span>{html.escape(text)}'
        f'<span class="clock" aria-hidden="true"{down}></span></div>'
    )


def pill(name: str, popup: str, kind: str = "", *, facts: str = "") -> str:
    """A word or two that open what is behind them.

    Args:
        name: the words.
        popup: HTML.
        kind: a further class, for its colour and shape.
        facts: attributes for the page's script.
    """
    return f'<details class="{f"pill {kind}".strip()}"{facts}><summary>{html.escape(name)}</summary>{popup}</details>'


def done_line(elapsed_s: float) -> str:
    """Says to those who can't see the summary that it is there, and to all how long it took."""
    return f'<div class="done"><span class="unseen">The summary is there.</span> {_in_words(elapsed_s)}</div>'


def _in_words(elapsed_s: float) -> str:
    return "Done." if elapsed_s < 1 else f"Done in {elapsed_s:.0f} s."


def paragraphs(text: str) -> str:
    """Each line of a text as a paragraph, written in its own direction."""
    return "".join(f'<p dir="auto">{html.escape(line)}</p>' for line in text.splitlines() if line)
