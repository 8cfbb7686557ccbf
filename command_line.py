"""The command line and the environment, read into typed settings; what is wrong with them is one sentence."""

import argparse
import re
from types import NoneType, UnionType
from typing import Annotated, Any, NoReturn, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from serving.config import ServingConfig

ENV_PREFIX = "NUTSHELL_"

_KEY = re.compile(r"[\w.~+/-]{16,}=*", re.ASCII)


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
    no_auth: Annotated[
        bool,
        Field(
            description="Let everyone in: with --share who has the link, "
            "with --serving-host beyond this machine who reaches the API."
        ),
    ] = False
    api_key: Annotated[
        str | None,
        Field(
            repr=False,
            description="Key that the API asks for, at least 16 characters; several with commas. "
            "NUTSHELL_API_KEY hides it better: anyone on this machine can read a command line.",
        ),
    ] = None
    root_path: Annotated[
        str,
        Field(
            pattern=r"^(/[\w.~-]+)*$",
            description="Path of the page behind a proxy, such as /nutshell for https://news.example/nutshell/.",
        ),
    ] = ""
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

    @field_validator("api_key")
    @classmethod
    def _are_keys(cls, api_key: str | None) -> str | None:
        # What RFC 6750 lets a header carry; the length is more than anyone guesses.
        if api_key is not None and not all(_KEY.fullmatch(key.strip()) for key in api_key.split(",")):
            raise ValueError("each key needs at least 16 letters, figures or any of -._~+/=")
        return api_key

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

    @property
    def own_key(self) -> str | None:
        """The key that the page and the console send themselves: the first."""
        return self.api_key.split(",")[0].strip() if self.api_key else None


class UserError(Exception):
    """Something that the person at the command line can mend; the message says how."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if message.endswith("expected one argument"):
            message += "; one that begins with a dash is joined to its option: --option=-value"
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
    if command == "run" and serving.is_public and not (app.serving_url or app.api_key or app.no_auth):
        raise UserError(
            f"With --serving-host {serving.serving_host} other machines reach the API. Set {ENV_PREFIX}API_KEY to the "
            "key that they must know, or let everyone in with --no-auth."
        )
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
    given = "" if problem["loc"][0] == "api_key" else f" {problem['input']!r}"
    return f"{flag}{given}: {message}. Run 'python app.py --help' to see what it takes."
