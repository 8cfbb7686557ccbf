"""What the page shows of a result: its facts, its files, the calls for engineers, and the public link."""

import ast
import html
import json
import re
import shlex

import pytest

from ui.client import Summary, SummaryRequest
from ui.details import details
from ui.downloads import as_markdown, as_text
from ui.facts import ABSTRACTIVE, CUTS, DOUBTS, EXTRACTIVE, SHORTENED, counts, remarks
from ui.result import about, finished
from ui.sharing import Sharing

ARTICLE = 'It\'s a "quoted" <b>article</b> about $HOME & `ferries`.\nSecond line. ' + "More words follow here. " * 130
REQUEST = SummaryRequest(ARTICLE, max_words=60, format="bullets")


def summary(**changes):
    raw = {
        "summary": "Ferries_run *all* night.", "method": "abstractive", "model": "someone/news",
        "finish_reason": "stop", "num_input_words": 532, "num_input_tokens": 800, "num_summary_words": 56,
        "num_summary_tokens": 80, "parts": 2, "elapsed_s": 2.0, "model_text": None, "evidence": [],
        "cuts": [], "unsupported": [{"text": "<1999>", "start": 0, "end": 3}], "notes": [], **changes,
    }  # fmt: skip
    fields = {name: raw[name] for name in Summary.__dataclass_fields__ if name != "raw"}
    return Summary(raw=raw, **fields)


def test_facts_say_how_much_shorter_and_what_is_in_doubt():
    shown = html.unescape(about(summary(), ARTICLE))
    for expected in (
        ABSTRACTIVE,
        "532 words → 56, 89 % shorter, saves about 2 minutes",
        "All of the article was read, in 2 parts.",
        DOUBTS,
    ):
        assert expected in shown
    assert "someone/news" not in shown


@pytest.mark.parametrize(
    ("num_input", "num_summary", "sentence"),
    [
        (60, 60, "60 words → 60 (already as short as it gets)"),
        (200, 60, "200 words → 60, 70 % shorter"),
        (300, 60, "300 words → 60, 80 % shorter, saves about 1 minute"),
        (27_000, 120, "27,000 words → 120, 99 % shorter, saves about 2 hours"),
        (1, 1, "1 word → 1 (already as short as it gets)"),
        (2, 1, "2 words → 1, 50 % shorter"),
        (10, 12, "10 words → 12 (already as short as it gets)"),
        (1000, 998, "1,000 words → 998"),
        (3000, 10, "3,000 words → 10, 99 % shorter, saves about 13 minutes"),
        (100_000, 1, "100,000 words → 1, 99 % shorter, saves about 7 hours"),
        (250, 60, "250 words → 60, 76 % shorter, saves about 1 minute"),
    ],
)
def test_counts(num_input, num_summary, sentence):
    assert counts(num_input, num_summary) == sentence


def test_files_hold_summary_and_where_it_comes_from():
    text, markdown = as_text(summary(), REQUEST), as_markdown(summary(), REQUEST)
    assert text.startswith("Ferries_run *all* night.\n")
    assert "Not found in the article: <1999>" in text
    assert "Ferries\\_run \\*all\\* night." in markdown
    shown = finished(summary(), REQUEST)
    assert html.unescape(re.search('data-text="([^"]*)"', shown)[1]) == text
    assert html.unescape(re.search('data-markdown="([^"]*)"', shown)[1]) == markdown


def code_blocks(article):
    request = SummaryRequest(article, max_words=60, format="bullets")
    shown = details(summary(), request, "http://127.0.0.1:8000")
    return [html.unescape(block) for block in re.findall("<pre[^>]*>(.*?)</pre>", shown, re.DOTALL)]


def test_calls_for_engineers_send_this_very_article():
    answer, curl, python = code_blocks(ARTICLE)
    assert json.loads(answer)["num_input_words"] == 532
    command = shlex.split(curl)
    assert command[:2] == ["curl", "http://127.0.0.1:8000/summarize"]
    sent = {"text": ARTICLE, "max_words": 60, "format": "bullets", "method": "auto"}
    assert json.loads(command[-1]) == sent
    assert ast.literal_eval(ast.parse(python).body[1].value) == ARTICLE


def test_calls_of_a_long_article_read_it_from_a_file():
    _, curl, python = code_blocks("word " * 10_000)
    assert "article.txt" in curl
    assert "article.txt" in python
    assert len(curl) + len(python) < 2_000


def test_presenter_sees_link_login_and_code_and_visitors_what_they_can_do():
    sharing = Sharing("https://abc.gradio.live", ("guest", "pass<word"))
    panel = sharing.panel("127.0.0.1:7860")
    assert 'href="https://abc.gradio.live"' in panel
    assert "pass&lt;word" in panel
    assert "<svg" in panel
    assert not re.search(r'(?:src|xlink:href)="http', panel)
    visitor = sharing.panel("abc.gradio.live")
    assert "You are a guest on somebody's computer" in visitor
    assert "pass" not in visitor.replace("passed", "")


def test_no_link_is_explained_and_no_share_says_nothing():
    assert Sharing().panel("127.0.0.1") == ""
    assert "cannot be reached" in Sharing(problem="The service cannot be reached.").panel("127.0.0.1")


@pytest.mark.parametrize(
    ("cuts", "badge", "is_told"),
    [([], EXTRACTIVE, False), ([{"start": 3, "end": 9}], SHORTENED, True)],
)
def test_key_sentences_say_that_a_rule_picked_them_and_whether_they_are_whole(cuts, badge, is_told):
    result = summary(method="extractive", cuts=cuts, unsupported=[])
    shown = html.unescape(about(result, ARTICLE))
    assert badge in shown
    assert badge in as_text(result, REQUEST)
    assert (CUTS in remarks(result)) == is_told
    assert ("<s>" in about(result, ARTICLE)) == is_told


@pytest.mark.parametrize(("as_read", "shown"), [(None, "The ferry\nruns."), ("The ferry runs.", "The ferry runs.")])
def test_sources_are_marked_in_the_article_as_it_was_read(as_read, shown):
    html_of_sources = about(summary(article=as_read, cuts=[]), "The ferry\nruns.")
    assert "".join(f'<p dir="auto">{line}</p>' for line in shown.split("\n")) in html_of_sources
