"""Nutshell: paste an article, get a summary.

Starts a Ray Serve deployment (room `serving/`, in a process of its own) and a Gradio page (room `ui/`) that sends
articles to it over HTTP. The only file that knows both rooms.
"""

import argparse
import contextlib
import io
import os
import signal
import socket
import sys
import threading
import time
from types import FrameType, NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from serving.config import ServingConfig
from serving.engine.cache import cache_size_bytes, clean_cache
from serving.model_files import ModelFilesError, check_model_dir
from serving.process import ServingProcess, forget_detached, is_forgotten, log_path
from ui.client import Status, SummarizerClient, SummarizerError
from ui.login import make_password, password_check

if TYPE_CHECKING:
    import gradio as gr

ENV_PREFIX = "NUTSHELL_"
_POLL_S = 0.5
_START_TIMEOUT_S = 120.0


class AppConfig(BaseModel):
    """Settings of the page and of how things are started; `ServingConfig` holds the summarizer's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[str, Field(min_length=1, description="Address that the page listens on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535, description="Port of the page.")] = 7860
    share: Annotated[bool, Field(description="Make a public link to the page; asks visitors for a login.")] = False
    auth: Annotated[
        str | None,
        Field(description="Login of the page, as user:password (made up with --share)."),
    ] = None
    no_auth: Annotated[bool, Field(description="With --share: let everyone in who has the link.")] = False
    allow_urls: Annotated[
        bool, Field(description="Let the page open public web addresses that are pasted, to read the article there.")
    ] = False
    serving_url: Annotated[
        str | None,
        Field(description="Page only: use the summarizer that runs at this address."),
    ] = None
    no_ui: Annotated[bool, Field(description="Summarizer only, no page.")] = False
    detach: Annotated[bool, Field(description="Let the summarizer run on when this ends; `app.py stop` ends it.")] = (
        False
    )

    @field_validator("auth")
    @classmethod
    def _has_user_and_password(cls, auth: str | None) -> str | None:
        if auth is not None and not all(auth.partition(":")):
            raise ValueError("a user and a password are needed, as user:password")
        return auth

    @field_validator("serving_url")
    @classmethod
    def _is_http(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("an address such as http://127.0.0.1:8000 is needed")
        return url

    @model_validator(mode="after")
    def _make_sense_together(self) -> "AppConfig":
        if self.serving_url and (self.no_ui or self.detach):
            raise ValueError("--serving-url starts a page only, so it does not go with --no-ui or --detach")
        if self.no_auth and self.auth:
            raise ValueError("--auth and --no-auth contradict each other; choose one")
        if self.share and self.no_ui:
            raise ValueError("--share needs the page, so it does not go with --no-ui")
        return self


class UserError(Exception):
    """Something that the person at the command line can mend; the message says how."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"app.py: {message}. Run 'python app.py --help' to see every option.\n")


def parse_command_line(argv: list[str], environ: dict[str, str]) -> tuple[str, AppConfig, ServingConfig]:
    """Read flags and environment variables (flags win) into the command and the two configurations.

    Raises:
        UserError: an unknown or impossible setting.
        SystemExit: for --help, and for what argparse refuses.
    """
    parser = _Parser(
        prog="app.py",
        description="Paste a news article, get a summary. Starts the summarizer and the page; Ctrl-C stops both.",
        epilog=f"Each option is also read from the environment: --serving-port is {ENV_PREFIX}SERVING_PORT. "
        "`python app.py stop` ends a summarizer that --detach left running; `clean` deletes converted models.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "command", nargs="?", choices=["run", "stop", "clean"], default="run", help="what to do (default: run)"
    )
    for model in (AppConfig, ServingConfig):
        _add_flags(parser.add_argument_group("page" if model is AppConfig else "summarizer"), model)
    given = {name: value for name, value in vars(parser.parse_args(argv)).items() if value is not None}
    command = given.pop("command")
    values = {**_from_environment(environ), **given}
    try:
        app = AppConfig(**{name: values[name] for name in AppConfig.model_fields if name in values})
        serving = ServingConfig(**{name: values[name] for name in ServingConfig.model_fields if name in values})
    except ValidationError as error:
        raise UserError(_sentence(error)) from None
    return command, app, serving


