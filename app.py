"""Nutshell: paste an article, get a summary.

Starts a Ray Serve deployment (room `serving/`, in a process of its own) and a Gradio page (room `ui/`) that sends
articles to it over HTTP. The only file that knows both rooms.
"""

import os
import signal
import socket
import sys
import threading
import time
from types import FrameType

from command_line import AppConfig, UserError, parse_command_line
from page_process import PageProcess, PageSettings
from serving.config import ServingConfig
from serving.engine.cache import cache_size_bytes, clean_cache
from serving.launch import PORT_TAKEN
from serving.model_files import ModelFilesError, check_model_dir
from serving.process import ServingProcess, forget_detached, is_forgotten
from serving.state import log_path
from ui.client import Status, SummarizerClient, SummarizerError
from ui.login import make_password

_POLL_S = 0.5
_START_TIMEOUT_S = 120.0
_MAX_STARTS = 3
_SLOW_FAILURE_S = 20.0
"""Ray gives a start up after 30 s, which a busy machine may take; what fails sooner fails for another reason."""
_MAX_SILENCE_S = 10.0
"""Of a summarizer that has answered before. Serve brings a killed proxy back within five."""
_MAX_STATUS_SILENCE_S = 45.0
"""While its proxy still answers, Serve is bringing a replica back, which takes half a minute on a busy machine."""


def check_port(host: str, port: int, flag: str) -> None:
    """Make sure that nobody listens on `port`.

    Raises:
        UserError: somebody does, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            raise UserError(f"There is no address {host} on this machine. Use 127.0.0.1, or 0.0.0.0 for all.") from None
        except OSError as error:
            raise UserError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Stop what uses it, perhaps another Nutshell, or choose another port with {flag}."
            ) from None


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
        line = self._line(status)
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


def run(app: AppConfig, serving: ServingConfig) -> int:
    """Start what `app` asks for, wait for Ctrl-C, stop it again. Returns the exit code."""
    if not app.no_ui:
        check_port(app.host, app.port, "--port")
        if app.port == serving.serving_port and app.serving_url is None:
            raise UserError(f"The page and the API cannot both use port {app.port}. Choose another with --port.")
    stop = threading.Event()

    at_once = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        (at_once if stop.is_set() else stop).set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    process = None if app.serving_url else _start_serving(app, serving)
    page: PageProcess | None = None
    try:
        url = app.serving_url or _local_url(serving)
        if not app.no_ui:
            page = _start_page(app, serving, url)
        if process is not None:
            say(f"API:      {url}/docs")
            say(f"Log:      {log_path(serving.serving_port)}")
        return _watch(app, serving, _Watch(SummarizerClient(url), serving, process, page), stop)
    finally:
        # The page stays until the summaries under way are on it.
        if process is not None and not app.detach:
            say(f"Stopping; what is under way gets {serving.drain_s:.0f} s. Ctrl-C again ends it now.")
            process.stop(drain_s=serving.drain_s, at_once=at_once)
        if page is not None:
            page.stop()


def _local_url(serving: ServingConfig) -> str:
    return _url(serving.serving_host, serving.serving_port)


def _url(host: str, port: int) -> str:
    """Where to call what listens on `host`."""
    # "Any address" is a place to listen, not one to call; an IPv6 address stands in brackets.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _start_serving(app: AppConfig, serving: ServingConfig) -> ServingProcess:
    if serving.local_model_dir is not None:
        # Resolved here: Ray's processes have another working directory.
        serving = serving.model_copy(update={"model": str(serving.local_model_dir)})
    detached = ServingProcess.find_detached(serving)
    if detached is not None:
        if not app.detach:
            raise UserError(
                f"A summarizer that --detach left running uses port {serving.serving_port}. End it with "
                f"'python app.py stop', or open a page on it with --serving-url {_local_url(serving)}."
            )
        say(f"The summarizer runs already (process {detached.pid}), with the settings that it was started with.")
        return detached
    check_port(serving.serving_host, serving.serving_port, "--serving-port")
    if serving.local_model_dir is not None:
        try:
            check_model_dir(serving.local_model_dir)
        except ModelFilesError as error:
            raise UserError(str(error)) from None
    return ServingProcess.start(serving, detach=app.detach)


def _start_page(app: AppConfig, serving: ServingConfig, url: str) -> PageProcess:
    """Start the page and say where it is.

    Raises:
        UserError: it does not start; it has said why.
    """
    settings = PageSettings(
        app=app,
        allowed_hosts=tuple(serving.allowed_host.split(",")),
        serving_url=url,
        open_url=_url(app.host, app.port),
        login=_login(app),
    )
    page = PageProcess(settings)
    told = page.told()
    if not told:
        page.stop()
        raise UserError("The page could not start; what stands above says why.")
    say(told)
    return page


def _login(app: AppConfig) -> tuple[str, str] | None:
    if app.auth:
        user, _, password = app.auth.partition(":")
        return user, password
    if app.share and not app.no_auth:
        # Whoever has the link can use this machine, so a link alone is not enough.
        return "guest", make_password()
    return None


class _Watch:
    """Reports the summarizer's state, and starts it or the page again when it ends or falls silent."""

    def __init__(
        self,
        client: SummarizerClient,
        serving: ServingConfig,
        process: ServingProcess | None,
        page: PageProcess | None,
    ) -> None:
        self.client, self._serving, self._process, self._page = client, serving, process, page
        self._answered_s = self._page_started_s = time.monotonic()
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
        port = self._serving.serving_port
        if self._process is not None and self._process.exit_status == PORT_TAKEN:
            raise UserError(f"Another Nutshell uses port {port}. Stop it, or choose another with --serving-port.")
        # What has worked before is worth another try, however soon it failed.
        is_hopeless = took_s < _SLOW_FAILURE_S and not self._has_been_up
        if is_hopeless or self._num_starts == _MAX_STARTS:
            raise UserError(f"The summarizer could not start. Its log says why: {log_path(port)}")

    def look_after_page(self) -> None:
        """Start the page again if it has ended.

        Raises:
            UserError: it ends again and again.
        """
        if self._page is None or self._page.is_alive():
            return
        now = time.monotonic()
        self._num_page_starts = self._num_page_starts + 1 if now - self._page_started_s < _SLOW_FAILURE_S else 1
        if self._num_page_starts > _MAX_STARTS:
            raise UserError("The page could not start again; what stands above says why.")
        say("The page ended unexpectedly; starting it again.")
        self._page.stop()
        self._page.start()
        self._page_started_s = now
        # In the background: meanwhile somebody must look after the summarizer.
        threading.Thread(target=lambda page: say(page.told()), args=(self._page,), daemon=True).start()


