"""Splits an article into balanced parts that fit the model's window, at sentence ends where there are any."""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from serving.text.sentences import split_sentences

CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the article: `article[start:end] == text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never split further: a sentence, or a piece of one that is longer than a whole part."""

    start: int
    end: int
    num_tokens: int


def split_into_parts(text: str, *, max_tokens: int, count_tokens: CountTokens) -> list[Part]:
    """The fewest parts that hold every non-space character once, as even in tokens as sentence ends allow.

    `count_tokens(text)` is what the model would read for a text, its prefix and special tokens included; it
    is called about once for each sentence and part. A text that fits comes back unchanged as the only part.
    A single character that alone needs more than `max_tokens` is a part of its own.

    Raises ValueError when `max_tokens` leaves no room beside the special tokens.
    """
    overhead = count_tokens("")
    if max_tokens <= overhead:
        raise ValueError(f"max_tokens ({max_tokens}) must exceed the {overhead} special tokens of an empty text")
    if count_tokens(text) <= max_tokens:
        return [Part(text, 0, len(text))]
    spans = [
        span
        for sentence in split_sentences(text)
        for span in _fit(text, sentence.start, sentence.end, max_tokens, count_tokens)
    ]
    units = [_Unit(start, end, max(num_tokens - overhead, 1)) for start, end, num_tokens in spans]
    groups = [
        fitting
        for group in _balance(units, max_tokens - overhead)
        for fitting in _verify(text, group, max_tokens, count_tokens)
    ]
    return [Part(text[g[0].start : g[-1].end], g[0].start, g[-1].end) for g in groups]


def _fit(text: str, start: int, end: int, max_tokens: int, count_tokens: CountTokens) -> Iterator[tuple[int, int, int]]:
    """Start, end and tokens of the pieces that fit, halved until they do: n log n tokens in all."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    if start >= end:
        return
    num_tokens = count_tokens(text[start:end])
    if num_tokens <= max_tokens or end - start == 1:
        yield start, end, num_tokens
        return
    middle = _middle(text, start, end)
    yield from _fit(text, start, middle, max_tokens, count_tokens)
    yield from _fit(text, middle, end, max_tokens, count_tokens)


def _middle(text: str, start: int, end: int) -> int:
    """The white space nearest to the middle, or a character border there when the middle half has none."""
    half = (start + end) // 2
    reach = (end - start) // 4
    for distance in range(reach):
        if text[half - distance].isspace():
            return half - distance
        if text[half + distance].isspace():
            return half + distance
    border = max(half, start + 1)
    while border < end - 1 and border < half + 16 and _joins(text[border]):
        border += 1
    return border


def _joins(character: str) -> bool:
    """True for accents, vowel signs, joiners and variation selectors: they go with the character before."""
    return unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}


def _balance(units: list[_Unit], capacity: int) -> list[list[_Unit]]:
    """The fewest groups of neighbours within capacity, with the smallest possible largest group."""
    fewest = len(_pack(units, capacity))
    lowest = max((unit.num_tokens for unit in units), default=1)
    if lowest >= capacity:
        return _pack(units, capacity)
    limits = range(lowest, capacity)
    # More room never needs more groups, so the smallest sufficient limit can be bisected.
    sufficient = bisect_left(limits, True, key=lambda limit: len(_pack(units, limit)) <= fewest)
    return _pack(units, lowest + sufficient)


def _pack(units: list[_Unit], capacity: int) -> list[list[_Unit]]:
    groups: list[list[_Unit]] = []
    room = 0
    for unit in units:
        if not groups or unit.num_tokens > room:
            groups.append([])
            room = capacity
        groups[-1].append(unit)
        room -= unit.num_tokens
    return groups


def _verify(text: str, group: list[_Unit], max_tokens: int, count_tokens: CountTokens) -> Iterator[list[_Unit]]:
    """Halves a group that is too long all the same: what stands between its sentences may be tokens too."""
    if len(group) == 1 or count_tokens(text[group[0].start : group[-1].end]) <= max_tokens:
        yield group
        return
    half = len(group) // 2
    yield from _verify(text, group[:half], max_tokens, count_tokens)
    yield from _verify(text, group[half:], max_tokens, count_tokens)
