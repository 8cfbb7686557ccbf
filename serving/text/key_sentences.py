"""Extractive summaries: the sentences that say most of an article, in article order.

All sentences of an article are put into one sequence, which no limit has a part in: first the one that opens the
story, then always the one that says most that is new. A summary is as much of the sequence's beginning as fits,
and its last sentence is cut short if it does not fit whole. So what a shorter summary quotes, a longer one quotes.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from serving.text.boilerplate import prose
from serving.text.clean import count_words
from serving.text.language import detect_language, is_english
from serving.text.opening import find_lead, is_statement, leans_on_others
from serving.text.ranker import Terms, score_sentences, sentence_terms
from serving.text.sentences import Sentence, split_sentences
from serving.text.shorten import Quote, cut_anywhere, cut_short, said_by, whole, without_asides
from serving.text.speakers import Turn, read_transcript

# Taken off a score for the share of a sentence's terms that chosen ones have already.
_REPETITION_WEIGHT = 0.08


@dataclass(frozen=True, slots=True)
class KeySentences:
    """The chosen sentences in article order, as they are shown."""

    sentences: list[Quote]

    @property
    def cut(self) -> bool:
        """True if the end of a sentence was left out."""
        return any(quote.is_cut for quote in self.sentences)


def key_sentences(text: str, *, max_words: int, shorten: bool = True) -> KeySentences:
    """The sentences that say most of the article, `max_words` words at most.

    The sentences of a lower limit are among those of a higher one. A text without any prose (a list, a table)
    gives its lines instead.

    Args:
        text: the article; offsets of the answer refer to it.
        max_words: longest summary.
        shorten: leave asides out and cut the last sentence where a phrase ends; English only. Else sentences
            are whole, but for the first one if even that is longer than the limit.
    """
    sentences = split_sentences(text, language=detect_language(text))
    transcript = read_transcript(sentences)
    candidates = prose(transcript.sentences if transcript else sentences)
    turns = transcript.turns if transcript else {}
    shorten = shorten and is_english(text)
    sources = {sentence.end: sentence for sentence in sentences}
    chosen: list[Quote] = []
    heard: set[Turn] = set()
    words_left = max_words
    for index in sequence(candidates):
        quote = whole(candidates[index], sources[candidates[index].end])
        if shorten:
            quote = without_asides(quote)
        turn = turns.get(quote.source.end)
        # The first sentence of a turn comes with its speaker's name.
        name_words = count_words(turn.shown) if turn and turn not in heard else 0
        num_words = count_words(quote.text)
        if name_words + num_words > words_left:
            shorter = cut_short(quote, words_left - name_words) if shorten else None
            if shorter is None and not chosen:
                shorter = cut_anywhere(quote, max(words_left - name_words, 1))
            chosen += [shorter] if shorter else []
            break
        chosen.append(quote)
        heard |= {turn} if turn else set()
        words_left -= name_words + num_words
    return KeySentences(_named(sorted(chosen, key=lambda quote: quote.source.start), turns, max_words))


def _named(quotes: Sequence[Quote], turns: dict[int, Turn], max_words: int) -> list[Quote]:
    """The quotes with the speaker's name before the first one of each turn."""
    named: list[Quote] = []
    last: Turn | None = None
    for quote in quotes:
        turn = turns.get(quote.source.end)
        is_room = turn is not None and count_words(turn.shown) < max_words
        named.append(said_by(quote, turn.shown, turn.label) if turn and turn != last and is_room else quote)
        last = turn
    return named


def sequence(sentences: Sequence[Sentence]) -> Iterator[int]:
    """Indices in the order in which a summary takes them, without sentences that say nothing new."""
    if not sentences:
        return
    terms = [sentence_terms(sentence.text) for sentence in sentences]
    ranking = _Ranking(terms, score_sentences([sentence.text for sentence in sentences], terms))
    lead = find_lead(sentences)
    if lead is not None:
        ranking.cover(lead)
        yield lead
    has_statements = any(is_statement(sentence.text) for sentence in sentences)
    while (index := ranking.pop()) is not None:
        if index != lead and _may_be_quoted(sentences, index, lead, has_statements=has_statements):
            ranking.cover(index)
            yield index


def _may_be_quoted(sentences: Sequence[Sentence], index: int, lead: int | None, *, has_statements: bool) -> bool:
    """False for questions and quotations without a speaker, and for "She still remembers it." before the lead."""
    text = sentences[index].text
    if lead is not None and index < lead and leans_on_others(text):
        return False
    return is_statement(text) or not has_statements


class _Ranking:
    """Sentences by score less repetition, which grows with each sentence that is chosen.

    Scores only fall, so a heap with stale entries will do: what comes up is weighed again.
    """

    def __init__(self, terms: Sequence[Terms], scores: Sequence[float]) -> None:
        self._terms = terms
        self._scores = scores
        self._covered: set[str] = set()
        self._heap = [(-score, index) for index, score in enumerate(scores)]
        heapq.heapify(self._heap)

    def cover(self, index: int) -> None:
        self._covered |= self._terms[index]

    def pop(self) -> int | None:
        """The best sentence left, never one that says nothing new; None at the end."""
        while self._heap:
            stale, index = heapq.heappop(self._heap)
            repeated = len(self._terms[index] & self._covered) / (len(self._terms[index]) or 1)
            score = self._scores[index] - _REPETITION_WEIGHT * repeated
            if repeated == 1.0:
                continue
            if -score > stale:
                heapq.heappush(self._heap, (-score, index))
                continue
            return index
        return None