def _watch(app: AppConfig, serving: ServingConfig, watch: _Watch, stop: threading.Event) -> int:
    """Report the summarizer's state until asked to stop."""
    console = Console()
    say("Ctrl-C stops the page." if app.serving_url else "Starting the summarizer; Ctrl-C stops everything.")
    while not stop.wait(_POLL_S):
        watch.look_after_page()
        try:
            console.tell(watch.client.status())
            watch.saw_answer()
        except SummarizerError:
            if watch.is_up and app.detach and is_forgotten(serving.serving_port):
                say("The summarizer was stopped.")
                return 0
            watch.look_after()
        if watch.is_up and app.detach and app.no_ui:
            say("It goes on running; 'python app.py stop' ends it.")
            return 0
    return 0


def stop_detached(serving: ServingConfig) -> int:
    """End the summarizer that --detach left running on the port. Returns the exit code."""
    process = ServingProcess.find_detached(serving)
    if process is None:
        raise UserError(f"No summarizer that --detach left runs on port {serving.serving_port}; nothing to stop.")
    # First the note: a page that watches the process sees that its end was meant, and does not start it again.
    forget_detached(serving.serving_port)
    process.stop(drain_s=serving.drain_s)
    say("Stopped.")
    return 0


def clean() -> int:
    """Delete the converted models; the next start converts again. Returns the exit code."""
    num_bytes = cache_size_bytes()
    clean_cache()
    say(f"Freed {num_bytes / 1e6:,.0f} MB of converted models.")
    return 0


def main(argv: list[str]) -> int:
    """Run the command line; returns the exit code."""
    try:
        command, app, serving = parse_command_line(argv, dict(os.environ))
        if command == "clean":
            return clean()
        return stop_detached(serving) if command == "stop" else run(app, serving)
    except UserError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
