"""What the page makes of evidence: every character of the texts once, in order, and nothing that runs."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from ui.marked import article_html, summary_html

ARTICLE = "Ferries run all night. It costs 2 euros & more.\n\n<b>Nobody</b> complained."
EVIDENCE = [
    {"start": 0, "end": 8, "sources": [{"start": 0, "end": 22, "score": 1.0}]},
    {"start": 9, "end": 20, "sources": [{"start": 23, "end": 47, "score": 0.7}, {"start": 0, "end": 22, "score": 0.2}]},
]


def text_of(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def test_article_marks_know_their_sentences():
    got = article_html(ARTICLE, EVIDENCE, [])
    assert '<mark class="source-0 source-1">Ferries run all night.</mark>' in got
    assert '<mark class="source-1">It costs 2 euros &amp; more.</mark>' in got
    assert "<b>" not in got


def test_summary_sentences_and_doubts():
    summary = "Go ferry. Costs 3 euros."
    got = summary_html(summary, [{**EVIDENCE[0], "end": 9}], [{"start": 16, "end": 17, "text": "3", "kind": "number"}])
    assert got == (
        '<p dir="auto"><span class="sentence" tabindex="0" data-sentence="0">Go ferry.</span> Costs '
        '<span class="doubt" tabindex="0" data-why="not found in the article">3</span> euros.</p>'
    )


def test_doubt_inside_a_sentence():
    evidence = [{"start": 0, "end": 9, "sources": EVIDENCE[0]["sources"]}]
    got = summary_html("Go Jerry.", evidence, [{"start": 3, "end": 8, "text": "Jerry", "kind": "name"}])
    assert text_of(got) == "Go Jerry."
    assert got.index("sentence") < got.index("doubt")


def test_bullets_become_a_list():
    assert summary_html("- One.\n- Two.", [], []) == '<ul dir="auto"><li>One.</li><li>Two.</li></ul>'


spans = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=6)


@given(st.text(max_size=80), spans, spans)
def test_no_offsets_lose_or_double_a_character(text, sentences, doubts):
    evidence = [{"start": a, "end": b, "sources": [{"start": a, "end": b, "score": 1.0}]} for a, b in sorted(sentences)]
    facts = [{"start": a, "end": b, "text": "", "kind": "name"} for a, b in sorted(doubts)]
    want = "".join(line for line in text.split("\n") if line.strip())
    cuts = [{"start": a, "end": b} for a, b in sorted(doubts)]
    assert text_of(article_html(text, evidence, cuts)) == want
    if not any(line.startswith("- ") for line in text.split("\n")):
        assert text_of(summary_html(text, evidence, facts)) == want


def test_what_key_sentences_leave_out_is_dimmed_inside_its_mark():
    cuts = [{"start": 11, "end": 21}]
    got = article_html(ARTICLE, EVIDENCE[:1], cuts)
    assert '<mark class="source-0">Ferries run<s> all night</s>.</mark>' in got


def test_list_between_sentences_is_a_list_of_its_own():
    shown = summary_html("There are two.\n- One\n- Two\nThat is all.", [], [])
    assert shown == (
        '<p dir="auto">There are two.</p><ul dir="auto"><li>One</li><li>Two</li></ul><p dir="auto">That is all.</p>'
    )
