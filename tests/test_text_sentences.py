"""Sentence splitting: exact offsets for any text, and the breaks that news texts get wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.text.sentences import split_sentences
from tests.cpu_budget import cpu_budget

APOLLO = (
    "HOUSTON -- Men have landed and walked on the moon. Two Americans, astronauts of Apollo 11, steered "
    "their fragile four-legged lunar module safely and smoothly to the historic landing yesterday at "
    "4:17:40 P.M., Eastern daylight time. Neil A. Armstrong, the 38-year-old commander, radioed to earth "
    'and the mission control room here: "Houston, Tranquility Base here. The Eagle has landed." The first '
    "men to reach the moon -- Armstrong and his co-pilot, Col. Edwin E. Aldrin Jr. of the Air Force -- "
    "brought their ship to rest."
)


def texts(article: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(article)]


def test_the_tutorial_article_has_its_four_sentences() -> None:
    assert [text[:12] for text in texts(APOLLO)] == [
        "HOUSTON -- M",
        "Two American",
        "Neil A. Arms",
        "The first me",
    ]


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param(["Dr. Ann B. Lee met Sen. Cole.", "He left."], id="titles and initials"),
        pytest.param(["Prices rose 3.5 percent to $1.25.", "Wages did not."], id="decimals"),
        pytest.param(["The U.S. Senate met.", "The U.K. did not."], id="U.S. inside a sentence"),
        pytest.param(["He lives in the U.S.", "She does not."], id="U.S. at the end of a sentence"),
        pytest.param(["They land at 4:17:40 P.M., Eastern time.", "All cheered."], id="time of day before a comma"),
        pytest.param(["It opens at 5 p.m. Friday.", "Bring food."], id="time of day before a weekday"),
        pytest.param(["It closed at 5 p.m.", "Nobody came."], id="time of day at the end"),
        pytest.param(['"Is it over?" he asked.', "Nobody knew."], id="question in quotes, then lower case"),
        pytest.param(['"We won!" Maria Stone said.', "They had."], id="exclamation in quotes, then who said it"),
        pytest.param(["He waited... and left.", "It rained."], id="ellipsis inside"),
        pytest.param(["He waited…", "It rained."], id="ellipsis at the end"),
        pytest.param(["1. Wash the rice.", "2. Boil it."], id="numbered list"),
        pytest.param(["Sales of the iPhone fell.", "iPhone users shrugged."], id="sentence that starts in lower case"),
        pytest.param(["She spoke to the media.", "Then she left."], id="plain"),
    ],
)
def test_splits_where_a_reader_would(sentences: list[str]) -> None:
    assert texts(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("article", "sentences"),
    [
        ("今天天气很好。我们去公园吧！真的吗？", ["今天天气很好。", "我们去公园吧！", "真的吗？"]),
        ("यह एक वाक्य है। दूसरा वाक्य यहाँ है।", ["यह एक वाक्य है।", "दूसरा वाक्य यहाँ है।"]),
        ("它停了。1976年以来最长。NASA说对。", ["它停了。", "1976年以来最长。", "NASA说对。"]),
        ("発表した。「はい。」と言った。2日だ。", ["発表した。", "「はい。」と言った。", "2日だ。"]),
        ("“我们会修好它。”他说。14000户受影响。", ["“我们会修好它。”他说。", "14000户受影响。"]),
        ("هل وصل القطار؟ نعم، وصل اليوم.", ["هل وصل القطار؟", "نعم، وصل اليوم."]),
        ("Der Zug kam an. Alle stiegen ein.", ["Der Zug kam an.", "Alle stiegen ein."]),
    ],
    ids=["Chinese", "figures", "Japanese speech", "Chinese speech", "Hindi", "Arabic", "German"],
)
def test_knows_the_marks_of_other_scripts(article: str, sentences: list[str]) -> None:
    assert texts(article) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["It pays approx. 300 million kroner.", "It replaces a ferry."],
        ["The room holds max. 40 people.", "It is full."],
        ["It is est. $4 billion, incl. 19 per cent tax.", "Nobody pays."],
        ["See Vol. II, Fig. 3b and para. 5 of it.", "It is long."],
        ["Call Tel. 555 0142.", "Ask for Jo."],
        ["He lives at No. 10 in the street.", "She lives at No. 12."],
        ["See Art. 5 and pp. 4-5.", "They differ."],
        ["It costs approx. USD 30 and ca. €25.", "That is much."],
        ["The avg. 5.2 rose, at a temp. 12C.", "Sch. 2 says so."],
        ["It came on Wed. 6 Nov. and Tues. 12 Dec. last year.", "It rained."],
        ["Supt. Bob Ray met Amb. Lee in Ft. Worth.", "Dist. Atty. Jane Smith came."],
        ["Take Hwy. 12 to Rm. 4 in Bldg. 7.", "It is far."],
        ["It cost equiv. $30 per sq. 12.", "Sched. 2 says so."],
        ["It weighs 12 kg.", "40 people carried it."],
        ["They work for Acme plc.", "12 of them left."],
        ["He joined the NHS.", "12 years later he left."],
        ["He sat in the sun.", "12 others stood."],
        ["He met Max.", "They left."],
        ["That is only an est.", "It may change."],
        ["It was approx. five.", "Ten would do."],
    ],
    ids=lambda sentences: sentences[0][:24],
)
def test_no_sentence_ends_at_an_abbreviation_before_its_figure(sentences: list[str]) -> None:
    assert texts(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("fr", ["Il y a env. 30 personnes.", "Voir l'art. 5 du texte."]),
        ("es", ["Son aprox. 30 personas.", "Vea la pág. 5 del texto."]),
        ("de", ["Es kostet ca. 30 Euro, inkl. 19 Prozent.", "Nr. 5 lebt."]),
        ("fr", ["Le bail va du 3 janv. 2024 au 5 févr. 2025.", "Il est long."]),
        ("pl", ["To kosztuje maks. 300 zł, por. rys. 4.", "To jest drogo."]),
        ("pt", ["Cabem máx. 40 pessoas.", "Está cheio."]),
        ("nl", ["Dat zijn ca. 30 mensen.", "Zie blz. 5 ervan."]),
        ("de", ["Der 1. FC Köln siegte am 3. Spieltag.", "Im 2. Weltkrieg fiel er aus."]),
        ("fr", ["On voit M. Dupont et Mme Martin.", "Ils partent."]),
        ("it", ["Vedi pag. 12, art. 5, n. 3 del testo.", "Il Sig. Rossi lo ha detto."]),
        ("pl", ["Kosztuje ok. 300 zł od godz. 5 na str. 12 umowy.", "To jest drogo."]),
        ("sv", ["Det kostar ca. 300 kronor kl. 12 i dag.", "Det är dyrt."]),
        ("ru", ["Это стоит ок. 300 рублей по ст. 5 закона.", "Это много."]),
        ("tr", ["Yakl. 300 kişi geldi.", "Sn. Yılmaz konuştu."]),
        ("id", ["Ada 30 orang, lihat hal. 5 di sana.", "Itu saja."]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_abbreviations_before_figures_in_other_languages(language: str, sentences: list[str]) -> None:
    assert [s.text for s in split_sentences(" ".join(sentences), language=language)] == sentences


def test_mark_of_an_item_is_no_part_of_its_sentence() -> None:
    sentences = split_sentences("Points:\n- Fuel duty is frozen. So is tax.\n- Beer duty is cut\n-5 degrees")
    assert [(s.text, s.start, s.begins_item) for s in sentences] == [
        ("Points:", 0, False),
        ("Fuel duty is frozen.", 10, True),
        ("So is tax.", 31, False),
        ("Beer duty is cut", 44, True),
        ("-5 degrees", 61, False),
    ]


def test_language_chooses_the_abbreviations() -> None:
    german = "Es gibt viele Tiere, z.B. Hunde und ca. Zwanzig Katzen."
    assert [s.text for s in split_sentences(german, language="de")] == [german]


def test_quotation_that_never_closes_does_not_swallow_the_article() -> None:
    article = 'He said: "We are glad. ' + "The bridge was closed on Monday after the flood. " * 12
    assert max(len(text) for text in texts(article)) < 80


def test_line_breaks_end_paragraphs() -> None:
    sentences = split_sentences("Council votes\n\nThe council voted. It was late.\nNobody slept.")
    assert [(s.paragraph, s.text) for s in sentences] == [
        (0, "Council votes"),
        (1, "The council voted."),
        (1, "It was late."),
        (2, "Nobody slept."),
    ]


# Pieces that splitters trip over, mixed with anything at all.
pieces = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ['"', "“", "'", "(", ". ", "? ", "\n", "\n\n", "Dr. ", "U.S. ", "5 p.m. ", "said ", "。", "1. ", "A"]
    ),
)
any_text = st.lists(pieces, max_size=40).map("".join)


@given(any_text)
def test_every_offset_slices_the_article_and_no_character_is_lost(article: str) -> None:
    sentences = split_sentences(article)
    covered = 0
    for sentence in sentences:
        assert article[sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
        between = article[covered : sentence.start].strip()
        assert between == ("-" if sentence.begins_item else "")
        covered = sentence.end
    assert not article[covered:].strip()
    assert [s.paragraph for s in sentences] == sorted(s.paragraph for s in sentences)


@pytest.mark.slow
@pytest.mark.parametrize(
    "article",
    ["a" * 200_000, "“" * 200_000, '"A. ' * 50_000, "a\n" * 100_000, "天气很好。" * 40_000, "1. " * 66_666],
    ids=["one word", "quote marks", "open quotations", "short lines", "no spaces", "numbers"],
)
def test_200_000_characters_of_anything_take_linear_time(article: str) -> None:
    with cpu_budget():
        split_sentences(article)


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u3000", "\u202f"])
def test_wide_spaces_before_a_full_stop(space):
    """sentencex 1.0.32 panics here (a BaseException, which no handler expects)."""
    text = f"A{space}. B{space}.{space}He went home. J.{space}Smith stayed."
    assert all(text[s.start : s.end] == s.text for s in split_sentences(text))
