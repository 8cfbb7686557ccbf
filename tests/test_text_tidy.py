"""Whole sentences, limits, bullets and repetition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.text.clean import count_words
from serving.text.tidy import Tidied, drop_repeats, finish_sentences, is_finished, limit_words, to_bullets
from tests.test_text_sentences import any_text


@pytest.mark.parametrize(
    ("raw", "tidied"),
    [
        ("and walked on the moon. The crew of", Tidied("And walked on the moon.", True)),
        ("men have landed on the moon", Tidied("Men have landed on the moon", False)),
        ("The Eagle landed. It was late.", Tidied("The Eagle landed. It was late.", False)),
        ("The Eagle landed. He thanked Mr.", Tidied("The Eagle landed.", True)),
        ("It rose to 3.5 percent. It fell to 2.", Tidied("It rose to 3.5 percent. It fell to 2.", False)),
        ("He lives in the U.S.", Tidied("He lives in the U.S.", False)),
        ("The ship , he said , is safe .", Tidied("The ship, he said, is safe.", False)),
        ("They did n't  go ( again ).", Tidied("They didn't go (again).", False)),
        ('He said: " We won. " All cheered.', Tidied('He said: "We won." All cheered.', False)),
        ('He said: "Base here. The Eagle has', Tidied('He said: "Base here."', True)),
        ('it is safe," he said.', Tidied("It is safe, he said.", False)),
        ("The 6'2\" tall man left.", Tidied("The 6'2\" tall man left.", False)),
        ("iPhone sales fell.", Tidied("iPhone sales fell.", False)),
        (". , and so it ended.", Tidied("And so it ended.", False)),
        ("天气很好。我们去", Tidied("天气很好。", True)),
        ("", Tidied("", False)),
    ],
)
def test_finishes_sentences(raw: str, tidied: Tidied) -> None:
    assert finish_sentences(raw) == tidied


@given(any_text)
def test_finishing_adds_no_words_and_a_trimmed_text_ends_finished(text: str) -> None:
    result = finish_sentences(text)
    assert count_words(result.text) <= count_words(text)
    assert result.text == " ".join(result.text.split())
    assert is_finished(result.text) or not result.trimmed


TWO_SENTENCES = "The harbour reopened on Monday. Ships had waited for a week."


@pytest.mark.parametrize(
    ("max_words", "limited"),
    [
        (11, Tidied(TWO_SENTENCES, False)),
        (10, Tidied("The harbour reopened on Monday.", True)),
        (5, Tidied("The harbour reopened on Monday.", True)),
        (3, Tidied("The harbour reopened…", True)),
    ],
)
def test_limits_words_at_a_sentence_end_where_there_is_one(max_words: int, limited: Tidied) -> None:
    assert limit_words(TWO_SENTENCES, max_words) == limited


@given(any_text, st.integers(1, 30))
def test_the_word_limit_holds_for_any_text(text: str, max_words: int) -> None:
    limited = limit_words(text, max_words)
    assert count_words(limited.text) <= max_words
    assert limited.trimmed == (limited.text != text)


def test_bullets_are_one_finished_sentence_each() -> None:
    assert to_bullets("the harbour reopened. Ships had waited for a week. The mayor, who") == [
        "The harbour reopened.",
        "Ships had waited for a week.",
    ]


def test_bullets_lose_the_marks_they_came_with() -> None:
    assert to_bullets("- The harbour reopened.\n2. Ships came.\n• All left.") == [
        "The harbour reopened.",
        "Ships came.",
        "All left.",
    ]


def test_a_single_unfinished_sentence_is_still_a_bullet() -> None:
    assert to_bullets("the harbour reopened") == ["The harbour reopened"]
    assert to_bullets(" ") == []


@given(any_text)
def test_no_text_breaks_bullets(text: str) -> None:
    assert all(bullet.strip() for bullet in to_bullets(text))


def test_drops_what_was_said_and_keeps_new_numbers() -> None:
    first = "The harbour reopened on Monday after a week of storms."
    assert drop_repeats(
        [
            first,
            "After a week of storms, the harbour reopened.",
            "The harbour reopened on Monday after 3 weeks of storms.",
            "Fishermen in the harbour sold 20 tonnes of cod.",
        ]
    ) == [
        first,
        "The harbour reopened on Monday after 3 weeks of storms.",
        "Fishermen in the harbour sold 20 tonnes of cod.",
    ]
