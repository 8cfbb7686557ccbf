"""Articles as people paste and send them (`cases/`), through the API: what is read, what is quoted, what is marked."""

import csv
import io
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.api import create_api
from serving.config import ServingConfig
from serving.service import SummarizerService
from serving.text.sentences import split_sentences
from tests.fake_engine import FakeEngine, FakeLoader
from ui.marked import article_html

CASES = Path(__file__).parent / "cases"


@contextmanager
def answering(engine: FakeEngine | None = None):
    """The API, with the model that is given it."""
    service = SummarizerService(ServingConfig(model="someone/news"), FakeLoader(engine))
    with TestClient(create_api(service)) as client:
        yield client
    service.close()


@pytest.fixture(scope="module")
def api():
    with answering() as api:
        yield api


def read(name: str) -> str:
    # As it is in the file: universal newlines would hide carriage returns.
    return (CASES / name).read_bytes().decode()


def summarize(api, text: str, **settings):
    answer = api.post("/summarize", json={"text": text, "method": "extractive", "max_words": 60, **settings})
    assert answer.status_code == 200, answer.text
    return answer.json()


def quoted(answer, text: str) -> list[str]:
    """The article's sentences that the summary rests on, by the answer's own offsets."""
    article = text if answer["article"] is None else answer["article"]
    return [article[source["start"] : source["end"]] for found in answer["evidence"] for source in found["sources"]]


AS_READ = {
    "lines-broken-at-72.txt": (
        "The river board said on Friday that the old dam above Lindfield will be taken down within two years, after "
        "engineers found cracks in both of its towers and water in the inspection tunnel. About 3,400 people live in "
        "the valley below, and they have been told to keep a bag packed in case the siren sounds before the reservoir "
        "has been drained this summer. The board puts the cost at 88 million dollars, most of which will come from the "
        "state; the town has to find the rest, and its mayor said that he did not know how. Nobody has been hurt so "
        "far."
    ),
    "pasted-from-pdf-with-broken-words.txt": (
        "The regional government has announced that it will close four hospitals by the end of the year, a decision "
        "that doctors called irresponsible. The minister of health, Maria Lund, said the closures would save 60 "
        "million euros a year and that patients would be moved to larger clinics. Trade unions have called a strike "
        "for Monday and expect 12,000 people to take part in the capital alone."
    ),
    "forwarded-mail.txt": (
        "The water company has admitted that it pumped raw sewage into the bay on 41 days last year. It had told the "
        "regulator that there were only nine such days. A fine of 12 million pounds was announced on Monday.\n\n"
        "Campaigners said that the fine was too small to change anything, and that the beaches had been closed for "
        "most of August."
    ),
    "pasted-bullet-list.txt": (
        "Key points from the budget\n- Income tax threshold rises to 14,000 pounds from April\n"
        "- Fuel duty frozen for another year\n- Extra 2 billion pounds for hospitals\n"
        "- Beer duty cut by two pence a pint\n- Corporation tax stays at 25 per cent"
    ),
    "full-stops-without-space.txt": (
        "The dam failed on Monday. Thousands fled the valley. Rescue teams from 12 towns arrived at 4:15 p.m. Former "
        "mayor Ed Lane said he had warned the state. The cost is put at $3.5 million."
    ),
}


@pytest.mark.parametrize("name", AS_READ)
def test_article_as_it_is_read(api, name):
    assert summarize(api, read(name))["article"] == AS_READ[name]


@pytest.mark.parametrize("name", AS_READ)
def test_every_quoted_sentence_is_one_of_the_article_as_read(api, name):
    for settings in ({}, {"format": "bullets"}, {"max_words": 120}):
        answer = summarize(api, read(name), **settings)
        lines = answer["summary"].split("\n")
        if settings.get("format") or "\n- " in AS_READ[name]:
            assert all(line.startswith("- ") and line[2].isalnum() for line in lines)
        else:
            assert len(lines) == 1
        sentences = [sentence.text for sentence in split_sentences(AS_READ[name])]
        assert 0 < len(quoted(answer, read(name))) <= len(sentences)
        assert set(quoted(answer, read(name))) <= set(sentences)


