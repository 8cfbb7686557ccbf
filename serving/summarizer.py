"""The text pipeline: article -> parts -> engine -> one summary. Knows no HTTP and no Ray.

Everything here blocks, and is meant for a worker thread; `stop` ends it within one decode step.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace

from serving.config import DEFAULT_MAX_LENGTH_TOKENS
from serving.engine.interface import Engine, Generation, GenerationParams, GenerationStoppedError, NotFiniteError
from serving.errors import InvalidRequestError, NotSummarizableError, StoppedError
from serving.schemas import DraftEvent, Format, ProgressEvent, Span, SummaryResponse
from serving.text.chunking import Part, split_into_parts
from serving.text.clean import clean_article, count_words, has_words
from serving.text.evidence import SentenceEvidence, Source, UnsupportedFact, find_evidence, find_unsupported
from serving.text.key_sentences import key_sentences
from serving.text.normal import normal_form
from serving.text.sentences import split_sentences
from serving.text.shorten import Quote, cut_width
from serving.text.tidy import Tidied, drop_repeats, finish_sentences, is_finished, limit_words, to_bullets

Event = ProgressEvent | DraftEvent
OnEvent = Callable[[Event], None]

# Measured with T5's tokenizer on the evaluation articles' reference summaries: 1.45 tokens a word on average.
# A little room above it, because `limit_words` cuts what is too long and nothing lengthens what is too short.
_TOKENS_PER_WORD = 1.45
_WORD_LIMIT_SLACK = 1.15

_MIN_PART_TOKENS = 48
"""Least `max_length` for one part of a long article; less is seldom a whole sentence."""

_MAX_KEPT_SHARE = 0.6
"""Most of a text that key sentences may keep, so that a generous limit still gives a summary, not a copy."""
_SHORT_WORDS = 40
"""Up to here a text may come back whole."""
_WITHOUT_SPACES = ("。", "！", "？")
"""Sentence ends of scripts that put no space behind them."""

_DRAFT_INTERVAL_S = 0.3


@dataclass(frozen=True)
class SummaryTask:
    """What is asked of the pipeline.

    Attributes:
        text: the article as it came in.
        max_length: longest summary in tokens, None where the request does not say.
        max_words: longest summary in words, None where the request does not say.
        tidy: the model reads the article's normal form, and its summary ends in a whole sentence; False gives the model
            what came in and returns what it says, as the tutorial does.
        params: decoding settings other than the engine's default; `max_length` still counts.
    """

    text: str
    max_length: int | None = None
    max_words: int | None = None
    format: Format = "paragraph"
    tidy: bool = True
    params: GenerationParams | None = None


def check_text(text: str, *, field: str = "text") -> None:
    """Raise what a text without words deserves.

    Raises:
        InvalidRequestError: it holds no word (empty, white space, punctuation, emoji or markup only).
    """
    if not has_words(text):
        raise InvalidRequestError(
            "There are no words in this text. Paste an article of a few sentences.",
            fields={field: "holds no words"},
        )


def _read(text: str) -> str:
    """Return the article's normal form, which all that is said about an article refers to."""
    article = normal_form(text)
    check_text(article)
    return article


def summarize_extractive(task: SummaryTask, *, notes: Sequence[str] = ()) -> SummaryResponse:
    """Return the article's key sentences in article order, within the asked length.

    Args:
        task: what is asked.
        notes: what else the reader should know.

    Raises:
        InvalidRequestError: the article was nothing but markup.
    """
    started = time.monotonic()
    article = _read(task.text)
    num_words = count_words(article)
    asked = _asked_words(task)
    share = math.ceil(num_words * _MAX_KEPT_SHARE) if num_words > _SHORT_WORDS else num_words
    chosen = key_sentences(article, max_words=min(asked, share)).sentences
    if len(chosen) == 1 and chosen[0].is_cut and share < asked:
        # Of a few long sentences one may be more than that share, and what is asked for decides on its end.
        whole = count_words(chosen[0].source.text)
        chosen = key_sentences(article, max_words=min(asked, whole)).sentences
    # One endless "word", such as a line of dashes or data, is within any limit in words.
    quotes = [cut_width(quote) for quote in chosen]
    cut = []
    if len(chosen) == 1 and chosen[0].is_cut:
        cut.append("The most telling sentence is longer than the asked length, so it was cut.")
    if quotes != chosen:
        cut.append("The article has words without end, such as lines of data; they were cut.")
    summary, evidence = _quoted(quotes, task.format)
    return SummaryResponse(
        summary=summary,
        method="extractive",
        model=None,
        parameters=None,
        finish_reason="length" if any(quote.is_cut for quote in quotes) else "stop",
        num_input_words=num_words,
        num_input_tokens=None,
        num_summary_words=sum(count_words(quote.text) for quote in quotes),
        num_summary_tokens=None,
        parts=1,
        elapsed_s=round(time.monotonic() - started, 4),
        model_text=None,
        article=None if article == task.text.rstrip() else article,
        evidence=evidence,
        cuts=[Span(start=start, end=end) for quote in quotes for start, end in quote.cuts],
        unsupported=[],
        notes=[*notes, *cut],
    )


