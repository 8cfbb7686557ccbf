"""Key sentences: whole, within the limit, never page furniture."""

from hypothesis import given
from hypothesis import strategies as st

from serving.text.clean import count_words
from serving.text.key_sentences import key_sentences
from serving.text.sentences import split_sentences
from tests.test_text_sentences import any_text

HARBOUR = (
    "The harbour of Port Ellery reopened on Monday after storms had kept it closed for a week. More than "
    "forty ships had waited outside the breakwater, the harbour master said. The storms damaged two of "
    "its three cranes. Repairs to the cranes will take until March and cost 12 million dollars. Fishermen "
    "sold the first catch within an hour."
)


def test_picks_whole_sentences_in_article_order_within_the_limit() -> None:
    result = key_sentences(HARBOUR, max_words=40)
    assert not result.cut
    assert 15 <= sum(count_words(s.text) for s in result.sentences) <= 40
    assert [s.start for s in result.sentences] == sorted(s.start for s in result.sentences)
    assert {s.text for s in result.sentences} <= {s.text for s in split_sentences(HARBOUR)}


def test_a_sentence_longer_than_the_limit_is_cut_at_a_word() -> None:
    result = key_sentences(HARBOUR, max_words=5)
    assert result.cut
    (sentence,) = result.sentences
    assert sentence.text.endswith("…")
    assert count_words(sentence.text) <= 5
    assert sentence.text.rstrip("…") == HARBOUR[sentence.start : sentence.end]


@given(any_text, st.integers(1, 40))
def test_any_text_gives_exact_offsets_within_the_limit(article: str, max_words: int) -> None:
    result = key_sentences(article, max_words=max_words)
    assert sum(count_words(s.text) for s in result.sentences) <= max_words
    for sentence in result.sentences:
        kept = sentence.text.removesuffix("…") if result.cut else sentence.text
        assert article[sentence.start : sentence.end].startswith(kept)
    assert bool(result.sentences) == bool(article.strip())
