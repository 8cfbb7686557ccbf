"""Gathers the requests' facts into the graphs' inputs, padded to the longest and the widest. Pure functions.

Axes in shapes: a = articles, b = the widest one's beams, s = source tokens, e = cache entries, p = edits of scores.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from serving.engine import beam_search
from serving.engine.model_shape import MASKED, ModelShape
from serving.engine.request import Request

Array = np.ndarray[Any, np.dtype[Any]]


def encoder_inputs(requests: Sequence[Request], shape: ModelShape) -> tuple[Array, dict[str, Array]]:
    """Return the sources' tokens, int64 [a, s], and what the encoder reads beside their embeddings."""
    lengths = np.array([len(request.source) for request in requests])
    tokens = np.zeros((len(requests), lengths.max()), np.int64)
    for row, request in enumerate(requests):
        tokens[row, : len(request.source)] = request.source
    positions = np.arange(lengths.max())
    distances = np.clip(positions - positions[:, None], -shape.encoder_reach, shape.encoder_reach)
    return tokens, {
        "source_mask": (positions < lengths[:, None]).astype(np.int32),  # [a, s]
        "distances": distances + shape.encoder_reach,  # int64 [query, key]
    }


def decoder_inputs(
    running: Sequence[Request], shape: ModelShape, *, source_room: int, entry_room: int
) -> tuple[Array, dict[str, Array]]:
    """Return the beams' last tokens, int64 [a, b], and what a decode step reads beside their embeddings.

    Rows of beams that an article does not have carry a score of minus infinity.

    Args:
        source_room, entry_room: lengths of the cross caches and the self caches.
    """
    edits = [beam_search.edits(request.beams, request.params, shape.eos_token_id) for request in running]
    rows = (len(running), max(request.num_beams for request in running))
    longest = max(ids.shape[1] for ids, _ in edits)
    tokens = np.zeros(rows, np.int64)
    beam_scores = np.full((*rows, 1), -np.inf, np.float32)
    edited_ids = np.zeros((*rows, longest), np.int64)  # tokens whose score the repetition penalty or a ban changes
    is_banned = np.zeros((*rows, longest), bool)
    ages = np.zeros((*rows, entry_room), np.int32)
    for slot, (request, (ids, bans)) in enumerate(zip(running, edits, strict=True)):
        beams, length = ids.shape
        tokens[slot, :beams] = request.beams.running[:, -1]
        beam_scores[slot, :beams, 0] = request.beams.running_scores
        # Padding repeats the first edit: writing the same score twice does no harm.
        edited_ids[slot, :beams, :length], edited_ids[slot, :beams, length:] = ids, ids[:, :1]
        is_banned[slot, :beams, :length], is_banned[slot, :beams, length:] = bans, bans[:, :1]
        ages[slot, :beams, : request.ages.shape[1]] = request.ages
    lengths = np.array([len(request.source) for request in running])
    source_bias = np.where(np.arange(source_room) < lengths[:, None], np.float32(0), np.float32(MASKED))
    return tokens, {
        "source_bias": source_bias[:, None, None],  # [a, 1, 1, s]
        "ages": np.minimum(ages, shape.num_ages),  # the position bias no longer depends on higher ones
        "write_index": np.array([request.num_cache_entries for request in running]),
        "uses_log_probs": np.array([request.num_beams > 1 for request in running])[:, None, None],
        "edited_ids": edited_ids,
        "is_banned": is_banned,
        "penalty": np.array([request.params.repetition_penalty for request in running], np.float32)[:, None, None],
        "beam_scores": beam_scores,
        "num_candidates": np.array([max(2 * request.num_beams for request in running)]),
    }
