"""How much of an article each sentence says: a linear score over six interpretable features, plus TextRank.

The weights come from `benchmarks/fit_key_sentences.py`, which says how they were found and what they reach.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

from serving.text.clean import count_words
from serving.text.terms import content_terms

Terms = frozenset[str]

_QUOTED = re.compile(r'["“][^"“”]*["”]')
_LONG_SENTENCE_WORDS = 40
# At 100, a sentence behind forty words still counts for two thirds of the first one.
_EARLY_WORDS = 100
_DAMPING = 0.85  # TextRank's own (Mihalcea and Tarau 2004)
_MAX_ITERATIONS = 25
_TOLERANCE = 0.001  # a move that changes no ranking worth having


@dataclass(frozen=True, slots=True)
class Features:
    """One sentence's features, or their weights."""

    early: float  # exp(-words before it / 100): 1 for the first sentence
    typical: float  # cosine of its terms with the terms that several sentences share
    lead_overlap: float  # share of its terms that the first sentence has too: 1 for that one
    log_words: float  # ln(1 + words)
    is_long: float  # 1 if it has more than 40 words
    quoted: float  # share of its characters between double quotes


# dataclasses.astuple copies deeply, which took a tenth of the time.
feature_values = attrgetter(*(field.name for field in fields(Features)))

# Fitted (ridge regression) to the share of a sentence's words and word pairs that editors take up.
WEIGHTS = Features(early=0.2064, typical=0.2531, lead_overlap=0.0733, log_words=-0.0326, is_long=-0.0218, quoted=0.0419)
# Weight of the TextRank centrality (mean 1 over the article). Not fitted: Indian newspapers put nearly all of
# the news into the lead, so a fit on them alone would make this a lead extractor.
CENTRALITY_WEIGHT = 0.0803


def score_sentences(texts: Sequence[str], terms: Sequence[Terms]) -> list[float]:
    """A score for each sentence, given all of an article in order with their content terms."""
    weights = feature_values(WEIGHTS)
    return [
        sum(weight * value for weight, value in zip(weights, feature_values(features), strict=True))
        + CENTRALITY_WEIGHT * centrality
        for features, centrality in zip(sentence_features(texts, terms), text_rank(terms), strict=True)
    ]


def sentence_terms(text: str) -> Terms:
    """The content terms of a sentence, each once."""
    return frozenset(content_terms(text))


def sentence_features(texts: Sequence[str], terms: Sequence[Terms]) -> list[Features]:
    """The features of all sentences of an article, in order."""
    shared = {term: count for term, count in _count(terms).items() if count > 1}
    norm = math.sqrt(sum(count * count for count in shared.values())) or 1.0
    lead = terms[0] if terms else frozenset()
    result = []
    words_before = 0
    for index, (text, own) in enumerate(zip(texts, terms, strict=True)):
        num_words = count_words(text)
        num_terms = len(own) or 1
        result.append(
            Features(
                early=math.exp(-words_before / _EARLY_WORDS),
                typical=sum(shared.get(term, 0) for term in own) / norm / math.sqrt(num_terms),
                lead_overlap=1.0 if index == 0 else len(own & lead) / num_terms,
                log_words=math.log(1 + num_words),
                is_long=float(num_words > _LONG_SENTENCE_WORDS),
                quoted=sum(len(quote) for quote in _QUOTED.findall(text)) / (len(text) or 1),
            )
        )
        words_before += num_words
    return result


def text_rank(terms: Sequence[Terms]) -> list[float]:
    """PageRank over sentences that share terms (Mihalcea and Tarau 2004), with mean 1.

    Their similarity divides the shared terms by log|a| + log|b|. Divided by the geometric mean instead, the
    matrix is a product of two sparse ones: a step is linear in the terms, 10,000 sentences are no problem.
    """
    norms = [math.sqrt(math.log(1 + len(own))) or 1.0 for own in terms]
    counts = _count(terms)
    # Sorted: sums in a set's order would differ from process to process.
    linking = [sorted(term for term in own if counts[term] > 1) for own in terms]
    degrees = _spread([1.0] * len(terms), linking, norms)
    ranks = [1.0] * len(terms)
    for _ in range(_MAX_ITERATIONS):
        shares = [rank / degree if degree > 0 else 0.0 for rank, degree in zip(ranks, degrees, strict=True)]
        # What sentences without neighbours hold goes to all, so that the mean stays 1.
        stranded = sum(rank for rank, degree in zip(ranks, degrees, strict=True) if degree <= 0)
        floor = 1 - _DAMPING + _DAMPING * stranded / max(len(terms), 1)
        previous, ranks = ranks, [floor + _DAMPING * got for got in _spread(shares, linking, norms)]
        if all(abs(new - old) < _TOLERANCE for new, old in zip(ranks, previous, strict=True)):
            break
    return ranks


def _spread(shares: Sequence[float], linking: Sequence[list[str]], norms: Sequence[float]) -> list[float]:
    """What each sentence receives from the others: similarity matrix times `shares`, by way of the terms."""
    pools: dict[str, float] = {}
    for own, share, norm in zip(linking, shares, norms, strict=True):
        for term in own:
            pools[term] = pools.get(term, 0.0) + share / norm
    return [
        max(sum(pools[term] for term in own) / norm - share * len(own) / (norm * norm), 0.0) if own else 0.0
        for own, share, norm in zip(linking, shares, norms, strict=True)
    ]


def _count(terms: Sequence[Terms]) -> Counter[str]:
    return Counter(term for own in terms for term in own)
