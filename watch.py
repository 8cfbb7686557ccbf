"""While it runs: says on the console how the summarizer is, and starts it or the page again when it ends or hangs."""

import threading
import time

from command_line import AppConfig, UserError
from page_process import PageProcess
from serving.config import ServingConfig
from serving.launch import PORT_TAKEN
from serving.process import ServingProcess, is_forgotten
from serving.state import log_path
from ui.client import KeyRefusedError, Status, SummarizerClient, SummarizerError

_POLL_S = 0.5
_START_TIMEOUT_S = 120.0
_MAX_STARTS = 3
_SLOW_FAILURE_S = 20.0
"""Ray gives a start up after 30 s, which a busy machine may take; what fails sooner fails for another reason."""
_MAX_SILENCE_S = 10.0
"""Of a summarizer that has answered before. Serve brings a killed proxy back within five."""
_MAX_STATUS_SILENCE_S = 45.0
"""While its proxy still answers, Serve is bringing a replica back, which takes half a minute on a busy machine."""


def say(line: str = "") -> None:
    """Print a line of ours on the console."""
    print(line, flush=True)


class Console:
    """Tells on the console how the summarizer is, one line for each change."""

    def __init__(self) -> None:
        self._told = ""
        self._told_percent = -10

    def tell(self, status: Status) -> None:
        """Say what is new in `status`."""
        self.tell_line(self._line(status))

    def tell_line(self, line: str) -> None:
        """Say `line`, unless it was the last thing said."""
        if line and line != self._told:
            self._told = line
            say(line)

    def _line(self, status: Status) -> str:
        if status.model_state == "downloading" and status.total_bytes:
            percent = 100 * (status.downloaded_bytes or 0) // status.total_bytes
            if percent < self._told_percent + 10:
                return self._told
            self._told_percent = percent
            return f"Downloading the model: {percent} % of {status.total_bytes / 1e6:,.0f} MB."
        lines = {
            "absent": "The summarizer answers with key sentences; looking for the model.",
            "loading": "Loading the model; until then the summarizer answers with key sentences.",
            "ready": f"The model {status.model} is ready. {status.model_reason or ''}".strip(),
            "failed": f"{status.model_reason} The summarizer answers with key sentences and keeps trying.",
        }
        return lines.get(status.model_state, "")


class Watch:
    """Reports the summarizer's state, and starts it or the page again when it ends or falls silent."""

    def __init__(
        self,
        client: SummarizerClient,
        serving: ServingConfig,
        process: ServingProcess | None,
        page: PageProcess | None,
    ) -> None:
        self.client, self._serving, self._process, self._page = client, serving, process, page
        self._answered_s = time.monotonic()
        self._num_starts = self._num_page_starts = 1
        self.is_up = self._has_been_up = False

    def saw_answer(self) -> None:
        """It has told its status."""
        self.is_up = self._has_been_up = True
        self._answered_s = time.monotonic()

    def look_after(self) -> None:
        """Start the summarizer again if need be.

        Raises:
            UserError: it does not start.
        """
        if self._process is None:
            return
        now = time.monotonic()
        if not self._process.is_alive():
            if not self.is_up:
                self._check_start(now - self._process.started_s)
            say("The summarizer ended unexpectedly; starting it again.")
        elif self.is_up and self._is_silent(now - self._answered_s):
            say(f"The summarizer has not answered for {_MAX_SILENCE_S:.0f} s; starting it again.")
        elif self.is_up or now - self._process.started_s < _START_TIMEOUT_S:
            return
        else:
            raise UserError(f"The summarizer does not start. Its log: {log_path(self._serving.serving_port)}")
        self._process.restart()
        self._num_starts = 1 if self.is_up else self._num_starts + 1
        self.is_up = False

    def _is_silent(self, silent_s: float) -> bool:
        if silent_s <= _MAX_SILENCE_S:
            return False
        return silent_s > _MAX_STATUS_SILENCE_S or not self.client.is_up()

    def _check_start(self, took_s: float) -> None:
        # What has worked before is worth another try, however soon it failed.
        is_hopeless = took_s < _SLOW_FAILURE_S and not self._has_been_up
        if is_hopeless or self._num_starts == _MAX_STARTS:
            raise UserError(f"The summarizer could not start. Its log says why: {log_path(self._serving.serving_port)}")

    def check_port(self) -> None:
        """Make sure that whoever answers is ours.

        Raises:
            UserError: another one was sooner.
        """
        if self._process is not None and self._process.exit_status == PORT_TAKEN:
            port = self._serving.serving_port
            raise UserError(f"Another Nutshell uses port {port}. Stop it, or choose another with --serving-port.")

    def look_after_page(self) -> None:
        """Start the page again if it has ended.

        Raises:
            UserError: it ends again and again.
        """
        if self._page is None or self._page.is_alive():
            return
        now = time.monotonic()
        self._num_page_starts = self._num_page_starts + 1 if now - self._page.started_s < _SLOW_FAILURE_S else 1
        if self._num_page_starts > _MAX_STARTS:
            raise UserError("The page could not start again; what stands above says why.")
        say("The page ended unexpectedly; starting it again.")
        self._page.stop()
        self._page.start()
        # In the background: meanwhile somebody must look after the summarizer.
        threading.Thread(target=lambda page: say(page.told()), args=(self._page,), daemon=True).start()

    def run(self, app: AppConfig, stop: threading.Event) -> None:
        """Report and look after both until asked to stop, or until nothing is left to look after.

        Raises:
            UserError: what is to be looked after cannot be.
        """
        console = Console()
        say("Ctrl-C stops the page." if app.serving_url else "Starting the summarizer; Ctrl-C stops everything.")
        while not stop.wait(_POLL_S):
            self.look_after_page()
            self.check_port()
            try:
                console.tell(self.client.status())
                self.saw_answer()
            except KeyRefusedError as error:
                if app.serving_url is None:
                    raise UserError(
                        "The summarizer that runs already was started with another key. Say that one, or end it with "
                        "'python app.py stop'."
                    ) from None
                console.tell_line(str(error))
            except SummarizerError:
                if self.is_up and app.detach and is_forgotten(self._serving.serving_port):
                    say("The summarizer was stopped.")
                    return
                self.look_after()
            if self.is_up and app.detach and app.no_ui:
                say("It goes on running; 'python app.py stop' ends it.")
                return
