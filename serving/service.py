"""One replica's work, without HTTP or Ray: who gets a place, which method answers, and how a request ends.

The path of one request: `admit` (checks, a place in the gate or 429) -> `Job.run` (waits for its turn, then a
worker thread runs the pipeline) -> an answer. Cancelling `Job.run` sets `stop`, which ends the engine's work within
one decode step.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import get_args

from serving.config import ServingConfig
from serving.errors import (
    ArticleTooLongError,
    InvalidRequestError,
    NotReadyError,
    NotSummarizableError,
    RequestTimeoutError,
    ServingError,
)
from serving.gate import Gate, Place
from serving.metrics import Measured, Recorder, record_nothing
from serving.model_loader import WARM_UP_TEXT, ModelLoader
from serving.schemas import (
    DraftEvent,
    Limits,
    Method,
    MethodUsed,
    ModelState,
    Queue,
    QueuedEvent,
    Replicas,
    StatusResponse,
    SummaryResponse,
)
from serving.summarizer import Event, SummaryTask, check_text, summarize_abstractive, summarize_extractive
from serving.text.language import UNDETERMINED, detect_language

_NUM_EXTRACTIVE_THREADS = 2
_NOT_READY_RETRY_AFTER_S = 10
_PACKAGES = ("ray", "fastapi", "onnxruntime", "transformers", "torch")


class Mailbox:
    """Events on their way to a stream: of each kind only the latest, so a slow reader never makes a queue grow."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._latest: dict[type, QueuedEvent | Event] = {}
        self._posted = asyncio.Event()

    def post(self, event: QueuedEvent | Event) -> None:
        """Put an event in; from any thread."""
        self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: QueuedEvent | Event) -> None:
        self._latest[type(event)] = event
        self._posted.set()

    async def posted(self) -> None:
        """Wait until there is an event."""
        await self._posted.wait()

    def take(self) -> list[QueuedEvent | Event]:
        """Take all events out, oldest kind first."""
        events = list(self._latest.values())
        self._latest.clear()
        self._posted.clear()
        return events


class Job:
    """One admitted request. It holds a place from the start; `run` or `close` gives the place back."""

    def __init__(
        self,
        *,
        place: Place,
        work: Callable[[], SummaryResponse],
        stop: threading.Event,
        executor: ThreadPoolExecutor,
        timeout_s: float,
        measured: Measured,
    ) -> None:
        self._place = place
        self._work = work
        self._stop = stop
        self._executor = executor
        self._timeout_s = timeout_s
        self._measured = measured

    async def run(self) -> SummaryResponse:
        """Wait for the turn and do the work.

        Raises:
            RequestTimeoutError: waiting and working took longer than the limit; the work was stopped.
        """
        with self._measured.outcome():
            try:
                async with asyncio.timeout(self._timeout_s), self._place:
                    self._measured.begin()
                    answer = await asyncio.get_running_loop().run_in_executor(self._executor, self._work)
            except TimeoutError:
                raise RequestTimeoutError(
                    f"The summary was not finished within {self._timeout_s:g} s, so it was stopped. "
                    "Try a shorter article, or try again when fewer people are waiting."
                ) from None
            finally:
                self.close()
            self._measured.done(answer)
            return answer

    def close(self) -> None:
        """Stop the work, if any goes on, and give the place back. Harmless when done before."""
        self._stop.set()
        self._place.leave()


