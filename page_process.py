"""The process that serves the page: `python -m page_process`, started by `app.py`, which starts it again if it ends.

A process of its own, so that what somebody does to the page neither ends the summarizer nor keeps `app.py` from looking
after it. It reads its settings from standard input, tells on standard output what the console shall say, and ends with
SIGTERM or when its standard input does, that is, when `app.py` is gone.
"""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from command_line import AppConfig
from serving.guards.keys import KEYS_VARIABLE
from serving.state import kill_session, new_folder, remove_folders

if TYPE_CHECKING:
    import gradio as gr
    from starlette.middleware import Middleware

    from serving.guards.hosts import Hosts

_END_S = 5.0
"""How long it may take to end; it takes half a second."""

_ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    # After each event Gradio sums all events up with pandas, for a page of statistics that is closed here.
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9),
    # A burst of large requests must not leave its memory behind in the heaps of forty threads.
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "262144",
}


class PageSettings(BaseModel):
    """What the process is told.

    Attributes:
        app: the page's flags.
        allowed_hosts: further names by which the page may be called.
        serving_url: where the summarizer is.
        open_url: what to say that a browser can open.
        login: user and password that visitors need.
    """

    model_config = ConfigDict(frozen=True)

    app: AppConfig
    allowed_hosts: tuple[str, ...]
    serving_url: str
    open_url: str
    login: tuple[str, str] | None


class PageProcess:
    """It, seen from outside; since `started_s` of the monotonic clock."""

    def __init__(self, settings: PageSettings) -> None:
        self._settings = settings
        self.start()

    def start(self) -> None:
        """Start it, also again after it ended; returns at once."""
        self.started_s = time.monotonic()
        port = self._settings.app.port
        remove_folders(port)
        # A proxy for the outside must not stand between the page and its own machine.
        local = "127.0.0.1,localhost,::1"
        no_proxy = {name: ",".join(filter(None, [os.environ.get(name), local])) for name in ("no_proxy", "NO_PROXY")}
        # Uploads are deleted some minutes later; what is left goes with the process.
        uploads = {"GRADIO_TEMP_DIR": str(new_folder(port))}
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "page_process"],
            cwd=os.path.dirname(os.path.abspath(__file__)),
            env={**_without_key(os.environ), **_ENVIRONMENT, **no_proxy, **uploads},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Away from the terminal's Ctrl-C: it stays until the summaries under way are on it.
            start_new_session=True,
        )
        assert self._popen.stdin is not None
        self._popen.stdin.write(self._settings.model_dump_json().encode() + b"\n")
        self._popen.stdin.flush()

    def told(self) -> str:
        """Wait until it is up; return what the console shall say of it. Empty if it ended before."""
        assert self._popen.stdout is not None
        return self._popen.stdout.read().decode().strip()

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._popen.poll() is None

    def stop(self) -> None:
        """End it and everything it started; its uploads are gone."""
        if self.is_alive():
            self._popen.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(_END_S)
        kill_session(self._popen.pid)
        self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout):
            if stream is not None:
                stream.close()
        remove_folders(self._settings.app.port)


def _without_key(environ: Mapping[str, str]) -> dict[str, str]:
    """The process gets it with its settings; a library that tells its environment must not tell this."""
    return {name: value for name, value in environ.items() if name != KEYS_VARIABLE}


def page_guards(hosts: "Hosts") -> "list[Middleware]":
    """What stands before Gradio, the outermost first."""
    from starlette.middleware import Middleware

    from serving.guards import connections
    from serving.guards.bodies import BodyGuard
    from serving.guards.hosts import HostGuard
    from ui.doors import MAX_JSON_BYTES, MAX_UPLOAD_BYTES, UPLOAD_ROUTE, Doors

    connections.install()
    return [
        Middleware(HostGuard, hosts=hosts),
        Middleware(
            BodyGuard,
            max_bytes=lambda path: MAX_UPLOAD_BYTES if path == UPLOAD_ROUTE else MAX_JSON_BYTES,
            streams=(UPLOAD_ROUTE,),
        ),
        Middleware(Doors),
    ]


def launch(settings: PageSettings) -> "tuple[gr.Blocks, list[str]]":
    """Serve the page; return it and what the console shall say."""
    from serving.guards.hosts import Hosts, host_name
    from ui.client import SummarizerClient
    from ui.login import password_check
    from ui.looks import launch_options
    from ui.page import PageConfig, build_page
    from ui.sessions import make_sessions_light

    app, login = settings.app, settings.login
    config = PageConfig(is_shared=app.share, allow_urls=app.allow_urls)
    page = build_page(SummarizerClient(settings.serving_url, app.own_key), config)
    # With share, Gradio prints its own lines whatever `quiet` says; they hold the reason when there is no link.
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        auth = login if login is None or app.auth else password_check(*login)
        hosts = Hosts(app.host, settings.allowed_hosts)
        options = launch_options(allow_urls=app.allow_urls, auth=auth, guards=page_guards(hosts))
        page.launch(server_name=app.host, server_port=app.port, root_path=app.root_path, share=app.share, **options)
        make_sessions_light(page)
        hosts.add(host_name(urlsplit(page.share_url or "").netloc))
    lines = [f"Open:     {settings.open_url}"]
    if app.share:
        problem = "" if page.share_url else _why_no_link(printed.getvalue())
        config.sharing.url, config.sharing.login, config.sharing.problem = page.share_url or "", login, problem
        lines.append(f"Public:   {page.share_url or problem}")
    if login is not None:
        lines.append(f"Login:    {login[0]} / {login[1]}")
    return page, lines


def _why_no_link(printed: str) -> str:
    """What Gradio printed about a link that it could not make, in plain words."""
    if "Missing file" in printed:
        why = "the helper program that Gradio downloads for it is not on this machine"
    elif "Checksum mismatch" in printed:
        why = "the helper program that Gradio downloaded for it is damaged"
    else:
        why = "Gradio's sharing service cannot be reached from this machine"
    return f"There is no public link: {why}. The page works on this computer."


def main() -> None:
    """Serve until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # Whatever else is printed is no message to `app.py`.
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # Not installed; Gradio looks for it before and after each event, which takes 2 ms.
    sys.modules["matplotlib"] = None  # type: ignore[assignment]  # the import system's way to say "not there"
    settings = PageSettings.model_validate_json(sys.stdin.readline())
    page, lines = launch(settings)
    with told:
        told.write("\n".join(lines))
    threading.Thread(target=_on_parents_end, args=(stop,), daemon=True).start()
    stop.wait()
    # A page that is kept busy ends all the same.
    threading.Timer(_END_S, os._exit, [0]).start()
    page.close(verbose=False)
    remove_folders(settings.app.port)
    os._exit(0)


def _on_parents_end(stop: threading.Event) -> None:
    os.read(0, 1)
    stop.set()


if __name__ == "__main__":
    main()
