"""Key sentences: whole, within the limit, the news wherever it stands, never page furniture."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.text.boilerplate import is_prose, without_dateline
from serving.text.clean import count_words
from serving.text.key_sentences import key_sentences
from serving.text.opening import can_open_story, is_statement
from serving.text.ranker import sentence_terms, text_rank
from serving.text.sentences import Sentence, split_sentences
from serving.text.shorten import Quote, cut_short, whole
from tests.cpu_budget import cpu_budget
from tests.test_text_sentences import APOLLO, any_text
from ui.samples import SAMPLES, Sample

HARBOUR = (
    "The harbour of Port Ellery reopened on Monday after storms had kept it closed for a week. More than "
    "forty ships had waited outside the breakwater, the harbour master said. The storms damaged two of "
    "its three cranes. Repairs to the cranes will take until March and cost 12 million dollars. Fishermen "
    "sold the first catch within an hour."
)
# Talk about nothing in particular, each sentence with words of its own: a lead not worth having.
SMALL_TALK = (
    "Some mornings begin with a kettle and a window. My grandmother liked blue curtains. There is a song "
    "about rain that everyone half remembers. Dogs know when it is Sunday. A neighbour once painted his "
    "fence twice. Bread tastes better outdoors. Nobody plans for a quiet afternoon."
)
MORE_SMALL_TALK = (
    "Old maps show rivers where streets are now. An uncle of mine collected spoons. Snow makes cities "
    "polite. Chess clubs smell of coffee. Every family has one photograph that nobody can explain."
)


def chosen(article: str, max_words: int = 76) -> list[str]:
    return [sentence.text for sentence in key_sentences(article, max_words=max_words).sentences]


def shown(article: str, quote: Quote) -> str:
    """What a quote's spans say: its text but for the ellipsis and a first letter made capital."""
    return "".join(article[start:end] for start, end in quote.kept)


def test_picks_sentences_in_article_order_within_the_limit() -> None:
    result = key_sentences(HARBOUR, max_words=40)
    assert 30 <= sum(count_words(quote.text) for quote in result.sentences) <= 40
    starts = [quote.source.start for quote in result.sentences]
    assert starts == sorted(starts)
    assert {quote.source for quote in result.sentences} <= set(split_sentences(HARBOUR))


def test_a_sentence_without_a_phrase_as_short_as_the_limit_is_cut_at_a_word() -> None:
    result = key_sentences(HARBOUR, max_words=5)
    assert result.cut
    (quote,) = result.sentences
    assert quote.text == "The harbour of Port Ellery…"
    assert quote.cuts == [(len(quote.text) - 1, HARBOUR.index(".") + 1)]


@given(any_text, st.integers(1, 40))
def test_any_text_gives_exact_offsets_within_the_limit(article: str, max_words: int) -> None:
    result = key_sentences(article, max_words=max_words)
    assert sum(count_words(quote.text) for quote in result.sentences) <= max_words
    for quote in result.sentences:
        assert quote.text.replace("…", "").lower() == shown(article, quote).replace("…", "").lower()
        assert quote.source.text == article[quote.source.start : quote.source.end]
        spans = sorted([*quote.kept, *quote.cuts])
        assert [start for start, _ in spans] == [quote.source.start, *(end for _, end in spans[:-1])]
        assert spans[-1][1] == quote.source.end
    assert bool(result.sentences) == bool(article.strip())


news_text = st.lists(
    st.sampled_from([sentence.text for sample in SAMPLES for sentence in split_sentences(sample.text)])
    | any_text.filter(lambda text: "\n" not in text),
    max_size=12,
).map(" ".join)


@pytest.mark.slow
@given(news_text, st.integers(1, 60), st.integers(0, 60))
def test_what_a_shorter_summary_quotes_a_longer_one_quotes(article: str, max_words: int, more: int) -> None:
    shorter, longer = (key_sentences(article, max_words=limit).sentences for limit in (max_words, max_words + more))
    assert {quote.source for quote in shorter} <= {quote.source for quote in longer}


@pytest.mark.parametrize("max_words", [40, 60, 120])
@pytest.mark.parametrize(
    ("sample", "news"),
    list(
        zip(
            SAMPLES,
            [
                "Men have landed and walked on the moon.",
                "Larkhaven's ferries will run all night from the first of May, the city council decided on Tuesday",
                "has supplied a mining town in the Kesh desert with electricity for 100 days without a break",
                "A violin that had been missing for 41 years was given back to its owner on Sunday",
            ],
            strict=True,
        )
    ),
    ids=[sample.name for sample in SAMPLES],
)
def test_the_samples_hold_the_news_at_every_length(sample: Sample, news: str, max_words: int) -> None:
    assert any(news in text for text in chosen(sample.text, max_words))


