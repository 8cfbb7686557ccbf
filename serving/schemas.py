"""The wire: every JSON body that goes in or out, and the events of the streaming route.

Offsets are in characters (Unicode code points) of the summary, or of the article as it was read: the answer's
`article`, or the text as it was sent where that is null. `end` is exclusive.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from serving.engine.interface import GenerationParams, Precision
from serving.text.evidence import SentenceEvidence, UnsupportedFact

Method = Literal["auto", "abstractive", "extractive"]
MethodUsed = Literal["abstractive", "extractive"]
Format = Literal["paragraph", "bullets"]
ModelState = Literal["absent", "downloading", "loading", "ready", "failed"]

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def _replace_lone_surrogates(value: Any) -> Any:
    # JSON can spell half of a surrogate pair ("\ud83d"); pydantic would refuse such a str, and echoing it back
    # could not be encoded. One character for one character, so that offsets stay true.
    return _LONE_SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_replace_lone_surrogates)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SummarizeRequest(_Strict):
    """Body of `POST /summarize` and `POST /summarize/stream`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "text": "HOUSTON -- Men have landed and walked on the moon. Two Americans ...",
                    "max_words": 60,
                },
                {"text": "...", "max_length": 150, "format": "bullets", "method": "extractive"},
            ]
        }
    )

    text: Annotated[Text, Field(description="The article.")]
    max_length: Annotated[
        int | None, Field(ge=1, description="Longest summary in tokens, as in transformers (default 150).")
    ] = None
    max_words: Annotated[int | None, Field(ge=1, le=5000, description="Longest summary in words.")] = None
    format: Annotated[Format, Field(description="One paragraph, or one finished sentence a bullet.")] = "paragraph"
    method: Annotated[
        Method,
        Field(description="`abstractive`: the model writes. `extractive`: key sentences. `auto`: the best at hand."),
    ] = "auto"


class Span(BaseModel):
    """A part of the article."""

    start: int
    end: int


class SummaryResponse(BaseModel):
    """A finished summary."""

    summary: str
    method: MethodUsed
    model: Annotated[str | None, Field(description="The model that wrote it; null for key sentences.")]
    parameters: Annotated[
        GenerationParams | None, Field(description="What the model was run with; null for key sentences.")
    ]
    precision: Annotated[Precision | None, Field(description="What the model was run in; null for key sentences.")] = (
        None
    )
    prefix: Annotated[str | None, Field(description="Text that the model got before every part of the article.")] = None
    finish_reason: Annotated[
        Literal["stop", "length"],
        Field(description="`length`: the limit cut it; `stop`: it ended by itself."),
    ]
    num_input_words: int
    num_input_tokens: Annotated[int | None, Field(description="Null where no tokenizer was in use.")]
    num_summary_words: int
    num_summary_tokens: int | None
    parts: Annotated[int, Field(description="Parts that the article was read in.")]
    elapsed_s: Annotated[float, Field(description="From the start of the work to the summary, without the wait.")]
    model_text: Annotated[
        str | None,
        Field(description="The model's text before its sentences were tidied; null for key sentences."),
    ]
    article: Annotated[
        str | None,
        Field(
            description="The article as it was read, broken lines put together and markup left out; "
            "offsets of sources refer to it. Null where that is the text as it was sent."
        ),
    ]
    evidence: list[SentenceEvidence]
    cuts: Annotated[
        list[Span],
        Field(description="What key sentences leave out of the article's sentences; empty for the model's summaries."),
    ]
    unsupported: list[UnsupportedFact]
    notes: Annotated[list[str], Field(description="What the reader should know, in whole sentences.")]


class QueuedEvent(BaseModel):
    """`queued`: the request waits at this place; 1 is next."""

    position: int


class ProgressEvent(BaseModel):
    """`progress`: part `part` of `parts` is being read or written; `num_tokens` were written so far."""

    part: int
    parts: int
    num_tokens: int


class DraftEvent(BaseModel):
    """`draft`: the best beam's text so far; each draft replaces the one before."""

    text: str


