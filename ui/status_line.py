"""The line about the summarizer's state at the top of the page."""

import html
import threading
import time
from collections.abc import Callable

from ui import words
from ui.client import NotReadyError, Status, SummarizerClient, SummarizerDownError, SummarizerError
from ui.patience import may_be_starting
from ui.view import line

POLL_S = 2.0

STARTING = "The summarizer is starting. You can paste an article and press Summarize already: it is next."
_STARTING_AGAIN = "The summarizer is starting again. What was asked for meanwhile is summarized as soon as it is there."
_GONE = "The summarizer is not answering. Whoever runs this page can look at its console."


class StatusPoll:
    """The line about the summarizer's state. All tabs share one question to it per poll interval."""

    def __init__(self, client: SummarizerClient, is_alive: Callable[[], bool] | None = None) -> None:
        self._client = client
        self._is_alive = is_alive
        self._asking = threading.Lock()
        self._line = line(STARTING)
        self._asked_at = float("-inf")
        self._was_up = False
        self._for_the_host = ""
        self._away_since: float | None = None

    def html(self) -> tuple[str, str]:
        """The state in one sentence, and for whoever runs the page, why there is no model.

        The sentence carries the longest article, for the page's script to warn of.
        """
        # While one tab's question hangs, the others get the last answer instead of a place behind it.
        if time.monotonic() - self._asked_at > POLL_S / 2 and self._asking.acquire(blocking=False):
            try:
                self._line = self._ask()
                self._asked_at = time.monotonic()
            finally:
                self._asking.release()
        return self._line, self._for_the_host

    def _ask(self) -> str:
        try:
            status = self._client.status()
        except (SummarizerDownError, NotReadyError):
            return self._away()
        except SummarizerError as error:
            return line(str(error), "error")
        self._was_up = True
        self._for_the_host = line(status.model_reason, "warning") if status.model_reason else ""
        self._away_since = None
        kind = "warning" if status.model_state == "failed" else "info"
        max_chars = status.raw["limits"]["max_article_chars"]
        facts = f'data-max-article-chars="{int(max_chars)}" data-model-state="{html.escape(status.model_state)}"'
        return f"<div {facts}>{line(_sentence_about(status), kind)}</div>"

    def _away(self) -> str:
        now = time.monotonic()
        self._away_since = now if self._away_since is None else self._away_since
        if not may_be_starting(now - self._away_since, self._is_alive):
            return line(_GONE, "error")
        return line(_STARTING_AGAIN if self._was_up else STARTING)


def _sentence_about(status: Status) -> str:
    if status.model_state == "ready":
        return words.READY
    if status.model_state == "failed":
        return words.FAILED
    if status.model_state == "downloading" and status.total_bytes:
        done = words.megabytes(status.downloaded_bytes or 0)
        return words.DOWNLOADING.format(done=done, total=words.megabytes(status.total_bytes))
    return words.LOADING
