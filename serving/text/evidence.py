"""What a summary rests on: the article's sentences behind each of its own, and the facts without any."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Literal

from serving.text.dates import Date, KnownDates, find_dates, hide
from serving.text.figures import Notation, plain_figures
from serving.text.known_numbers import KnownNumbers
from serving.text.language import detect_language
from serving.text.locale_words import LocaleWords, locale_words
from serving.text.names import KnownNames, Word, capitalised_words, could_be_name
from serving.text.number import Number
from serving.text.numbers import find_numbers
from serving.text.sentences import Sentence, split_sentences
from serving.text.terms import content_terms

_MAX_SOURCES = 3
# Shares of a summary sentence's weight: less than the first is chance, less than the second adds nothing.
_MIN_SCORE = 0.2
_MIN_GAIN = 0.12
# A term that so many sentences hold tells little; this bounds the work on a long text that repeats itself.
_MAX_HOLDERS = 200


@dataclass(frozen=True, slots=True)
class Source:
    """Article offsets of a sentence, and its share (0 to 1) of the weight of the summary sentence's terms."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class SentenceEvidence:
    """Summary offsets of a sentence, and what it rests on, best first; nothing if no sentence comes near."""

    start: int
    end: int
    sources: list[Source]


@dataclass(frozen=True, slots=True)
class UnsupportedFact:
    """A part of the summary, `summary[start:end] == text`, that the article does not hold."""

    start: int
    end: int
    text: str
    kind: Literal["number", "date", "name"]


def find_evidence(summary: str, article: str) -> list[SentenceEvidence]:
    """For each sentence of the summary up to three of the article that share its rare terms and pairs."""
    sources = split_sentences(article)
    terms = [_weighable(source) for source in sources]
    counts = Counter(term for own in terms for term in own)
    holders: dict[str, list[int]] = defaultdict(list)
    for index, own in enumerate(terms):
        for term in own:
            if len(holders[term]) < _MAX_HOLDERS:
                holders[term].append(index)
    result = []
    for sentence in split_sentences(summary):
        weights = {term: math.log(1 + len(sources) / max(counts[term], 1)) for term in _weighable(sentence)}
        chosen = _cover(weights, holders, sources)
        result.append(SentenceEvidence(sentence.start, sentence.end, chosen))
    return result


def _weighable(sentence: Sentence) -> list[str]:
    """Terms and pairs of neighbours, each once; a list, as sums in a set's order differ from run to run."""
    terms = content_terms(sentence.text)
    return list(dict.fromkeys([*terms, *(f"{a} {b}" for a, b in pairwise(terms))]))


def _cover(weights: dict[str, float], holders: dict[str, list[int]], sources: Sequence[Sentence]) -> list[Source]:
    """Greedily the sentences that hold most of the weight which is not covered yet."""
    total = sum(weights.values()) or 1.0
    shares: dict[int, float] = defaultdict(float)
    for term, weight in weights.items():
        for index in holders.get(term, ()):
            shares[index] += weight / total
    covered: set[str] = set()
    chosen: list[Source] = []
    gains = dict(shares)
    while gains and len(chosen) < _MAX_SOURCES:
        index, gain = min(gains.items(), key=lambda item: (-item[1], item[0]))
        if gain < (_MIN_GAIN if chosen else _MIN_SCORE):
            break
        source = sources[index]
        chosen.append(Source(source.start, source.end, round(min(shares[index], 1.0), 3)))
        for term, weight in weights.items():
            if term not in covered and index in holders.get(term, ()):
                covered.add(term)
                for other in holders[term]:
                    gains[other] -= weight / total
        del gains[index]
    return chosen


def find_unsupported(summary: str, article: str) -> list[UnsupportedFact]:
    """Numbers, dates and names of the summary that the article does not hold in any form, in order.

    "twelve" is 12, "1.2m" is 1,200,000, "U.S." is US, "Indian" is India, "BJP" is Bharatiya Janata Party. A
    name of two known parts that never stand together ("Neil Aldrin") is unsupported too.
    """
    article_words = locale_words(detect_language(article))
    words = locale_words(detect_language(summary))
    plain_article, plain = plain_figures(article), plain_figures(summary)
    known_dates, dates = KnownDates(plain_article, article_words), find_dates(plain, words)
    # The figures of a date follow the rules of dates only.
    hidden_article = hide(plain_article, known_dates.dates)
    hidden = hide(plain, [*dates, *known_dates.maybe_in(plain)])
    notation = Notation(hidden_article, article_words)
    known_numbers = KnownNumbers(find_numbers(hidden_article, article_words, notation), known_dates.numbers)
    numbers = find_numbers(hidden, words, notation, Notation(hidden, words))
    in_words = [number for number in numbers if plain[number.start].isalpha()]  # "Second" is no name; "MI6" is
    facts = [
        *_unsupported_dates(summary, dates, known_dates, known_numbers),
        *_unsupported_numbers(summary, numbers, known_numbers),
        *_unsupported_words(hide(summary, [*dates, *in_words]), KnownNames(article), known_dates, words),
    ]
    return sorted(facts, key=lambda fact: fact.start)


def _unsupported_dates(
    summary: str, dates: list[Date], known: KnownDates, numbers: KnownNumbers
) -> Iterator[UnsupportedFact]:
    """Dates whose day the article does not hold, and the years of others, if it holds another or none."""
    for found in dates:
        text = summary[found.start : found.end]
        if not known.has_day(found, numbers.has):
            yield UnsupportedFact(found.start, found.end, text, "date")
        elif not known.has_year(found, numbers.has):
            year = list(re.finditer(r"\d{4}|\d{2}(?!\d)", text))[0 if re.match(r"\d{4}", text) else -1]
            yield UnsupportedFact(found.start + year.start(), found.start + year.end(), year.group(), "date")


def _unsupported_numbers(summary: str, numbers: list[Number], known: KnownNumbers) -> Iterator[UnsupportedFact]:
    for number in numbers:
        if not known.supports(number, summary[: number.start]):
            text = summary[number.start : number.end]
            yield UnsupportedFact(number.start, number.end, text, "date" if number.is_year else "number")


def _unsupported_words(
    summary: str, known: KnownNames, known_dates: KnownDates, words: LocaleWords
) -> Iterator[UnsupportedFact]:
    for _, group in groupby(capitalised_words(summary), key=attrgetter("run")):
        names = []
        for word in group:
            date_word = words.date_word(word.key)
            if date_word is None:
                names.append(word)
            elif not known_dates.knows(date_word):
                yield UnsupportedFact(word.start, word.end, summary[word.start : word.end], "date")
        yield from _unsupported_names(summary, names, known)


def _unsupported_names(summary: str, words: list[Word], known: KnownNames) -> Iterator[UnsupportedFact]:
    if known.knows_abbreviation([word.key for word in words]):
        return
    names = [word for word in words if could_be_name(word, is_alone=len(words) == 1)]
    unknown = [word for word in names if not known.knows(word.key)]
    for word in unknown:
        yield UnsupportedFact(word.start, word.end, summary[word.start : word.end], "name")
    for first, second in pairwise(names):
        if not unknown and second.start - first.end <= 3 and known.splits(first.key, second.key):
            yield UnsupportedFact(first.start, second.end, summary[first.start : second.end], "name")
