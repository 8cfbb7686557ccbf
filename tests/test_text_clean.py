"""Cleaning keeps every offset; words are counted in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.text.clean import clean_article, count_words, has_words, word_spans

any_text = st.text(alphabet=st.characters(exclude_categories=[]), max_size=200)


@given(any_text)
def test_cleaning_maps_code_points_one_to_one_and_leaves_valid_text(text: str) -> None:
    cleaned = clean_article(text)
    assert len(cleaned) == len(text)
    cleaned.encode("utf-8")  # no lone surrogate is left
    assert clean_article(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("a\x00b\x1bc", "a b c"),
        ("a\r\nb\rc", "a \nb\nc"),
        ("a\u2028b\x85c", "a\nb\nc"),
        ("a\tb\nc", "a\tb\nc"),
        ("naïve “quotes” 😀 中文", "naïve “quotes” 😀 中文"),
    ],
    ids=[
        "lone surrogate",
        "control characters",
        "carriage returns",
        "line separators",
        "tab, newline",
        "the rest",
    ],
)
def test_replaces_only_what_is_unreadable(text: str, cleaned: str) -> None:
    assert clean_article(text) == cleaned


@pytest.mark.parametrize(
    ("text", "num_words"),
    [
        ("", 0),
        (" \n\t", 0),
        ("The U.S. paid $1,000 -- twice.", 6),
        ("don't e-mail", 2),
        ("今天天气很好。", 3),
        ("“今天”", 1),
        ("我爱Python编程", 3),
        ("สวัสดีครับ", 2),
        ("날씨가 좋다", 2),
    ],
)
def test_counts_words(text: str, num_words: int) -> None:
    assert count_words(text) == num_words


@given(any_text)
def test_word_spans_are_the_counted_words_and_hold_every_visible_character(text: str) -> None:
    spans = list(word_spans(text))
    assert len(spans) == count_words(text)
    assert "".join(text[a:b] for a, b in spans) == "".join(text.split())


@pytest.mark.parametrize("text", ["", "  \n ", "!?... --", "😀👩‍🚀🇫🇷", "12 345,6", "\ufffd\x00"])
def test_marks_digits_and_emoji_are_not_words(text: str) -> None:
    assert not has_words(text)


@pytest.mark.parametrize("text", ["a", "— ok —", "今天", "नमस्ते", "مرحبا"])
def test_letters_of_any_script_are_words(text: str) -> None:
    assert has_words(text)
