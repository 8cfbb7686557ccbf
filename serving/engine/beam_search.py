"""One article's beam search as `transformers.GenerationMixin._beam_search` does it, on the best candidates.

The graph has already added up log-probabilities, applied the logits processors and kept the best candidates
over all beams; here they become the next beams. Written against transformers 5.23, in fp32 like there, so
that scores tie and round alike. b = beams, k = candidates (2 * b: each beam can end at most once, so b can
always go on), t = tokens.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from serving.engine.interface import GenerationParams

Array = np.ndarray[Any, np.dtype[Any]]

# transformers' score for "not a candidate". Not -inf: sums with it must round as they do there.
_NEVER = np.float32(-1e9)


@dataclass
class BeamState:
    """The hypotheses of one article. Rows are sorted by score, best first."""

    running: Array  # int64 [b, t]: unfinished beams, decoder start token first
    running_scores: Array  # fp32 [b]: sums of log-probabilities
    finished: list[Array]  # b token sequences, of any length; the first is the answer once `is_done`
    finished_scores: Array  # fp32 [b]: with length penalty
    is_finished: Array  # bool [b]: False where `finished` holds a placeholder
    is_done: bool = False


@dataclass(frozen=True)
class Candidates:
    """One article's best continuations after a step, best first."""

    scores: Array  # fp32 [k]
    beams: Array  # int64 [k]
    tokens: Array  # int64 [k]
    is_finite: bool  # False where the scores are not numbers any more, and the candidates void


def start(start_token: int, num_beams: int) -> BeamState:
    """Return the state before the first step: only the first beam counts, or all would choose alike."""
    running = np.full((num_beams, 1), start_token, np.int64)
    return BeamState(
        running=running,
        running_scores=np.where(np.arange(num_beams) == 0, np.float32(0), _NEVER),
        finished=list(running),
        finished_scores=np.full(num_beams, _NEVER),
        is_finished=np.zeros(num_beams, bool),
    )


def edits(state: BeamState, params: GenerationParams, eos_token: int) -> tuple[Array, Array]:
    """Return the tokens whose scores the next step must change.

    All of a beam's own tokens are there for the repetition penalty, the start token too, as in
    `RepetitionPenaltyLogitsProcessor`; bans follow `NoRepeatNGramLogitsProcessor` and
    `MinLengthLogitsProcessor`.

    Returns:
        Tokens, int64 [b, p], with repetitions, and bool [b, p]: banned, not just penalized. Equal tokens of a
        row are equally banned.
    """
    tokens = state.running
    num_beams, length = tokens.shape
    bans_eos = length < params.min_length
    size = params.no_repeat_ngram_size
    if not bans_eos and not 0 < size <= length:
        return tokens, np.zeros(tokens.shape, bool)
    ids = np.concatenate([tokens, np.full((num_beams, 1), eos_token)], axis=1) if bans_eos else tokens
    is_banned = (ids == eos_token) & bans_eos
    if 0 < size <= length:
        windows = np.lib.stride_tricks.sliding_window_view(tokens, size, axis=1)  # [b, t - size + 1, size]
        repeats = (windows[..., :-1] == tokens[:, None, length + 1 - size :]).all(axis=-1)  # [b, windows]
        last = np.where(repeats, windows[..., -1], -1)
        is_banned |= (ids[:, :, None] == last[:, None, :]).any(axis=-1)  # [b, p]
    return ids, is_banned


def advance(state: BeamState, candidates: Candidates, params: GenerationParams, eos_token: int) -> Array:
    """Take one step; `state` is changed in place.

    Returns:
        The parent of each new beam, int64 [b].
    """
    num_beams = params.num_beams
    if num_beams == 1:
        return _advance_greedy(state, candidates.tokens[:1], params, eos_token)
    scores, beams, tokens = candidates.scores, candidates.beams, candidates.tokens
    sequences = np.concatenate([state.running[beams], tokens[:, None]], axis=1)  # [k, t + 1]
    length = sequences.shape[1]
    ends = (tokens == eos_token) | (length >= params.max_length)  # [k]

    open_scores = scores + ends * _NEVER
    next_beams = _best(open_scores, num_beams)
    state.running = sequences[next_beams]
    state.running_scores = open_scores[next_beams]

    # The start token does not count as length, the new token does.
    closed_scores = scores / np.float32((length - 1) ** params.length_penalty)
    closes = ends & (np.arange(len(ends)) < num_beams)  # lower candidates only keep the beams full
    closed_scores = closed_scores + ~closes * _NEVER
    merged_scores = np.concatenate([state.finished_scores, closed_scores])  # [b + k]
    merged_is_finished = np.concatenate([state.is_finished, closes])
    kept = _best(merged_scores, num_beams)
    state.finished = [state.finished[i] if i < num_beams else sequences[i - num_beams] for i in kept]
    state.finished_scores = merged_scores[kept]
    state.is_finished = merged_is_finished[kept]

    state.is_done = bool(
        ends.all() or (params.early_stopping and state.is_finished.all()) or not _can_improve(state, length, params)
    )
    return beams[next_beams]


def _advance_greedy(state: BeamState, token: Array, params: GenerationParams, eos_token: int) -> Array:
    """`GenerationMixin._sample` without sampling, which `num_beams=1` means."""
    state.running = np.append(state.running, [token], axis=1)
    state.finished = list(state.running)
    state.is_done = token[0] == eos_token or state.running.shape[1] >= params.max_length
    return np.zeros(1, np.int64)


def _can_improve(state: BeamState, length: int, params: GenerationParams) -> bool:
    """`_check_early_stop_heuristic`: might the best open beam, ended now, beat the worst finished one?"""
    best_possible = state.running_scores[0] / np.float32((length - 1) ** params.length_penalty)
    worst_finished = np.where(state.is_finished, state.finished_scores.min(), _NEVER)
    return bool((best_possible > worst_finished).any())


def _best(scores: Array, count: int) -> Array:
    return np.argsort(-scores, kind="stable")[:count]
