"""Parts: each fits, nothing is lost or doubled, they are even, and the tokenizer is not asked often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.text.chunking import split_into_parts
from serving.text.sentences import split_sentences
from tests.test_text_sentences import any_text

NUM_SPECIAL_TOKENS = 3


class CountingTokenizer:
    """Four characters a token, as T5 has for English, plus special tokens; adds up how much it read."""

    def __init__(self) -> None:
        self.num_characters_read = 0

    def __call__(self, text: str) -> int:
        self.num_characters_read += len(text)
        return sum(-(-len(word) // 4) for word in text.split()) + NUM_SPECIAL_TOKENS


@given(any_text, st.integers(NUM_SPECIAL_TOKENS + 1, 60))
def test_parts_fit_slice_the_article_and_lose_nothing(article: str, max_tokens: int) -> None:
    count_tokens = CountingTokenizer()
    parts = split_into_parts(article, max_tokens=max_tokens, count_tokens=count_tokens)
    covered = 0
    for part in parts:
        assert article[part.start : part.end] == part.text
        assert count_tokens(part.text) <= max_tokens
        assert not article[covered : part.start].strip()
        covered = part.end
    assert not article[covered:].strip()


def test_a_text_that_fits_is_the_only_part_and_unchanged() -> None:
    article = "  Short.\n\n Text. "
    parts = split_into_parts(article, max_tokens=50, count_tokens=CountingTokenizer())
    assert [(part.text, part.start, part.end) for part in parts] == [(article, 0, len(article))]


def test_parts_end_at_sentence_ends_and_are_even() -> None:
    article = " ".join(f"The town number {number} rebuilt its harbour after the storm." for number in range(60))
    count_tokens = CountingTokenizer()
    parts = split_into_parts(article, max_tokens=512, count_tokens=count_tokens)
    sizes = [count_tokens(part.text) for part in parts]
    assert len(parts) == 2
    assert max(sizes) - min(sizes) <= 20
    assert {part.end for part in parts} <= {sentence.end for sentence in split_sentences(article)}


def test_a_sentence_longer_than_a_part_is_split_at_words() -> None:
    article = "word " * 500
    parts = split_into_parts(article, max_tokens=60, count_tokens=CountingTokenizer())
    assert {word for part in parts for word in part.text.split()} == {"word"}
    assert sum(len(part.text.split()) for part in parts) == 500


def test_an_endless_word_is_split_but_no_accent_leaves_its_letter() -> None:
    article = "e\u0301" * 1_000
    parts = split_into_parts(article, max_tokens=60, count_tokens=CountingTokenizer())
    assert "".join(part.text for part in parts) == article
    assert all(part.text[0] == "e" for part in parts)


def test_tokens_between_sentences_count_too() -> None:
    def count_tokens(text: str) -> int:
        return len(text) + 1  # spaces are tokens: a part is longer than the sum of its sentences

    article = "Aa. " * 40
    parts = split_into_parts(article, max_tokens=31, count_tokens=count_tokens)
    assert all(count_tokens(part.text) <= 31 for part in parts)
    assert sum(part.text.count("Aa.") for part in parts) == 40


def test_no_room_beside_the_special_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match="3 special tokens"):
        split_into_parts("Some text.", max_tokens=3, count_tokens=CountingTokenizer())


@pytest.mark.parametrize(
    "article",
    ["The minister said that 25 people left. " * 5_000, "x" * 200_000, "word " * 40_000, "x. " * 66_000],
    ids=["prose", "one word", "no sentence ends", "tiny sentences"],
)
def test_the_tokenizer_reads_a_long_article_a_bounded_number_of_times(article: str) -> None:
    count_tokens = CountingTokenizer()
    split_into_parts(article, max_tokens=512, count_tokens=count_tokens)
    # Whole, by sentence, by part: 3 times; halving an endless sentence adds log2(50,000 / 512) = 7.
    assert count_tokens.num_characters_read <= 11 * len(article)