@pytest.mark.parametrize(
    "before",
    [
        '"I have never seen such waves," said Ada Quill, the harbour master.',
        "He had waited for this morning.",
        "It was a long week.",
        "Who would have thought it?",
        "Good morning and welcome to the Ellery Post.",
        "But nobody gave up hope.",
        "Photo: Ships outside the breakwater.",
    ],
)
def test_the_news_is_the_first_sentence_that_can_open_a_story(before: str) -> None:
    for max_words in (20, 40, 60):
        texts = chosen(f"{before} {HARBOUR}", max_words)
        assert any(text.startswith("The harbour of Port Ellery reopened on Monday") for text in texts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello and welcome to our live coverage.", False),
        ("Good morning, everyone.", False),
        ("Thanks for reading.", False),
        ("My name is Ann Bell.", False),
        ("Good Morning America moves to a new studio.", True),
        ("Hello Kitty turns 50.", True),
        ("Welcome to the Jungle topped the charts.", True),
        ("Thank You For Smoking was shown again.", True),
        ("Hi-tech firms in the valley hire again.", True),
    ],
)
def test_a_greeting_states_nothing(text: str, expected: bool) -> None:
    assert is_statement(text) is expected


def test_thai_needs_no_full_stop() -> None:
    text = "นายกเทศมนตรีกล่าวว่าการซ่อมแซมจะใช้เวลาอย่างน้อยสิบวันและมีค่าใช้จ่ายสูง"
    assert chosen(f"ข่าวน้ำ\n{text}") == [text]


@pytest.mark.parametrize(
    "text",
    ["The ferries stop 👏👏", "The ferries stop. 🎉", "The ferries stop! ⛴️", "“The ferries stop.” 👍🏽", "They stop…☹"],
)
def test_a_picture_may_end_a_sentence(text: str) -> None:
    (sentence,) = split_sentences(text)
    assert is_prose(sentence)


@pytest.mark.parametrize(
    ("text", "can_open"),
    [
        ("The council voted for night ferries.", True),
        ("It emerged that the council had voted.", False),
        ("They're building a bridge at last.", False),
        ("“We voted for it,” said the mayor.", False),
        ("'I was there,' she said on Monday.", False),
        ("Will the ferries run all night?", False),
        ("Hello and welcome to the programme.", False),
        ("However, the ferries did not run.", False),
        ("U.S. ferries will run all night.", True),
        ("IT workers at the port went home.", True),
        ("No ferries will run on Monday.", True),
        ("Well water in the valley is poisoned.", True),
        ("Welcome rains ended the long drought.", True),
        ("Thanks to the rain, the drought ended.", True),
        ("Yes voters won in all four counties.", True),
        ("Hi-tech firms in the valley hire again.", True),
        ("Here is the news of the day.", False),
        ("So far, 40 ships have left port.", True),
        ("US troops left the island.", True),
    ],
)
def test_what_can_open_a_story(text: str, can_open: bool) -> None:
    assert can_open_story(text) == can_open


def test_other_languages_are_quoted_whole() -> None:
    text = (
        "Der Bürgermeister hat Geld aus der Kasse der Stadt genommen und damit ein Haus gekauft, sagte die Polizei. "
        "Die Stadt will das Geld nun von ihm zurück und hat ihn in der letzten Woche verklagt."
    )
    assert chosen(text, 20) == [split_sentences(text)[0].text]


@pytest.mark.parametrize(
    "article",
    [
        f"{SMALL_TALK} {HARBOUR} {MORE_SMALL_TALK}",
        f"{SMALL_TALK} {HARBOUR}",
        f"{SMALL_TALK}\n\n{MORE_SMALL_TALK}\n\n{HARBOUR}",
    ],
    ids=["in the middle", "at the end", "behind a hundred words"],
)
def test_finds_the_news_where_it_is(article: str) -> None:
    summary = chosen(article)
    news = [text for text in summary if text in HARBOUR]
    assert any("harbour of Port Ellery reopened" in text for text in news)
    # The lead alone would give none of it.
    assert sum(map(count_words, news)) > 0.4 * sum(map(count_words, summary))


