"""What engineers are told: how this very summary was made, and nothing that was not run."""

import pytest

from tests.test_client import RESULT
from ui.client import SummaryRequest, _summary
from ui.details import details

REQUEST = SummaryRequest("An article.", max_words=40)
BEAMS = {
    "max_length": 60, "min_length": 5, "num_beams": 4, "repetition_penalty": 1.0, "length_penalty": 2.0,
    "early_stopping": True, "no_repeat_ngram_size": 3,
}  # fmt: skip
SETTINGS = ", ".join(f"{name}={value}" for name, value in BEAMS.items())


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            {"parameters": BEAMS},
            f"The model someone/news read it in one piece and wrote with beam search ({SETTINGS}).",
        ),
        (
            {"parameters": BEAMS, "parts": 3},
            f"The model someone/news read it in 3 parts that fit its window and wrote with beam search ({SETTINGS}).",
        ),
        (
            {"parameters": {"num_beams": 1}, "precision": "int8"},
            "The model someone/news, run in int8, read it in one piece and wrote with greedy search (num_beams=1).",
        ),
        ({"parameters": {"num_beams": 1}}, "read it in one piece and wrote with greedy search (num_beams=1)."),
        (
            {"method": "extractive", "model": None, "parameters": None},
            "No model was run: the sentences are the article's own.",
        ),
        ({"model": "<b>x</b>", "parameters": {"num_beams": 1}}, "The model &lt;b&gt;x&lt;/b&gt; read it"),
        ({}, "The model someone/news read it in one piece."),
    ],
    ids=["beams", "parts", "int8", "greedy", "key sentences", "markup", "a summarizer that does not say"],
)
def test_only_what_was_run_is_told(answer, told):
    shown = details(_summary({**RESULT, **answer}), REQUEST, "http://127.0.0.1:8000").partition("</p>")[0]
    assert told in shown.replace("&#x27;", "'")
    if answer.get("method") == "extractive":
        assert "beam" not in shown
