"""Extractive summaries: the few sentences that say most of an article, whole and in article order."""

from collections import Counter
from dataclasses import dataclass

from serving.text.boilerplate import is_prose, without_dateline
from serving.text.clean import count_words
from serving.text.sentences import Sentence, split_sentences
from serving.text.terms import content_terms
from serving.text.tidy import cut_at_word


@dataclass(frozen=True, slots=True)
class KeySentences:
    """The chosen sentences in article order; `cut` if even the best one had to be shortened to fit."""

    sentences: list[Sentence]
    cut: bool


def key_sentences(text: str, *, max_words: int) -> KeySentences:
    """The sentences of highest score that fit into `max_words` words together.

    Only if the best sentence alone is longer is it cut, at a word, and ends in an ellipsis: then its `text`
    is not the article's slice, its offsets are those of the part that was kept. A text without any prose (a
    list, a table) gives its lines instead.
    """
    sentences = split_sentences(text)
    candidates = [without_dateline(s) for s in sentences if is_prose(s)] or sentences
    ranked = _rank(candidates)
    chosen = _choose(candidates, ranked, max_words)
    if chosen or not candidates:
        return KeySentences([candidates[index] for index in sorted(chosen)], cut=False)
    best = candidates[ranked[0]]
    shortened = cut_at_word(best.text, max_words)
    kept = len(shortened.rstrip("…"))
    return KeySentences([Sentence(shortened, best.start, best.start + kept, best.paragraph)], cut=True)


def _rank(sentences: list[Sentence]) -> list[int]:
    """Sentence numbers, best first: how common their terms are in the article, and how early they stand."""
    terms = [set(content_terms(sentence.text)) for sentence in sentences]
    frequency = Counter(term for sentence_terms in terms for term in sentence_terms)
    highest = max((sum(frequency[t] - 1 for t in ts) for ts in terms), default=0) or 1
    scores = [sum(frequency[t] - 1 for t in ts) / highest + 1.0 / (1 + index) ** 0.5 for index, ts in enumerate(terms)]
    return sorted(range(len(sentences)), key=lambda index: -scores[index])


def _choose(sentences: list[Sentence], ranked: list[int], max_words: int) -> list[int]:
    """The best sentences that fit; one that doesn't fit is passed over for the next best."""
    chosen = []
    room = max_words
    for index in ranked:
        num_words = count_words(sentences[index].text)
        if num_words <= room:
            chosen.append(index)
            room -= num_words
        if room <= 0:
            break
    return chosen
