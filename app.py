"""Nutshell: paste an article, get a summary.

Starts a Ray Serve deployment (room `serving/`, in a process of its own) and a Gradio page (room `ui/`) that sends
articles to it over HTTP.
"""

import os
import signal
import socket
import sys
import threading
from types import FrameType

from command_line import AppConfig, UserError, parse_command_line
from page_process import PageProcess, PageSettings
from serving.addresses import in_url
from serving.config import ServingConfig
from serving.model_files import ModelFilesError, check_model_dir
from serving.process import ServingProcess, forget_detached
from serving.state import log_path
from serving.t5_onnx.store import cache_size_bytes, clean_cache
from ui.client import SummarizerClient
from ui.login import make_password
from watch import Watch, say


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


def run(app: AppConfig, serving: ServingConfig) -> None:
    """Start what `app` asks for, wait for Ctrl-C, stop it again."""
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
            say(f"API:      {url}/docs{' (asks for the key)' if app.api_key else ''}")
            say(f"Log:      {log_path(serving.serving_port)}")
        Watch(SummarizerClient(url, app.own_key), serving, process, page).run(app, stop)
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
    # "Any address" is a place to listen, not one to call.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{in_url(host)}:{port}"


def _start_serving(app: AppConfig, serving: ServingConfig) -> ServingProcess:
    if serving.local_model_dir is not None:
        # Resolved here: Ray's processes have another working directory.
        serving = serving.model_copy(update={"model": str(serving.local_model_dir)})
    detached = ServingProcess.find_detached(serving, api_key=app.api_key)
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
    return ServingProcess.start(serving, detach=app.detach, api_key=app.api_key)


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


def stop_detached(serving: ServingConfig) -> None:
    """End the summarizer that --detach left running on the port."""
    process = ServingProcess.find_detached(serving)
    if process is None:
        raise UserError(f"No summarizer that --detach left runs on port {serving.serving_port}; nothing to stop.")
    # First the note: a page that watches the process sees that its end was meant, and does not start it again.
    forget_detached(serving.serving_port)
    process.stop(drain_s=serving.drain_s)
    say("Stopped.")


def clean() -> None:
    """Delete the converted models; the next start converts again."""
    num_bytes = cache_size_bytes()
    clean_cache()
    say(f"Freed {num_bytes / 1e6:,.0f} MB of converted models.")


def main(argv: list[str]) -> int:
    """Run the command line; returns the exit code."""
    try:
        command, app, serving = parse_command_line(argv, dict(os.environ))
        if command == "clean":
            clean()
        elif command == "stop":
            stop_detached(serving)
        else:
            run(app, serving)
    except UserError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
