"""Shortened sentences: grammar, meaning and the record of what was left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.text.clean import count_words
from serving.text.sentences import Sentence, split_sentences
from serving.text.shorten import Quote, cut_anywhere, cut_short, cut_width, whole, without_asides
from tests.test_text_sentences import any_text
from ui.samples import SAMPLES


def quote(text: str) -> Quote:
    return whole(Sentence(text, 0, len(text), 0))


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("Meanwhile, the port reopened.", "The port reopened."),
        ("However, the port stays closed.", "The port stays closed."),
        ("In addition, the port gets a crane.", "The port gets a crane."),
        ("The port will reopen, the mayor said on Monday.", "The port will reopen, the mayor said."),
        ("It will reopen, the mayor told reporters late on Friday.", "It will reopen, the mayor told reporters."),
        ('"We are ready," said the mayor yesterday.', None),
        ("The mayor (pictured) opened the port.", "The mayor opened the port."),
        ("The port (to the left of the church) reopened.", "The port reopened."),
        ("The crane -- the larger of the pair -- fell.", "The crane fell."),
        # What carries a fact stays.
        ("Meanwhile the port reopened.", None),
        ("The port (which lost 12 ships) reopened.", None),
        ("The port (not the town) reopened.", None),
        ("The World Health Organization (WHO) reopened the port.", None),
        ("The two men -- Armstrong and Aldrin -- landed.", None),
        ("The mayor -- he was said to be ill -- stayed away.", None),
        ('"The port (the old part) is closed," he said.', None),
        ("The mayor resigned on Monday.", None),
        ("The mayor said on Monday that the port would reopen.", None),
        ("The port reopened, and the mayor said on Monday that he was glad.", None),
        ("However hard it was, the port reopened.", None),
    ],
)  # fmt: skip
def test_asides_without_a_fact_are_left_out(text: str, shorter: str | None) -> None:
    assert without_asides(quote(text)).text == (shorter or text)


@pytest.mark.parametrize(
    ("text", "max_words", "shorter"),
    [
        (
            "The council voted for the night ferries on Tuesday, after a debate that lasted four hours.", 10,
            "The council voted for the night ferries on Tuesday…",
        ),
        (
            "The council voted for the night ferries after a debate that lasted four hours.", 9,
            "The council voted for the night ferries…",
        ),
        (
            "The new timetable adds a boat every forty minutes between midnight and 5 a.m. on the line.", 16,
            "The new timetable adds a boat every forty minutes between midnight and 5 a.m.…",
        ),
        # Who says it comes along, whatever is cut.
        (
            "The mayor took 40,000 dollars from the port's funds to pay for a house by the sea, prosecutors said.", 16,
            "The mayor took 40,000 dollars from the port's funds to pay for a house…, prosecutors said.",
        ),
        (
            "The mayor took 40,000 dollars from the port's funds for a house by the sea, according to the report.", 16,
            "The mayor took 40,000 dollars from the port's funds for a house…, according to the report.",
        ),
        ("The mayor took the money from the port's funds, and police claim that he hid it at home.", 13, None),
        # Conditions, contrasts and negations.
        ("The council will build the bridge across the river next spring unless the voters refuse to pay.", 14, None),
        ("The man was convicted of fraud by a jury in the spring, but was acquitted in the autumn.", 14, None),
        ("The port will be open to all of the ships in the bay if the storm passes.", 14, None),
        ("The two firms said that they will work with each other on the bridge and not on the port.", 17,
         "The two firms said that they will work with each other…"),
        # A quotation that is cut is closed.
        ('The mayor of the town said that "the bridge is old, rusty and, in the end, a danger to us all".', 14,
         'The mayor of the town said that "the bridge is old…"'),
        ("“We will open the new bridge in the spring if the work on it goes well,” said the mayor.", 14, None),
        ("“We will open the new bridge in the spring to all who live in the town,” said the mayor.", 14,
         "“We will open the new bridge in the spring…” said the mayor."),
        ('"I slept on a bench in the laundry room for the whole of the winter," said Ines Calder.', 14,
         '"I slept on a bench in the laundry room…" said Ines Calder.'),
        # An opening phrase, or a subject with an aside behind it, says nothing by itself.
        ("A pilot, who was on leave from the air force in the north, has found the ship.", 12, None),
        ("After weeks of talks between the two sides in the old town, the council voted for the ferries.", 14, None),
        ("After weeks of talks, the council voted for the ferries in the end, and for the bridge.", 14,
         "After weeks of talks, the council voted for the ferries in the end…"),
        ("Four short words here, and no more.", 5, None),
        # Nor does a subject: its verb may say that nothing of it is so.
        ("The claim that 5G masts spread the virus among people living near them is not supported by any evidence.", 16,
         None),
        ("A ban on the sale of the pesticide to farmers was lifted by the court on Wednesday.", 15,
         "A ban on the sale of the pesticide to farmers was lifted by the court…"),
        ("A ban on the sale of the pesticide to farmers was lifted by the court on Wednesday.", 10, None),
        ("Plans to close the library in the old town and sell the building to a hotel were scrapped on Monday.", 18,
         "Plans to close the library in the old town and sell the building to a hotel were scrapped…"),
        ("Plans to close the library in the old town and sell the building to a hotel were scrapped on Monday.", 16,
         None),
        ("The theory that the pyramids were built by slaves has been disproved by a discovery near Giza.", 12, None),
        ("The man wrongly convicted of the murder of a schoolgirl in 1987 was released on Friday.", 12, None),
        ("Few of the residents who were moved out of the tower after the fire have been given homes.", 14, None),
        ("The tunnel, once planned to open in 2019, is now due to be finished in December.", 10, None),
        ("Contrary to reports in several newspapers, the singer has not been admitted to hospital in Paris.", 14,
         "Contrary to reports in several newspapers, the singer has not been admitted…"),
        ("The council voted for the ferries in May and the money was found in the autumn.", 10,
         "The council voted for the ferries in May…"),
        ("The station was closed for two hours after a bomb was found under a seat.", 10,
         "The station was closed for two hours…"),
        ("Nearly all of the 230 people aboard the ship that sank off the coast were rescued by fishermen.", 12, None),
        ("The harbour was closed to the ship that sank off the coast and people were rescued.", 8,
         "The harbour was closed to the ship…"),
        ("The minister insisted that no money from the fund had gone to the builders of the stadium.", 12,
         None),
        # What follows a negation, and what takes all of it back.
        ("The drug lowers the risk in men, although it has no effect on women under the age of 40.", 13, None),
        ("The pilot told the inquiry that the warning light had never come on before the crash.", 13, None),
        ("Residents were told that the water from the wells was safe to drink, which was wrong.", 14, None),
        ("The law bans the sale of all fireworks to private persons apart from sparklers in the holidays.", 12, None),
    ],
)  # fmt: skip
def test_a_sentence_is_cut_where_a_phrase_ends_and_its_meaning_stays(
    text: str, max_words: int, shorter: str | None
) -> None:
    short = cut_short(quote(text), max_words)
    assert (short.text if short else None) == shorter
    assert count_words(shorter or "") <= max_words


def test_cuts_are_what_is_not_shown() -> None:
    article = "PORT -- Meanwhile, the port (pictured) will reopen to ships from Monday, the mayor said on Friday."
    source = Sentence(article, 0, len(article), 0)
    start = article.index("Meanwhile")
    short = without_asides(whole(Sentence(article[start:], start, len(article), 0), source))
    assert short.text == "The port will reopen to ships from Monday, the mayor said."
    assert [article[a:b] for a, b in short.cuts] == ["PORT -- Meanwhile, ", " (pictured)", " on Friday"]
    assert not short.is_cut


@given(
    st.sampled_from([sentence.text for sample in SAMPLES for sentence in split_sentences(sample.text)])
    | any_text.map(str.strip).filter(bool),
    st.integers(1, 40),
)
def test_spans_say_what_is_shown(text: str, max_words: int) -> None:
    plain = without_asides(quote(text))
    quotes = [plain, cut_short(plain, max_words), cut_anywhere(plain, max_words), cut_width(plain)]
    for short in filter(None, quotes):
        shown = "".join(text[start:end] for start, end in short.kept)
        assert short.text.replace("…", "").lower() == shown.replace("…", "").lower()
        together = sorted([*short.kept, *short.cuts])
        assert "".join(text[start:end] for start, end in together) == text
    assert all(count_words(short.text) <= max_words for short in quotes[1:3] if short)