def test_says_nothing_twice() -> None:
    summary = chosen(" ".join([HARBOUR] * 20), max_words=76)
    assert len(summary) == len(set(summary)) > 1


@pytest.mark.slow
def test_the_same_in_every_process() -> None:
    # Python's hashes differ by process, and with them the order of sets.
    program = (
        "from tests.test_text_key_sentences import HARBOUR, SMALL_TALK, chosen; "
        "print(chosen((HARBOUR + ' ' + SMALL_TALK) * 2, 60))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in (1, 2, 3)
    }
    assert len(outputs) == 1
    assert outputs.pop().strip()


@pytest.mark.parametrize(
    "line",
    [
        "HARBOUR REOPENS AFTER WEEK OF STORMS",
        "Harbour of Port Ellery reopens",
        "By Ann Bell, harbour correspondent",
        "By Ann Bell and Tom Reed",
        "PORT ELLERY, April 5",
        "Updated at 3.53pm BST",
        "Published: 5 April 2021",
        "ALSO READ: Harbour of Port Ellery closed by storms",
        "Also read | How storms keep the harbour closed for weeks.",
        "READ MORE: Ships wait outside the harbour of Port Ellery.",
        "Scroll down for video",
        "Click here to see the harbour of Port Ellery after the storms.",
        "Photo: The harbour of Port Ellery after the storms.",
        "Image copyright Getty Images",
        "Ships outside the breakwater of the harbour of Port Ellery after the storms. (Photo: Reuters)",
        "We use cookies to give you the best experience of the harbour of Port Ellery.",
        "Sign up for our harbour newsletter.",
        "© 2021 The Port Ellery Harbour Post.",
        "All rights reserved.",
        "© 2021 The Port Ellery Harbour Post. The Post is not to blame for other sites. Read about our harbour.",
        "Copyright 2021 The Press. This material on the harbour of Port Ellery is ours.",
        "Privacy Notice: Newsletters may contain news of the harbour. We use a robot to guard it.",
        "Harbour correspondent Ann Bell contributed to this report.",
        "5 min read on the harbour of Port Ellery.",
        "You got this email because you signed up. This email was sent because you signed up.",
        '1. ^ "Harbour of Port Ellery". Port Ellery News. Retrieved 5 April 2021.',
        "[3] Harbour Post. Issue of 5 April.",
        "CAUTION: This email is from outside the harbour. Do not click links to Port Ellery.",
        "CONFIDENTIALITY NOTICE: It is intended only for the harbour. Delete it if you have it in error.",
        ".",
        "Hello and welcome to our coverage of the harbour.",
        "(With inputs from agencies in Port Ellery)",
        "Follow us on Facebook for the harbour and its storms.",
        "Follow the Post’s coverage of the harbour on Facebook and Instagram.",
        "A version of this article appears in print on May 3, with the headline: The harbour closes.",
        "This article was amended on 4 May to correct the name of the harbour.",
        "Correction: The harbour of Port Ellery was built in 1911.",
        "To continue reading about the harbour, please log in.",
        "Already a subscriber? Log in.",
        "Become a member of the harbour’s friends today. Support independent journalism.",
        "Create a free account to read about the harbour.",
        "Download our free app to get news of the harbour.",
        "Comments on this story are now closed.",
        "The BBC is not responsible for the content of external sites about the harbour.",
        "Have you been affected by the storms? Email us.",
    ],
)
def test_page_furniture_is_never_picked(line: str) -> None:
    for article in (f"{line}\n\n{HARBOUR}", HARBOUR.replace(". The storms", f".\n\n{line}\n\nThe storms")):
        assert not any(line.startswith(text) for text in chosen(article))
        assert chosen(article)