class SummarizerService:
    """Everything that one replica keeps in memory. Its methods belong to one event loop."""

    def __init__(self, config: ServingConfig, loader: ModelLoader, record: Recorder = record_nothing) -> None:
        self.config = config
        self.loader = loader
        self._record = record
        self.extractive_ready = False
        self._extractive_gate = Gate(max_running=_NUM_EXTRACTIVE_THREADS, max_waiting=config.max_waiting)
        self._abstractive_gate: Gate | None = None
        self._executor = ThreadPoolExecutor(
            max_workers=config.max_running + _NUM_EXTRACTIVE_THREADS, thread_name_prefix="summarize"
        )

    async def start(self) -> None:
        """Warm the extractive path up with a real run, then begin to bring the model in."""
        await asyncio.get_running_loop().run_in_executor(
            self._executor, summarize_extractive, SummaryTask(WARM_UP_TEXT)
        )
        self.extractive_ready = True
        self.loader.start()

    def close(self) -> None:
        """Free the model and the threads."""
        self.loader.close()
        self._executor.shutdown(wait=False, cancel_futures=True)

    @property
    def method(self) -> MethodUsed:
        """What `auto` uses now."""
        return "extractive" if self.loader.engine is None else "abstractive"

    def admit(
        self,
        task: SummaryTask,
        method: Method,
        on_event: Callable[[QueuedEvent | Event], None] | None = None,
        *,
        text_field: str = "text",
    ) -> Job:
        """Check a request and give it a place.

        Args:
            task: what is asked; its text as it came in.
            method: which way to summarize.
            on_event: told what goes on, from any thread.
            text_field: what the client calls the article, for a 422 to name.

        Raises:
            ArticleTooLongError: more characters than the limit.
            InvalidRequestError: the text holds no word, or `max_length` is over the limit.
            NotReadyError: `abstractive` was asked for and there is no model yet.
            BusyError: all places are taken.
        """
        self._check(task, text_field)
        stop = threading.Event()
        use, note = self._choose(task, method)
        measured = Measured(self._record, use)

        def post(event: QueuedEvent | Event) -> None:
            if isinstance(event, DraftEvent):
                measured.saw_draft()
            if on_event is not None:
                on_event(event)

        try:
            gate = self._gate_of_model() if use == "abstractive" else self._extractive_gate
            place = gate.enter(lambda position: post(QueuedEvent(position=position)))
        except ServingError as error:
            measured.ended(error.error)
            raise
        work: Callable[[], SummaryResponse]
        if use == "abstractive":
            write = partial(self._abstractive, task, stop, post)
            work = write if method == "abstractive" else partial(_or_key_sentences, write, task)
        else:
            work = partial(summarize_extractive, task, notes=[note] if note else [])
        return Job(
            place=place,
            work=work,
            stop=stop,
            executor=self._executor,
            timeout_s=self.config.request_timeout_s,
            measured=measured,
        )

    def _choose(self, task: SummaryTask, method: Method) -> tuple[MethodUsed, str | None]:
        """Return the method to use, and a note for the reader where it is not what was to be expected."""
        if method != "auto":
            return method, None
        # The tutorial's routes (tidy=False) give what the model makes of anything, as the tutorial does.
        if self.method == "abstractive" and self.loader.writes_english_only and task.tidy:
            language = detect_language(task.text)
            if language not in {"en", UNDETERMINED}:
                return "extractive", "The model writes English only, so these are the article's key sentences."
        return self.method, None

    def _check(self, task: SummaryTask, text_field: str) -> None:
        limit = self.config.max_article_chars
        if len(task.text) > limit:
            raise ArticleTooLongError(
                f"The article has {len(task.text):,} characters; the limit is {limit:,}. "
                "Shorten it, or send it in pieces."
            )
        if task.max_length is not None and task.max_length > self.config.max_length_tokens:
            raise InvalidRequestError(
                f"max_length is {task.max_length}; the most is {self.config.max_length_tokens} tokens.",
                fields={"max_length": f"at most {self.config.max_length_tokens}"},
            )
        check_text(task.text, field=text_field)

    def no_model(self) -> NotReadyError:
        """Why there is no model, and when to ask again."""
        status = self.loader.status
        why = status.reason or "The model is still being loaded."
        return NotReadyError(
            f"{why} Until then, ask for key sentences with method=extractive.",
            retry_after_s=max(_NOT_READY_RETRY_AFTER_S, round(status.retry_in_s() or 0)),
        )

    def _gate_of_model(self) -> Gate:
        engine = self.loader.engine
        if engine is None:
            raise self.no_model()
        if self._abstractive_gate is None:
            self._abstractive_gate = Gate(
                max_running=min(self.config.max_running, engine.max_running),
                max_waiting=self.config.max_waiting,
            )
        return self._abstractive_gate

    def _abstractive(self, task: SummaryTask, stop: threading.Event, post: Callable[[Event], None]) -> SummaryResponse:
        engine = self.loader.engine
        assert engine is not None, "the gate opened without an engine"
        return summarize_abstractive(
            task,
            engine,
            model=self.config.model_name,
            max_length_tokens=self.config.max_length_tokens,
            stop=stop,
            on_event=post,
        )

    def _num_places(self) -> int:
        engine, config = self.loader.engine, self.config
        running = _NUM_EXTRACTIVE_THREADS if engine is None else min(config.max_running, engine.max_running)
        return running + config.max_waiting

    def _queue(self) -> Queue:
        gates = [gate for gate in (self._extractive_gate, self._abstractive_gate) if gate is not None]
        return Queue(
            num_running=sum(gate.num_running for gate in gates),
            num_waiting=sum(gate.num_waiting for gate in gates),
        )

    def record_state(self) -> None:
        """Tell the recorder how busy this replica is, and how far its model."""
        queue, model_state = self._queue(), self.loader.status.state
        self._record("nutshell_running", queue.num_running)
        self._record("nutshell_waiting", queue.num_waiting)
        for state in get_args(ModelState):
            self._record("nutshell_model_state", float(state == model_state), state=state)

    def status(self) -> StatusResponse:
        """What this replica is, does and allows."""
        config, model, engine = self.config, self.loader.status, self.loader.engine
        return StatusResponse(
            model=config.model_name,
            method=self.method,
            model_state=model.state,
            model_reason=model.reason,
            model_step=model.step,
            downloaded_bytes=model.downloaded_bytes,
            total_bytes=model.total_bytes,
            retry_in_s=model.retry_in_s(),
            engine=engine.name if engine else None,
            precision=engine.precision if engine else None,
            parameters=engine.default_params if engine else None,
            prefix=engine.prefix if engine else None,
            limits=Limits(**{name: getattr(config, name) for name in Limits.model_fields}),
            queue=self._queue(),
            replicas=Replicas(
                num_running=1, num_ready=int(self.method == "abstractive"), num_places=self._num_places()
            ),
            versions={name: _version(name) for name in _PACKAGES},
        )


def _or_key_sentences(write: Callable[[], SummaryResponse], task: SummaryTask) -> SummaryResponse:
    try:
        return write()
    except NotSummarizableError:
        return summarize_extractive(
            task, notes=["The language model cannot work with this article, so these are its key sentences."]
        )


@cache  # reading them takes 9 ms, and `/status` is asked for twice a second
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
