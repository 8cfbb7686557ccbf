"""Articles as people paste and send them (`cases/`), through the API: what is read, what is quoted, what is marked."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.api import create_api
from serving.config import ServingConfig
from serving.model_loader import LoaderStatus
from serving.service import SummarizerService
from serving.text.sentences import split_sentences
from tests.fake_engine import FakeEngine
from ui.marked import article_html

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def service():
    service = SummarizerService(ServingConfig(model="someone/news"))
    yield service
    service.close()


@pytest.fixture(scope="module")
def api(service):
    with TestClient(create_api(service)) as client:
        yield client


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
}


@pytest.mark.parametrize("name", AS_READ)
def test_article_as_it_is_read(api, name):
    assert summarize(api, read(name))["article"] == AS_READ[name]


@pytest.mark.parametrize("name", AS_READ)
def test_every_quoted_sentence_is_one_of_the_article_as_read(api, name):
    for settings in ({}, {"format": "bullets"}, {"max_words": 120}):
        answer = summarize(api, read(name), **settings)
        lines = answer["summary"].split("\n")
        assert all(line.startswith("- ") for line in lines) if settings.get("format") else len(lines) == 1
        sentences = [sentence.text for sentence in split_sentences(AS_READ[name])]
        assert 0 < len(quoted(answer, read(name))) <= len(sentences)
        assert set(quoted(answer, read(name))) <= set(sentences)


@pytest.mark.parametrize("name", AS_READ)
def test_the_page_marks_whole_sentences(api, name):
    answer = summarize(api, read(name))
    page = article_html(answer["article"], answer["evidence"])
    assert page.count("<p>") == AS_READ[name].count("\n") + 1
    assert page.count("</mark>") == len(set(quoted(answer, read(name))))


def test_clean_prose_is_read_as_it_was_sent(api):
    text = AS_READ["lines-broken-at-72.txt"]
    answer = summarize(api, text)
    assert answer["article"] is None
    assert all(sentence in text for sentence in quoted(answer, text))


def test_model_reads_the_normal_form_and_the_tutorials_route_what_came_in(api, service):
    text = read("lines-broken-at-72.txt")
    engine = service.loader.engine = FakeEngine("The dam goes.")
    service.loader.status = LoaderStatus(state="ready")
    try:
        answer = summarize(api, text, method="abstractive")
        api.get("/Summarizer", params={"txt": text})
        api.post("/summarization", json={"inputs": text})
    finally:
        service.loader.engine = None
    assert [asked for asked, _ in engine.asked] == [AS_READ["lines-broken-at-72.txt"], text, text]
    assert answer["article"] == AS_READ["lines-broken-at-72.txt"]


def test_tutorials_route_quotes_the_normal_form_while_there_is_no_model(api):
    summary = api.get("/Summarizer", params={"txt": read("lines-broken-at-72.txt"), "max_length": 90}).text
    assert "\n" not in summary
    assert summary.split(". ")[0] in AS_READ["lines-broken-at-72.txt"]
