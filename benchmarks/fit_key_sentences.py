"""Fits the ranker's weights on news_summary_train.jsonl and says what they reach on it.

    python -m benchmarks.fit_key_sentences [--data DIR]

Ridge regression of how densely a sentence's words and word pairs (pairs count twice) recur in the editor's
summary, one example a sentence, weighted by its words. It prints the numbers for `serving/text/ranker.py`.

The weight of TextRank is a choice, not a fit: `CENTRALITY` is the effect of one standard deviation. At 0 the
ranker follows the lead, as Indian newspapers reward. Each step up costs a little there and gains much where
the news is spread over the article; 0.037 is about the least that reaches ROUGE-1 52 on the BBC file.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import numpy as np
from rouge_score.rouge_scorer import RougeScorer
from rouge_score.tokenizers import DefaultTokenizer

from benchmarks.articles import DEFAULT_DATA, Row, load_rows
from serving.text.boilerplate import prose
from serving.text.clean import count_words
from serving.text.key_sentences import key_sentences
from serving.text.ranker import Features, feature_values, sentence_features, sentence_terms, text_rank
from serving.text.sentences import split_sentences

CENTRALITY = 0.037
RIDGE = 300.0
MAX_WORDS = 62

_TOKENIZER = DefaultTokenizer(use_stemmer=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    rows = load_rows(parser.parse_args().data / "news_summary_train.jsonl")
    features, centralities, densities, words = (np.concatenate(part) for part in zip(*map(examples, rows), strict=True))
    weights = fit(features, densities, words)
    for field, weight in zip(fields(Features), weights, strict=True):
        print(f"{field.name}={weight:.4f}")
    print(f"CENTRALITY_WEIGHT = {CENTRALITY / centralities.std():.4f}")
    print("with the stored weights, on these rows:", reached(rows))


def examples(row: Row) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, centralities, densities and words of an article's sentences."""
    texts = [sentence.text for sentence in prose(split_sentences(row.article))]
    terms = [sentence_terms(text) for text in texts]
    reference = _TOKENIZER.tokenize(row.summary)
    return (
        np.array([feature_values(features) for features in sentence_features(texts, terms)]),
        np.array(text_rank(terms)),
        np.array([density(text, reference) for text in texts]),
        np.array([float(count_words(text)) for text in texts]),
    )


def density(text: str, reference: Sequence[str]) -> float:
    """Share of a sentence's words and word pairs that the reference has; pairs count twice."""
    tokens = _TOKENIZER.tokenize(text)
    num_words = sum((Counter(tokens) & Counter(reference)).values())
    pairs, reference_pairs = (list(pairwise(t)) for t in (tokens, reference))
    num_pairs = sum((Counter(pairs) & Counter(reference_pairs)).values())
    return (num_words + 2 * num_pairs) / (3 * max(count_words(text), 1))


def fit(features: np.ndarray, targets: np.ndarray, sample_weights: np.ndarray) -> np.ndarray:
    """Weighted ridge regression on standardised features; the weights are for the raw ones."""
    mean = np.average(features, axis=0, weights=sample_weights)
    deviation = np.sqrt(np.average((features - mean) ** 2, axis=0, weights=sample_weights))
    scaled = np.column_stack([(features - mean) / deviation, np.ones(len(features))])
    gram = scaled.T @ (scaled * sample_weights[:, None]) + RIDGE * np.eye(scaled.shape[1])
    solution = np.linalg.solve(gram, scaled.T @ (sample_weights * targets))
    return solution[:-1] / deviation


def reached(rows: Sequence[Row]) -> str:
    scorer = RougeScorer(["rouge1", "rouge2"], use_stemmer=True)
    scores, lengths = [], []
    for row in rows:
        summary = " ".join(s.text for s in key_sentences(row.article, max_words=MAX_WORDS).sentences)
        score = scorer.score(row.summary, summary)
        scores.append([score["rouge1"].fmeasure, score["rouge2"].fmeasure])
        lengths.append(count_words(summary))
    rouge1, rouge2 = 100 * np.mean(scores, axis=0)
    return f"ROUGE-1 {rouge1:.1f}, ROUGE-2 {rouge2:.1f}, {np.mean(lengths):.1f} words"


if __name__ == "__main__":
    main()
