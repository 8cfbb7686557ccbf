"""What Gradio keeps of each browser session, without what it prepares for links that this page does not have.

For each new session Gradio describes all components of the page anew (54 ms of the event loop and 0.13 MB),
so that a "deep link" could show the session again. Here a component is described when its value changes, and sessions
beyond `MAX_SESSIONS` are forgotten, the longest unused first.
"""

from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
from gradio.state_holder import SessionState, StateHolder

MAX_SESSIONS = 1000


class _Session(SessionState):
    def __init__(self, blocks: gr.Blocks) -> None:
        # It describes what it finds in `blocks.blocks`.
        super().__init__(cast(Any, SimpleNamespace(default_config=blocks.default_config, blocks={})))


class _Sessions(StateHolder):
    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = _Session(self.blocks)
        return super().__getitem__(session_id)


def make_sessions_light(page: gr.Blocks) -> None:
    """Let a page that was launched keep its sessions so from now on, and rest while it has none."""
    page.state_session_capacity = MAX_SESSIONS
    page.app.state_holder = _Sessions()  # type: ignore[no-untyped-call]
    page.app.state_holder.set_blocks(page)
    # Gradio looks for events a thousand times a second, which takes 5 % of a core of a page that nobody has open.
    page._queue.sleep_when_free = 0.02
    page._queue.progress_update_sleep_when_free = 0.1
