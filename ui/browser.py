"""What happens on the page without the server: events of Gradio's components, handled by the functions in `scripts/`.

Gradio passes values by position. Here they have names on both sides: a component is called by its `elem_id`.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from gradio.components import Component


def in_browser(
    trigger: Callable[..., Any],
    function: str,
    *,
    reads: Sequence[Component] = (),
    writes: Sequence[Component] = (),
    **given: str,
) -> Any:
    """Let `nutshell.on.<function>` handle an event.

    It gets one object with the values of `reads`, and whatever else is `given`, and returns one with the new values of
    those of `writes` that change.

    Args:
        trigger: a component's event, such as `button.click`.
    """
    names = [[part.elem_id for part in parts] for parts in (reads, writes)]
    call = ", ".join(json.dumps(argument) for argument in (function, *names, given))
    js = f"(...values) => nutshell.call({call}, values)"
    return trigger(None, list(reads), list(writes), js=js, api_visibility="private")