def _quoted(quotes: Sequence[Quote], form: Format) -> tuple[str, list[SentenceEvidence]]:
    """Join the quotes to a summary; each rests on the whole sentence that it comes from.

    An item of a list has a line of its own in either form.
    """
    summary = ""
    evidence: list[SentenceEvidence] = []
    is_after_item = False
    for quote in quotes:
        is_item = form == "bullets" or quote.source.begins_item
        if is_item or is_after_item:
            summary += "\n" if evidence else ""
        elif not summary.endswith(_WITHOUT_SPACES):
            summary += " " if evidence else ""
        summary += "- " if is_item else ""
        start = len(summary)
        summary += quote.text
        source = Source(start=quote.source.start, end=quote.source.end, score=1.0)
        evidence.append(SentenceEvidence(start=start, end=len(summary), sources=[source]))
        is_after_item = is_item
    return summary, evidence


def _asked_words(task: SummaryTask) -> int:
    limits = [] if task.max_words is None else [task.max_words]
    if task.max_length is not None or task.max_words is None:
        limits.append(int((task.max_length or DEFAULT_MAX_LENGTH_TOKENS) / _TOKENS_PER_WORD))
    return max(1, min(limits))


def summarize_abstractive(
    task: SummaryTask,
    engine: Engine,
    *,
    model: str,
    max_length_tokens: int,
    stop: threading.Event,
    on_event: OnEvent = lambda event: None,
) -> SummaryResponse:
    """Return a summary that the model writes, reading all of the article.

    Args:
        task: what is asked.
        engine: the loaded model.
        model: the model's id, for the answer.
        max_length_tokens: largest `max_length` in force.
        stop: set it to end the work within one decode step.
        on_event: told about parts and drafts, at most a few times a second, on a thread of the engine's.

    Raises:
        InvalidRequestError: the article was nothing but markup.
        StoppedError: `stop` was set.
        NotSummarizableError: the model's scores for the article are not finite.
    """
    started = time.monotonic()
    article = _read(task.text) if task.tidy else clean_article(task.text)
    budget = _token_budget(task, max_length_tokens)
    parts = split_into_parts(article, max_tokens=engine.max_input_tokens, count_tokens=engine.count_tokens)
    params = replace(task.params or engine.default_params, max_length=_part_tokens(budget, len(parts)))
    generations = _Run(engine, parts, params, stop, on_event).result()
    texts = [generation.text for generation in generations]
    cut = any(generation.finish_reason == "length" for generation in generations)
    notes: list[str] = []
    evidence: list[SentenceEvidence] = []
    unsupported: list[UnsupportedFact] = []
    if task.tidy:
        lines, notes = _tidy(generations, task, engine, budget)
        said = "\n".join(lines)
        if not has_words(said):
            key = summarize_extractive(task)
            return key.model_copy(
                update={"notes": ["The model found no words, so these are key sentences.", *key.notes]}
            )
        summary = "\n".join(f"- {line}" for line in lines) if task.format == "bullets" else said
        evidence = find_evidence(summary, article)
        unsupported = find_unsupported(summary, article)
    else:
        summary = said = " ".join(texts)
    return SummaryResponse(
        summary=summary,
        method="abstractive",
        model=model,
        parameters=params,
        precision=engine.precision,
        prefix=engine.prefix,
        finish_reason="length" if cut else "stop",
        num_input_words=count_words(article),
        num_input_tokens=engine.count_tokens(article),
        num_summary_words=count_words(said),
        num_summary_tokens=engine.count_tokens(said),
        parts=len(parts),
        elapsed_s=round(time.monotonic() - started, 4),
        model_text=" ".join(texts),
        article=None if article == task.text.rstrip() else article,
        evidence=evidence,
        cuts=[],
        unsupported=unsupported,
        notes=notes,
    )


def _token_budget(task: SummaryTask, max_length_tokens: int) -> int:
    limits = [max_length_tokens]
    if task.max_words is not None:
        limits.append(math.ceil(task.max_words * _TOKENS_PER_WORD * _WORD_LIMIT_SLACK) + 4)
    if task.max_length is not None or task.max_words is None:
        limits.append(task.max_length or DEFAULT_MAX_LENGTH_TOKENS)
    return min(limits)


def _part_tokens(budget: int, num_parts: int) -> int:
    part = budget if num_parts == 1 else max(math.ceil(budget / num_parts), min(budget, _MIN_PART_TOKENS))
    # The decoder start token counts, so a max_length of 1 would leave no room for a word; transformers refuses it.
    return max(2, part)


