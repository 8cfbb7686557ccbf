"""Every setting of the serving side: one line each, with its type, bound, unit and a sentence.

`app.py` makes a command-line flag and an environment variable of each field; a Serve config file gives the same
names as `args`. Unknown names are refused.
"""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from serving.addresses import is_loopback
from serving.engine.interface import Precision
from serving.model_settings import TUTORIAL_MODEL, SettingsChoice

DEFAULT_MODEL = TUTORIAL_MODEL

DEFAULT_MAX_LENGTH_TOKENS = 150
"""`max_length` where a request names neither `max_length` nor `max_words` (transformers' unit: tokens)."""

ROUTES = ("/summarize", "/summarize/stream", "/summarization", "/router", "/status", "/health", "/ready", "/metrics")
"""The API's, beside the deployment's own."""


class ServingConfig(BaseModel):
    """Settings of one Summarizer application; read once at the edge and passed inward."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Annotated[
        str, Field(min_length=1, description="Hugging Face model id, or a folder that holds a seq2seq model.")
    ] = DEFAULT_MODEL
    engine: Annotated[
        Literal["auto", "onnxruntime", "transformers"],
        Field(
            description="Library that computes. onnxruntime runs T5 models, on the CPU; transformers runs all, on a "
            "GPU where PyTorch sees one; auto takes onnxruntime where it can, which is faster even so."
        ),
    ] = "auto"
    precision: Annotated[
        Precision,
        Field(
            description="fp32 gives exactly transformers' tokens; int8 is smaller and faster, and words most "
            "summaries otherwise: of a small trained T5's, 11 of 60 stayed the same (ROUGE-1 against the editors' "
            "20.9, fp32 20.7)."
        ),
    ] = "fp32"
    settings: Annotated[
        SettingsChoice,
        Field(
            description="Prefix and decoding settings where a request names none: the tutorial's, the model's own, or "
            "auto: the tutorial's for its model and its copies, else the model's own."
        ),
    ] = "auto"
    deployment_name: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,62}$",
            description="Name of the Ray Serve deployment and of its GET route.",
        ),
    ] = "Summarizer"
    serving_host: Annotated[str, Field(min_length=1, description="Address that the HTTP API listens on.")] = "127.0.0.1"
    allowed_host: Annotated[
        str,
        Field(
            description="Further names by which page and API may be called, separated by commas; * for any. "
            "Others are refused, so that no web site can use them."
        ),
    ] = ""
    serving_port: Annotated[int, Field(ge=1, le=65_535, description="Port of the HTTP API.")] = 8000
    num_replicas: Annotated[
        Annotated[int, Field(ge=1, le=64)] | Literal["auto"],
        Field(description="Copies of the deployment; `auto` starts and ends them as articles come."),
    ] = 1
    min_replicas: Annotated[int, Field(ge=1, le=64, description="With `auto`: fewest copies.")] = 1
    max_replicas: Annotated[
        int | None,
        Field(ge=1, le=64, description="With `auto`: most copies (default: as many as this machine's cores allow)."),
    ] = None
    scale_down_s: Annotated[
        float, Field(ge=1, le=86_400, description="With `auto`: for how long a copy must be too many before it ends.")
    ] = 120.0
    max_replicas_per_node: Annotated[
        int | None, Field(ge=1, le=64, description="On a cluster: most copies on one machine.")
    ] = None
    num_threads: Annotated[
        int | None,
        Field(ge=1, le=256, description="CPU cores of each replica (default: this machine's, shared out)."),
    ] = None
    max_article_chars: Annotated[
        int, Field(ge=100, le=2_000_000, description="Longest article, in characters; longer ones get a 413.")
    ] = 200_000
    max_length_tokens: Annotated[
        int, Field(ge=8, le=4096, description="Largest `max_length` that a request may ask for, in tokens.")
    ] = 512
    max_running: Annotated[
        int,
        Field(ge=1, le=256, description="Most articles in work at once, if the engine can share that far."),
    ] = 16
    max_waiting: Annotated[
        int,
        Field(ge=0, le=10_000, description="Most articles that wait for a place; the next one gets a 429."),
    ] = 32
    request_timeout_s: Annotated[
        float,
        Field(gt=0, le=86_400, description="Longest time for one summary, its wait included; then a 504."),
    ] = 900.0
    drain_s: Annotated[
        float, Field(ge=0, le=3600, description="How long summaries under way may go on when everything is stopped.")
    ] = 30.0

    @field_validator("deployment_name")
    @classmethod
    def _keep_off_our_routes(cls, name: str) -> str:
        if f"/{name}" in {*ROUTES, "/docs", "/redoc"}:
            raise ValueError(f"'{name}' is a route of the API already; choose another name")
        return name

    @model_validator(mode="after")
    def _int8_needs_onnxruntime(self) -> "ServingConfig":
        if self.precision == "int8" and self.engine == "transformers":
            raise ValueError("int8 is onnxruntime's; choose another engine or fp32")
        return self

    @model_validator(mode="after")
    def _bound_replicas(self) -> "ServingConfig":
        if self.num_replicas == "auto" and self.most_replicas < self.min_replicas:
            raise ValueError(f"at most {self.most_replicas} copies fit, fewer than --min-replicas {self.min_replicas}")
        return self

    @property
    def most_replicas(self) -> int:
        """How many replicas there may be at a time."""
        if self.num_replicas != "auto":
            return self.num_replicas
        return self.max_replicas or min(64, max(1, (os.cpu_count() or 1) // (self.num_threads or 1)))

    @property
    def is_alone(self) -> bool:
        """Whether there is one replica and never another."""
        return self.num_replicas == 1

    @property
    def is_public(self) -> bool:
        """Whether the API can be reached from other machines."""
        return not is_loopback(self.serving_host)

    @property
    def replica_cpus(self) -> int:
        """CPU cores, and so threads, of one replica."""
        return self.num_threads or max(1, (os.cpu_count() or 1) // self.most_replicas)

    @property
    def max_body_bytes(self) -> int:
        """Bytes that a JSON body of `max_article_chars` can need: every character as an escaped pair, and room."""
        return 12 * self.max_article_chars + 16_384

    @property
    def model_name(self) -> str:
        """What answers call the model: its hub id, or its folder's name without the path to it."""
        return self.model if self.local_model_dir is None else self.local_model_dir.name

    @property
    def local_model_dir(self) -> Path | None:
        """The model as a folder, or None where `model` is a hub id.

        A folder is what exists as one, or is spelled like a path: `/x`, `./x`, `../x`, `~/x`.
        """
        path = Path(self.model).expanduser()
        spelled_as_path = self.model.startswith(("/", "./", "../", "~")) or self.model in {".", ".."}
        return path.resolve() if spelled_as_path or path.is_dir() else None
