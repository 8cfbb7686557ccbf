"""Evidence and warnings: exact offsets, the right sentences, real errors found, other spellings let pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.text.evidence import find_evidence, find_unsupported
from serving.text.sentences import split_sentences
from tests.cpu_budget import cpu_budget
from tests.test_text_key_sentences import HARBOUR
from tests.test_text_sentences import APOLLO, any_text

FACTS = (
    "NEW YORK -- The Harbour Workers Union of India said on Monday that twelve of its 1,487 members were "
    "hurt on 5 April 2016. Prime Minister Anna Bell, 43, paid Rs 50,000 to each. Mohammed Khan was in the "
    "U.S. at 3:30 pm. Losses came to $1.2 million, or 12.4 percent. Neil Armstrong and Edwin Aldrin flew to "
    "Moscow with BBK."
)


def unsupported(summary: str, article: str = FACTS) -> list[tuple[str, str]]:
    return [(fact.kind, fact.text) for fact in find_unsupported(summary, article)]


def test_each_sentence_points_to_the_sentence_that_it_rests_on() -> None:
    summary = "The port reopened on Monday after a week of storms. Crane repairs will cost 12 million dollars."
    evidence = find_evidence(summary, HARBOUR)
    best = [HARBOUR[e.sources[0].start : e.sources[0].end] for e in evidence]
    assert best[0].startswith("The harbour of Port Ellery reopened")
    assert best[1].startswith("Repairs to the cranes")
    assert [summary[e.start : e.end] for e in evidence] == [s.text for s in split_sentences(summary)]


def test_a_sentence_made_of_two_points_to_both() -> None:
    (evidence,) = find_evidence("Storms damaged two of three cranes and fishermen sold the first catch.", HARBOUR)
    assert {HARBOUR[source.start :][:12] for source in evidence.sources} == {"The storms d", "Fishermen so"}


def test_a_copied_sentence_rests_on_its_original_alone() -> None:
    (evidence,) = find_evidence("The storms damaged two of its three cranes.", HARBOUR)
    (source,) = evidence.sources
    assert source.score == 1.0


def test_an_invented_sentence_rests_on_nothing() -> None:
    (evidence,) = find_evidence("A bank in Peru was robbed by clowns.", HARBOUR)
    assert evidence.sources == []


@settings(deadline=None)  # the first text in a language waits for its words
@given(any_text, any_text)
def test_any_texts_give_exact_offsets(summary: str, article: str) -> None:
    sentences = {(s.start, s.end) for s in split_sentences(article)}
    assert [(e.start, e.end) for e in find_evidence(summary, article)] == [
        (s.start, s.end) for s in split_sentences(summary)
    ]
    for evidence in find_evidence(summary, article):
        assert {(source.start, source.end) for source in evidence.sources} <= sentences
        assert all(0 < source.score <= 1 for source in evidence.sources)
    for fact in find_unsupported(summary, article):
        assert summary[fact.start : fact.end] == fact.text != ""


@given(st.sampled_from([HARBOUR, FACTS, APOLLO]))
def test_an_article_supports_itself(article: str) -> None:
    assert find_unsupported(article, article) == []


@pytest.mark.parametrize(
    ("summary", "facts"),
    [
        ("In all 21 were hurt.", [("number", "21")]),
        ("In all thirteen were hurt.", [("number", "thirteen")]),
        ("She paid 60,000 rupees.", [("number", "60,000")]),
        ("It was in 2017.", [("date", "2017")]),
        ("It happened on Friday.", [("date", "Friday")]),
        ("It happened in May.", [("date", "May")]),
        ("They flew to London.", [("name", "London")]),
        ("Gupta was hurt.", [("name", "Gupta")]),
        ("Then Neil Aldrin flew.", [("name", "Neil Aldrin")]),
        ("The CIA was there.", [("name", "CIA")]),
        ("Losses came to $1.3 million.", [("number", "1.3 million")]),
    ],
)
def test_flags_what_the_article_does_not_hold(summary: str, facts: list[tuple[str, str]]) -> None:
    assert unsupported(summary) == facts


@pytest.mark.parametrize(
    "summary",
    [
        "Twelve were hurt, 12 in all.",
        "Each got ₹50,000 or 50000 rupees.",
        "Each got half a lakh.",
        "Losses came to 1.2m, or 1,200,000 dollars.",
        "About 1,500 and exactly 1487 members.",
        "It was some 12 percent.",
        "It was at 3.30 pm.",
        "It was at 3:30 pm, with 12 percent lost.",
        "It was on April 5, 2016, a Mon. in Apr.",
        "The two of them, and those two, met.",
        "In the US, Khan's friends met.",
        "American and Indian workers met.",
        "Mohammad Khan met them.",
        "The HWU met.",
        "Bell, the PM, paid.",
        "One of them, first of all, left. Both sides met.",
        "Officials and Scientists met. Furthermore, it rained.",
        "Neil Armstrong flew. Aldrin flew.",
    ],
)
def test_other_forms_of_the_same_fact_pass(summary: str) -> None:
    assert unsupported(summary) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "article",
    [
        "AB " * 66_666,
        "天气很好。" * 40_000,
        "1,2." * 50_000,
        "'" * 200_000,
        HARBOUR * 500,
        "1 000 " * 33_333,
        "1 and " * 33_333,
        "May 5 and " * 20_000,
        "1/2/" * 50_000,
        "half a " * 28_000,
        "one hundred " * 16_000,
    ],
    ids=["one name", "no spaces", "numbers", "marks", "prose", "groups", "list", "dates", "slashes", "half", "words"],
)
def test_200_000_characters_of_anything_take_linear_time(article: str) -> None:
    with cpu_budget():
        find_evidence(article[:3_000], article)
        find_unsupported(article[:3_000], article)