@pytest.mark.parametrize("name", AS_READ)
def test_the_page_marks_whole_sentences(api, name):
    answer = summarize(api, read(name))
    page = article_html(answer["article"], answer["evidence"], answer["cuts"])
    assert page.count("<p ") == len([line for line in AS_READ[name].split("\n") if line])
    assert page.count("</mark>") == len(set(quoted(answer, read(name))))


SENTENCES = {
    "abbreviation-before-a-number.txt": [
        "The ministry will pay approx. 300 million kroner for the bridge over the sound.",
        "It replaces a ferry.",
        "Work starts in May, the minister said on Monday.",
    ],
    "abbreviations.txt": [
        "The repairs cost approx. 40 million dollars, the board said.",
        "Fig. A of its report shows the cracks.",
        "Dr. J. R. Lane, who was born in the U.S. in 1961, found them on Jan. 5.",
        "The firm Acme Inc. was paid to close them, e.g. with resin.",
        "It did not do so.",
        "The St. Anne parish sued the board vs. its own lawyers' advice.",
    ],
    "emoji.txt": [
        "🚒🔥 The old mill in Lindfield burned down on Friday night 😢, the fire service said.",
        "👩‍👩‍👧 Three families 🏠 lost their flats, and 41 people were taken to a school hall.",
        "🇬🇧 The mayor said that the cause was not known yet, and asked for blankets 🧣 and shoes 👟.",
    ],
}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences_end_where_a_reader_would_end_them(api, name):
    answer = summarize(api, read(name), max_words=200)
    assert answer["article"] is None
    marked = quoted(answer, read(name))
    assert marked
    assert set(marked) <= set(SENTENCES[name])
    assert [sentence.text for sentence in split_sentences(read(name))] == SENTENCES[name]


def test_points_are_points_in_either_form(api):
    text = read("pasted-bullet-list.txt")
    for form in ("paragraph", "bullets"):
        points = summarize(api, text, format=form)["summary"].split("\n")
        assert set(points) <= set(AS_READ["pasted-bullet-list.txt"].split("\n")[1:])
        assert len(points) > 1


def test_markup_in_the_cells_of_a_table(api):
    bodies = [row["body"] for row in csv.DictReader(io.StringIO(read("bodies-with-markup.csv")))]
    assert [summarize(api, body)["article"] for body in bodies] == [
        "The river board said on Friday that the old dam above Lindfield will be taken down within two years, after "
        "engineers found cracks in both of its towers and water in the inspection tunnel.\n\n"
        "It’s over, the mayor said.",
        "Ferry\n\nA petition with 4,200 names was handed to the minister; she did not reply.",
    ]
    assert not any(mark in summarize(api, body)["summary"] for body in bodies for mark in "<>&")


def test_clean_prose_is_read_as_it_was_sent(api):
    text = AS_READ["lines-broken-at-72.txt"]
    answer = summarize(api, text)
    assert answer["article"] is None
    assert all(sentence in text for sentence in quoted(answer, text))


def test_model_reads_the_normal_form_and_the_tutorials_route_what_came_in():
    text = read("lines-broken-at-72.txt")
    engine = FakeEngine("The dam goes.")
    with answering(engine) as api:
        answer = summarize(api, text, method="abstractive")
        api.get("/Summarizer", params={"txt": text})
        api.post("/summarization", json={"inputs": text})
    assert [asked for asked, _ in engine.asked] == [AS_READ["lines-broken-at-72.txt"], text, text]
    assert answer["article"] == AS_READ["lines-broken-at-72.txt"]


def test_tutorials_route_quotes_the_normal_form_while_there_is_no_model(api):
    summary = api.get("/Summarizer", params={"txt": read("lines-broken-at-72.txt"), "max_length": 90}).text
    assert "\n" not in summary
    assert summary.split(". ")[0] in AS_READ["lines-broken-at-72.txt"]
