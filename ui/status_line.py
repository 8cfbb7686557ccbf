"""The summarizer's state, at the top of the page: in a word or two, and behind it in a sentence."""

import html
import threading
import time

from ui.client import NotReadyError, Status, SummarizerClient, SummarizerDownError, SummarizerError
from ui.patience import MAX_START_S
from ui.view import line, pill

POLL_S = 2.0

STARTING = "The summarizer is starting. You can paste an article and press Summarize already: it is next."
_STARTING_AGAIN = "The summarizer is starting again. What was asked for meanwhile is summarized as soon as it is there."
_GONE = "The summarizer is not answering. Whoever runs this page can look at its console."
_READY = "The language model is ready: summaries are written in new words."
_LOADING = "The language model is being loaded{step}. Until then you get the article's key sentences."
_DOWNLOADING = "The language model is on its way: {done} of {total}. Until then you get the article's key sentences."
_FAILED = "The language model is not here now, so you get the article's own key sentences."


def _state(name: str, sentence: str, kind: str = "waiting", *, facts: str = "") -> str:
    """The state as HTML; `kind` is ready, lesser (key sentences only), waiting or gone."""
    return pill(name, f'<div class="popup"><p>{html.escape(sentence)}</p></div>', kind, facts=facts)


class StatusPoll:
    """The pill about the summarizer's state. All tabs share one question to it per poll interval."""

    def __init__(self, client: SummarizerClient) -> None:
        self._client = client
        self._asking = threading.Lock()
        self.first = self._pill = _state("Starting", STARTING)
        self._asked_at = float("-inf")
        self._was_up = False
        self._for_the_host = ""
        self._away_since: float | None = None

    def html(self) -> tuple[str, str]:
        """The state, and for whoever runs the page, why there is no model.

        The state carries the longest article, for the page's script to warn of.
        """
        # While one tab's question hangs, the others get the last answer instead of a place behind it.
        if time.monotonic() - self._asked_at > POLL_S / 2 and self._asking.acquire(blocking=False):
            try:
                self._pill = self._ask()
                self._asked_at = time.monotonic()
            finally:
                self._asking.release()
        return self._pill, self._for_the_host

    def _ask(self) -> str:
        try:
            status = self._client.status()
        except (SummarizerDownError, NotReadyError):
            return self._away()
        except SummarizerError as error:
            return _state("Not answering", str(error), "gone")
        self._was_up = True
        self._for_the_host = line(status.model_reason, "warning") if status.model_reason else ""
        self._away_since = None
        name, sentence, kind = _said_of(status)
        max_chars = status.raw["limits"]["max_article_chars"]
        facts = f' data-max-article-chars="{int(max_chars)}" data-model-state="{html.escape(status.model_state)}"'
        return _state(name, sentence, kind, facts=facts)

    def _away(self) -> str:
        now = time.monotonic()
        self._away_since = now if self._away_since is None else self._away_since
        if now - self._away_since >= MAX_START_S:
            return _state("Not answering", _GONE, "gone")
        return _state("Starting", _STARTING_AGAIN if self._was_up else STARTING)


def _said_of(status: Status) -> tuple[str, str, str]:
    """Name, sentence and kind of a state in which summaries can be made."""
    if status.model_state == "ready":
        return "Language model", _READY, "ready"
    if status.model_state == "failed":
        return "Key sentences", _FAILED, "lesser"
    if status.model_state == "downloading" and status.total_bytes:
        done = status.downloaded_bytes or 0
        sentence = _DOWNLOADING.format(done=_megabytes(done), total=_megabytes(status.total_bytes))
        return f"Model {100 * done // status.total_bytes} %", sentence, "lesser"
    step = status.raw.get("model_step")
    return "Model loading", _LOADING.format(step=f" ({step})" if step else ""), "lesser"


def _megabytes(num_bytes: int) -> str:
    return f"{num_bytes / 1e6:,.0f} MB"