def _add_flags(group: argparse._ArgumentGroup, model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        flag = "--" + name.replace("_", "-")
        if field.annotation is bool:
            group.add_argument(flag, action="store_true", default=None, help=field.description)
        else:
            default = "" if field.default is None else f" (default: {field.default})"
            group.add_argument(flag, metavar=_metavar(field.annotation), help=f"{field.description}{default}")


def _metavar(annotation: Any) -> str:
    kinds = get_args(annotation) if get_origin(annotation) is UnionType else (annotation,)
    kind = next(kind for kind in kinds if kind is not NoneType)
    return {int: "N", float: "SECONDS"}.get(kind, "TEXT")


def _from_environment(environ: dict[str, str]) -> dict[str, str]:
    names = {*AppConfig.model_fields, *ServingConfig.model_fields}
    values = {}
    for key, value in environ.items():
        if key.startswith(ENV_PREFIX):
            name = key.removeprefix(ENV_PREFIX).lower()
            if name not in names:
                raise UserError(f"The environment variable {key} is no setting of Nutshell. Unset it, or check --help.")
            values[name] = value
    return values


def _sentence(error: ValidationError) -> str:
    problem = error.errors()[0]
    message = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return f"{message}."
    flag = "--" + str(problem["loc"][0]).replace("_", "-")
    return f"{flag} {problem['input']!r}: {message}. Run 'python app.py --help' to see what it takes."


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
            "ready": f"The model {status.model} is ready.",
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

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    process = None if app.serving_url else _start_serving(app, serving)
    page: gr.Blocks | None = None
    try:
        url = app.serving_url or _local_url(serving)
        if not app.no_ui:
            page = _launch_page(app, url, process)
        if process is not None:
            say(f"API:      {url}/docs")
            say(f"Log:      {log_path(serving.serving_port)}")
        return _watch(app, serving, url, process, stop)
    finally:
        if page is not None:
            page.close(verbose=False)
        if process is not None and not app.detach:
            say("Stopping …")
            process.stop()


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


def _launch_page(app: AppConfig, url: str, process: ServingProcess | None) -> "gr.Blocks":
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    # A proxy for the outside must not stand between the page and its own machine.
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1,localhost,::1"]))
    from ui.looks import launch_options
    from ui.page import PageConfig, build_page

    login = _login(app)
    is_alive = None if process is None else process.is_alive
    config = PageConfig(is_shared=app.share, allow_urls=app.allow_urls, is_alive=is_alive)
    page = build_page(SummarizerClient(url), config)
    # With share, Gradio prints its own lines whatever `quiet` says; they hold the reason when there is no link.
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        auth = login if login is None or app.auth else password_check(*login)
        options = launch_options(allow_urls=app.allow_urls, auth=auth)
        page.launch(server_name=app.host, server_port=app.port, share=app.share, **options)
    say(f"Open:     {_url(app.host, app.port)}")
    if app.share:
        problem = "" if page.share_url else _why_no_link(printed.getvalue())
        config.sharing.url, config.sharing.login, config.sharing.problem = page.share_url or "", login, problem
        say(f"Public:   {page.share_url or problem}")
    if login is not None:
        say(f"Login:    {login[0]} / {login[1]}")
    return page


def _login(app: AppConfig) -> tuple[str, str] | None:
    if app.auth:
        user, _, password = app.auth.partition(":")
        return user, password
    if app.share and not app.no_auth:
        # Whoever has the link can use this machine, so a link alone is not enough.
        return "guest", make_password()
    return None


def _why_no_link(printed: str) -> str:
    """What Gradio printed about a link that it could not make, in plain words."""
    if "Missing file" in printed:
        why = "the helper program that Gradio downloads for it is not on this machine"
    elif "Checksum mismatch" in printed:
        why = "the helper program that Gradio downloaded for it is damaged"
    else:
        why = "Gradio's sharing service cannot be reached from this machine"
    return f"There is no public link: {why}. The page works on this computer."


def _watch(
    app: AppConfig, serving: ServingConfig, url: str, process: ServingProcess | None, stop: threading.Event
) -> int:
    """Report the summarizer's state until asked to stop."""
    client = SummarizerClient(url)
    console = Console()
    started = time.monotonic()
    was_up = False
    say("Starting the summarizer; Ctrl-C stops everything." if process else "Ctrl-C stops the page.")
    while not stop.wait(_POLL_S):
        if process is not None and not process.is_alive():
            if not was_up:
                raise UserError(f"The summarizer could not start. Its log says why: {log_path(serving.serving_port)}")
            if app.detach and is_forgotten(serving.serving_port):
                say("The summarizer was stopped.")
                return 0
            # It was well before, so this is an accident; what fails at its start would only fail again.
            say("The summarizer ended unexpectedly; starting it again.")
            process.restart()
            started, was_up = time.monotonic(), False
        try:
            console.tell(client.status())
            was_up = True
        except SummarizerError:
            if process is not None and not was_up and time.monotonic() - started > _START_TIMEOUT_S:
                raise UserError(f"The summarizer does not start. Its log: {log_path(serving.serving_port)}") from None
        if was_up and app.detach and app.no_ui:
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
    process.stop()
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