def _tidy(
    generations: Sequence[Generation], task: SummaryTask, engine: Engine, budget: int
) -> tuple[list[str], list[str]]:
    """Join the parts' summaries into whole sentences within the asked length, a line for each point or one of them all.

    Also: what was left out of them.
    """
    finished = [finish_sentences(generation.text) for generation in generations]
    notes = _notes_on_ends(generations, [tidied.trimmed for tidied in finished])
    sentences = [sentence.text for tidied in finished for sentence in split_sentences(tidied.text)]
    if len(generations) > 1:
        sentences = _fit(drop_repeats(sentences), task, engine, budget)
    text = " ".join(sentences)
    if task.max_words is not None:
        limited: Tidied = limit_words(text, task.max_words)
        if limited.trimmed:
            notes.append(
                f"The model wrote more than {task.max_words:,} {_plural('word', task.max_words)}: the rest was cut."
            )
        text = limited.text
    return to_bullets(text) if task.format == "bullets" else [text], notes


def _notes_on_ends(generations: Sequence[Generation], trimmed: Sequence[bool]) -> list[str]:
    """What happened to sentences that the model did not finish.

    Args:
        generations: what the model wrote, part by part.
        trimmed: of which of them an unfinished sentence was left out.
    """
    left_out = [generation for generation, is_trimmed in zip(generations, trimmed, strict=True) if is_trimmed]
    num_limited = sum(generation.finish_reason == "length" for generation in left_out)
    notes = []
    if num_limited == 1:
        notes.append("The model reached the length limit in mid-sentence; the unfinished sentence was left out.")
    elif num_limited:
        notes.append(
            f"The model reached the length limit in mid-sentence in {num_limited} parts; "
            "the unfinished sentences were left out."
        )
    if len(left_out) > num_limited:
        notes.append("The model ended in words that are no whole sentence; they were left out.")
    is_open = len(generations) == 1 and not trimmed[0] and generations[0].finish_reason == "length"
    if is_open and not is_finished(generations[0].text):
        notes.append("The model reached the length limit in mid-sentence, so the end is missing.")
    return notes


def _plural(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}s"


def _fit(sentences: list[str], task: SummaryTask, engine: Engine, budget: int) -> list[str]:
    """Of the sentences of all parts' summaries, keep the key ones, so that the whole fits the asked length."""
    text = "\n".join(sentences)
    max_words = count_words(text)
    if task.max_words is not None:
        max_words = min(max_words, task.max_words)
    while sentences and max_words > 1:
        sentences = [sentence.text for sentence in key_sentences(text, max_words=max_words, shorten=False).sentences]
        num_tokens = engine.count_tokens(" ".join(sentences))
        if num_tokens <= budget:
            break
        max_words = min(max_words - 1, int(max_words * budget / num_tokens))
    return sentences


class _Run:
    """All parts of one article on their way through an engine; several at a time share its steps."""

    def __init__(
        self, engine: Engine, parts: list[Part], params: GenerationParams, stop: threading.Event, on_event: OnEvent
    ) -> None:
        self._engine = engine
        self._parts = parts
        self._params = params
        self._stop = stop
        self._on_event = on_event
        self._lock = threading.Lock()
        self._token_ids: list[list[int]] = [[] for _ in parts]
        self._num_done = 0
        self._next_draft_s = 0.0

    def result(self) -> list[Generation]:
        """Run all parts; return what was generated, in article order."""
        # Half of the engine at most: it serves in order, and whoever comes with one short article must not wait for
        # every part of a long one.
        max_at_once = max(1, self._engine.max_running // 2)
        todo = deque(range(len(self._parts)))
        running: dict[Future[Generation], int] = {}
        done: dict[int, Generation] = {}
        try:
            while todo or running:
                while todo and len(running) < max_at_once:
                    part = todo.popleft()
                    running[self._submit(part)] = part
                self._report(force=True)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    done[running.pop(future)] = future.result()
                    self._num_done = len(done)
            return [done[part] for part in range(len(self._parts))]
        except GenerationStoppedError:
            raise StoppedError("The caller left, so the summary was stopped.") from None
        except BaseException as error:
            # One part failed: the others must not go on computing for an answer that nobody gets.
            self._stop.set()
            if isinstance(error, NotFiniteError):
                raise NotSummarizableError from None
            raise

    def _submit(self, part: int) -> Future[Generation]:
        return self._engine.submit(
            self._parts[part].text, self._params, stop=self._stop, on_step=lambda ids: self._step(part, ids)
        )

    def _step(self, part: int, token_ids: Sequence[int]) -> None:
        self._token_ids[part] = list(token_ids)
        self._report()

    def _report(self, *, force: bool = False) -> None:
        with self._lock:
            now = time.monotonic()
            if now < self._next_draft_s and not force:
                return
            self._next_draft_s = now + _DRAFT_INTERVAL_S
        num_parts = len(self._token_ids)
        num_tokens = sum(max(0, len(ids) - 1) for ids in self._token_ids)
        part = min(self._num_done + 1, num_parts)
        self._on_event(ProgressEvent(part=part, parts=num_parts, num_tokens=num_tokens))
        text = " ".join(self._engine.decode(ids) for ids in self._token_ids if ids)
        if text.strip():
            self._on_event(DraftEvent(text=text))