@pytest.mark.parametrize(
    "text",
    [
        "By Monday the troops had left the harbour.",
        "By Christmas Eve, all the ships were back.",
        "Published in 1984, the book about the harbour sold well.",
        "Read-only memory fell by 5 percent.",
        "Facebook changed its privacy policy on Monday.",
        "Browsers will block third-party cookies on every website by March.",
        "Like it or not, the harbour is closed.",
        "Related costs rose by 5 percent.",
        "Copyright law protects the song.",
        "Photos of the harbour won the prize.",
        "Watching the harbour, she smiled.",
        "Already a member of the union, the harbour wants more.",
        "The pupils need money to continue reading.",
        "This report was first published in 2011.",
        "Corrections to the harbour's accounts took a year.",
        "Comments are rare in the harbour's books.",
        "They support independent journalism in the harbour.",
    ],
)
def test_sentences_about_such_things_are_prose(text: str) -> None:
    (sentence,) = split_sentences(text)
    assert is_prose(sentence)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (APOLLO.split(". ")[0] + ".", "Men have landed and walked on the moon."),
        ("(CNN) The harbour reopened.", "The harbour reopened."),
        ("NEW DELHI (Reuters) - The harbour reopened.", "The harbour reopened."),
        ("PORT ELLERY, April 5 -- The harbour reopened.", "The harbour reopened."),
        ("The harbour reopened -- at last.", "The harbour reopened -- at last."),
        ("PORT ELLERY, April 5, 2021 /PRNewswire/ -- The harbour reopened.", "The harbour reopened."),
        ("PORT ELLERY, April 5, 2021 (GLOBE NEWSWIRE) -- The harbour reopened.", "The harbour reopened."),
        ("PORT ELLERY--(BUSINESS WIRE)--The harbour reopened.", "The harbour reopened."),
        ("NASA launched it.", "NASA launched it."),
    ],
)
def test_datelines_are_left_out(text: str, rest: str) -> None:
    (sentence,) = split_sentences(text)
    stripped = without_dateline(sentence)
    assert stripped.text == rest == text[stripped.start : stripped.end]


def test_a_list_without_prose_gives_its_lines() -> None:
    assert chosen("Eggs\nFlour\nMilk") == ["Eggs", "Flour", "Milk"]


def test_text_rank_prefers_what_others_talk_about_and_keeps_its_mean() -> None:
    texts = ["The harbour reopened.", "Ships left the harbour.", "The ships had waited.", "My cat sleeps."]
    ranks = text_rank([sentence_terms(text) for text in texts])
    assert ranks[1] == max(ranks)
    assert ranks[3] == min(ranks)
    assert sum(ranks) == pytest.approx(len(texts))


@pytest.mark.slow
@pytest.mark.parametrize(
    "article",
    [
        (HARBOUR + " ") * 570,
        "Ab. " * 50_000,
        "harbour " * 25_000,
        "天气很好。" * 40_000,
        "x" * 20_000,
        "the, " * 40_000 + "end.",
    ],
    ids=["prose", "tiny sentences", "one sentence", "no spaces", "one word", "commas"],
)
def test_200_000_characters_of_anything_take_linear_time(article: str) -> None:
    with cpu_budget():
        key_sentences(article, max_words=2_000)


LOPEZ = "Lopez, 58, is one of about 1,400 former workers who are suing the plant over illnesses."
DENIED = "The company denies that its solvents caused any illness."


@pytest.mark.parametrize(
    "before",
    [
        "She still remembers the smell.",
        "It was sweet, like burnt sugar, and it came from the vents.",
        "“I thought someone was baking at the plant.”",
        '"Nobody told the workers at the plant about the solvents."',
        "«Nobody told the workers at the plant about the solvents.»",
        "What made the former workers of the plant ill?",
        "And then the workers of the plant fell ill.",
    ],
)
def test_no_summary_quotes_what_nobody_understands_by_itself(before: str) -> None:
    article = f"{before}\n\n{LOPEZ}\n\n{DENIED}"
    for limit in (20, 40, 120):
        texts = [quote.text for quote in key_sentences(article, max_words=limit).sentences]
        assert texts == ([LOPEZ] if limit == 20 else [LOPEZ, DENIED])


@pytest.mark.parametrize("text", ["“Nobody told us about it.” “They knew of it.”", "Who knew of it? Who told them?"])
def test_a_text_of_nothing_else_is_quoted_all_the_same(text: str) -> None:
    assert " ".join(quote.text for quote in key_sentences(text, max_words=40).sentences) == text


def test_a_quotation_with_its_speaker_is_quoted() -> None:
    spoken = "“Nobody told us about it at the plant,” Lopez said."
    texts = [quote.text for quote in key_sentences(f"{LOPEZ}\n\n{spoken}", max_words=60).sentences]
    assert texts == [LOPEZ, spoken]


def test_a_judgment_is_not_cut_before_it_is_told() -> None:
    sentence = "Circuit Judge Ann Moore had ruled in March that Reed was not the man who did this to them."
    assert cut_short(whole(Sentence(sentence, 0, len(sentence), 0)), 9) is None