class ErrorResponse(BaseModel):
    """Every error: a word for machines and a sentence for people that says what to do next."""

    error: str
    message: str
    fields: Annotated[dict[str, str], Field(description="What is wrong with which field (422).")] = {}
    retry_after_s: int | None = None


class HFGenerateParameters(_Strict):
    """`generate_parameters` that are understood; each as in `transformers.GenerationConfig`."""

    max_length: Annotated[int | None, Field(ge=1)] = None
    max_new_tokens: Annotated[int | None, Field(ge=1)] = None
    min_length: Annotated[int | None, Field(ge=0)] = None
    num_beams: Annotated[int | None, Field(ge=1, le=8)] = None
    repetition_penalty: Annotated[float | None, Field(gt=0, le=100)] = None
    length_penalty: Annotated[float | None, Field(ge=-100, le=100)] = None
    early_stopping: bool | None = None
    no_repeat_ngram_size: Annotated[int | None, Field(ge=0, le=512)] = None
    do_sample: Annotated[Literal[False] | None, Field(description="Nothing is ever sampled.")] = None
    temperature: Annotated[float | None, Field(description="Means nothing where nothing is sampled.")] = None
    top_k: int | None = None
    top_p: float | None = None


class HFParameters(HFGenerateParameters):
    """`parameters` of the Hugging Face summarization task; older clients put the `generate_parameters` here."""

    clean_up_tokenization_spaces: bool | None = None
    truncation: Literal["do_not_truncate", "longest_first", "only_first", "only_second"] | None = None
    generate_parameters: dict[str, Any] | None = None


class HFRequest(_Strict):
    """Body of `POST /summarization`, as `huggingface_hub.InferenceClient` sends it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"inputs": "HOUSTON -- Men have landed ...", "parameters": {"generate_parameters": {}}}]
        }
    )

    inputs: Text | Annotated[list[Text], Field(min_length=1, max_length=100)]
    parameters: HFParameters | None = None
    options: Annotated[dict[str, Any] | None, Field(description="`use_cache`, `wait_for_model`: no meaning here.")] = (
        None
    )


class HFSummary(BaseModel):
    """One answer of `POST /summarization`."""

    summary_text: str


class Limits(BaseModel):
    """The bounds in force, of each replica."""

    max_article_chars: int
    max_length_tokens: int
    max_running: int
    max_waiting: int
    request_timeout_s: float


class Queue(BaseModel):
    """How busy the deployment is, all replicas together."""

    num_running: int
    num_waiting: int


class Replicas(BaseModel):
    """The deployment's replicas, as far as they are known to one of them."""

    num_running: int
    num_ready: Annotated[int, Field(description="Those that have their model.")]
    num_places: Annotated[int, Field(description="Requests that may run or wait at a time, all replicas together.")]


class StatusResponse(BaseModel):
    """Answer of `GET /status`."""

    model: Annotated[str, Field(description="Model id or folder that was asked for.")]
    method: Annotated[MethodUsed, Field(description="What `auto` uses now.")]
    model_state: ModelState
    model_reason: Annotated[
        str | None, Field(description="Why there is no model, or one that runs other than was asked, in plain words.")
    ] = None
    model_step: Annotated[str | None, Field(description="What goes on while it is loading, and how far.")] = None
    downloaded_bytes: int | None = None
    total_bytes: int | None = None
    retry_in_s: Annotated[float | None, Field(description="Seconds to the next attempt, after a failure.")] = None
    engine: Annotated[str | None, Field(description="What runs the model: `onnxruntime` or `transformers`.")] = None
    precision: Annotated[Precision | None, Field(description="What the model is run in.")] = None
    parameters: Annotated[
        GenerationParams | None, Field(description="What the model is run with where a request says nothing.")
    ] = None
    prefix: Annotated[str | None, Field(description="Text that the model gets before every article.")] = None
    limits: Limits
    queue: Queue
    replicas: Replicas
    versions: dict[str, str]


class HealthResponse(BaseModel):
    """Answer of `GET /health`."""

    status: Literal["ok"] = "ok"


class ReadyResponse(BaseModel):
    """Answer of `GET /ready`: a summary was made by `method` in a warm-up run."""

    ready: bool
    method: MethodUsed
