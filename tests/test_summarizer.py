"""The pipeline on an engine that says what it is told: parts, lengths, whole sentences, stop."""

import threading

import pytest

from serving.engine.interface import GenerationParams
from serving.errors import StoppedError
from serving.schemas import DraftEvent, ProgressEvent
from serving.summarizer import SummaryTask, summarize_abstractive, summarize_extractive
from serving.text.clean import count_words
from tests.fake_engine import FakeEngine
from ui.samples import SAMPLES

LONG = "\n\n".join(sample.text for sample in SAMPLES)


def summarize(engine, text, *, max_length_tokens=512, stop=None, on_event=lambda event: None, **task):
    return summarize_abstractive(
        SummaryTask(text=text, **task), engine, model="someone/news", max_length_tokens=max_length_tokens,
        stop=stop or threading.Event(), on_event=on_event,
    )  # fmt: skip


def test_one_part_is_the_plain_path():
    engine = FakeEngine()
    answer = summarize(engine, SAMPLES[0].text, max_length=512)
    assert [text for text, _ in engine.asked] == [SAMPLES[0].text]
    assert answer.parts == 1
    assert answer.model_text == " ".join(SAMPLES[0].text.split())


def test_long_article_is_read_to_its_last_word():
    engine = FakeEngine(max_input_tokens=100)
    answer = summarize(engine, LONG, max_length=512)
    asked = " ".join(text for text, _ in engine.asked)
    assert asked.split() == LONG.split()
    assert answer.parts == len(engine.asked) > 5


@pytest.mark.parametrize("max_words", [1, 5, 20, 60, 200])
@pytest.mark.parametrize("window", [60, 512])
def test_max_words_is_kept(max_words, window):
    answer = summarize(FakeEngine(max_input_tokens=window), LONG, max_words=max_words)
    assert 0 < answer.num_summary_words <= max_words
    assert 0 < summarize_extractive(SummaryTask(text=LONG, max_words=max_words)).num_summary_words <= max_words


@pytest.mark.parametrize("max_length", [8, 30, 150])
def test_max_length_is_kept_over_all_parts(max_length):
    answer = summarize(FakeEngine(max_input_tokens=60), LONG, max_length=max_length)
    assert 0 < answer.num_summary_tokens <= max_length + 1, "the fake counts an end token"


def test_shortest_length_leaves_room_for_a_word():
    engine = FakeEngine("Ferries run.")
    assert summarize(engine, SAMPLES[0].text, max_length=1, tidy=False).summary == "Ferries"
    assert engine.asked[0][1].max_length == 2


def test_long_article_takes_half_of_the_engine_at_most():
    engine = FakeEngine(max_input_tokens=60, step_s=0.0005)
    most = 0

    class Counting:
        def __getattr__(self, name):
            return getattr(engine, name)

        def submit(self, *args, **kwargs):
            nonlocal most
            future = engine.submit(*args, **kwargs)
            running.append(future)
            most = max(most, sum(not future.done() for future in running))
            return future

    running = []
    assert summarize(Counting(), LONG, max_length=512).parts == len(running) > 5
    assert most == engine.max_running // 2


def test_parts_that_say_the_same_say_it_once():
    answer = summarize(FakeEngine("The ferries run all night.", max_input_tokens=60), LONG, max_length=512)
    assert answer.summary == "The ferries run all night."
    assert answer.parts > 1


LEFT_OUT = "The model reached the length limit in mid-sentence; the unfinished sentence was left out."
OPEN_END = "The model reached the length limit in mid-sentence, so the end is missing."
NO_SENTENCE = "The model ended in words that are no whole sentence; they were left out."


@pytest.mark.parametrize(
    ("written", "limits", "summary", "notes"),
    [
        ("It rained. Then the sun came out over", {"max_length": 7}, "It rained.", [LEFT_OUT]),
        ("It rained. Then the sun came out over", {"max_length": 500}, "It rained.", [NO_SENTENCE]),
        ("It rained. Then it snowed.", {"max_length": 500}, "It rained. Then it snowed.", []),
        ("It rained. Then it snowed.", {"max_length": 6}, "It rained. Then it snowed.", []),
        ("Then the sun came out over the hills", {"max_length": 5}, "Then the sun came", [OPEN_END]),
        ("Ferries will run all night", {"max_length": 500}, "Ferries will run all night", []),
        (
            "It rained. Then it snowed.", {"max_words": 3}, "It rained.",
            ["The model wrote more than 3 words: the rest was cut."],
        ),
        ("Then it snowed.", {"max_words": 1}, "Then…", ["The model wrote more than 1 word: the rest was cut."]),
        ("It rained. It snowed. It", {"max_words": 2}, "It rained.",
         [NO_SENTENCE, "The model wrote more than 2 words: the rest was cut."]),
    ],
)  # fmt: skip
def test_notes_say_what_happened_and_nothing_else(written, limits, summary, notes):
    answer = summarize(FakeEngine(written), SAMPLES[0].text, **limits)
    assert (answer.summary, answer.notes) == (summary, notes)


def test_notes_count_the_parts_that_were_cut():
    engine = FakeEngine("It rained. Then the sun came out over", max_input_tokens=100)
    answer = summarize(engine, LONG, max_length=7 * 48)
    assert answer.notes == [NO_SENTENCE]
    engine = FakeEngine("It rained. " + "Then the sun came out over " * 20, max_input_tokens=100)
    answer = summarize(engine, LONG, max_length=48)
    assert answer.notes == [
        f"The model reached the length limit in mid-sentence in {answer.parts} parts; "
        "the unfinished sentences were left out."
    ]


@pytest.mark.parametrize(
    ("text", "max_words", "notes"),
    [
        (SAMPLES[0].text, 60, []),
        (SAMPLES[1].text, 1, ["The most telling sentence is longer than the asked length, so it was cut."]),
        ("x" * 500 + " ended.", 60, ["The article has words without end, such as lines of data; they were cut."]),
    ],
)
def test_notes_of_key_sentences(text, max_words, notes):
    assert summarize_extractive(SummaryTask(text=text, max_words=max_words)).notes == notes


def test_only_endless_words_are_cut():
    answer = summarize_extractive(SummaryTask(text="x" * 500 + " ended.\n\nFerries run all night.", max_words=6))
    assert answer.summary == "x" * 80 + "… Ferries run all night."


def test_parameters_are_those_that_the_model_was_run_with():
    engine = FakeEngine("It rained.", prefix="summarize: ")
    engine.default_params = GenerationParams(num_beams=4, no_repeat_ngram_size=3, min_length=5)
    answer = summarize(engine, SAMPLES[0].text, max_length=77)
    assert answer.parameters == engine.asked[0][1]
    assert (answer.prefix, answer.precision) == ("summarize: ", "fp32")
    assert (answer.parameters.num_beams, answer.parameters.max_length) == (4, 77)
    extractive = summarize_extractive(SummaryTask(text=LONG))
    assert (extractive.parameters, extractive.precision) == (None, None)
    assert summarize(FakeEngine("… !"), LONG).parameters is None, "key sentences in the end"


def test_model_that_says_nothing_gives_key_sentences_with_a_note():
    answer = summarize(FakeEngine("… !"), LONG)
    assert answer.method == "extractive"
    assert answer.summary
    assert "found no words" in answer.notes[0]


def test_untidied_text_is_the_models_own():
    engine = FakeEngine("and walked on the moon . then")
    assert summarize(engine, SAMPLES[0].text, tidy=False).summary == engine.answer


@pytest.mark.slow
def test_reports_each_part_and_a_growing_draft():
    events = []
    summarize(FakeEngine(max_input_tokens=100, step_s=0.005), LONG, max_length=512, on_event=events.append)
    progress = [event for event in events if isinstance(event, ProgressEvent)]
    parts = [event.part for event in progress]
    assert parts == sorted(parts)
    assert (parts[0], max(parts)) == (1, progress[0].parts)
    drafts = [count_words(event.text) for event in events if isinstance(event, DraftEvent)]
    assert drafts == sorted(drafts)
    assert drafts[-1] > drafts[0]


def test_stop_ends_all_parts():
    engine = FakeEngine(max_input_tokens=60, step_s=0.002)
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(StoppedError):
        summarize(engine, LONG, max_length=512, stop=stop)
    assert engine.num_steps < 150


def test_failing_part_stops_the_others():
    engine = FakeEngine(max_input_tokens=60)
    engine.failure = RuntimeError("out of memory")
    stop = threading.Event()
    with pytest.raises(RuntimeError):
        summarize(engine, LONG, stop=stop)
    assert stop.is_set()


@pytest.mark.parametrize("num_words", [3, 30])
def test_short_text_comes_back_whole(num_words):
    text = " ".join(["news"] * (num_words - 1)) + " today."
    assert summarize_extractive(SummaryTask(text=text)).summary == text


def test_key_sentences_of_a_longer_text_are_never_all_of_it():
    answer = summarize_extractive(SummaryTask(text=SAMPLES[1].text, max_length=512))
    assert answer.num_summary_words <= 0.6 * answer.num_input_words + 1


LONG_SENTENCE = (
    "The government said on Thursday that it would raise the minimum wage by six percent from April, a step that trade "
    "unions called long overdue and employers' groups described as a risk to small firms in the countryside, where "
    "margins are thin."
)


@pytest.mark.parametrize("max_words", [60, 120])
@pytest.mark.parametrize("rest", ["", " Ministers are to vote next week.", "\n\nMinisters are to vote."])
def test_a_sentence_that_is_most_of_a_short_text_is_cut_only_for_the_asked_length(rest, max_words):
    answer = summarize_extractive(SummaryTask(text=LONG_SENTENCE + rest, max_words=max_words))
    assert (answer.summary, answer.finish_reason, answer.notes) == (LONG_SENTENCE, "stop", [])


@pytest.mark.parametrize("limits", [{"max_words": 20}, {"max_length": 30}, {"max_words": 34}])
def test_a_sentence_that_is_longer_than_asked_is_cut_to_what_is_asked(limits):
    answer = summarize_extractive(SummaryTask(text=LONG_SENTENCE + " Ministers vote.", **limits))
    assert answer.finish_reason == "length"
    assert answer.notes == ["The most telling sentence is longer than the asked length, so it was cut."]
    assert answer.num_summary_words <= min(limits.values())


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("市长周一宣布辞职。他说自己累了。", "市长周一宣布辞职。他说自己累了。"),
        ("市長は月曜日に辞任した！\n\nなぜ。疲れたと述べた。", "市長は月曜日に辞任した！なぜ。疲れたと述べた。"),
        ("The mayor resigned. He was tired.", "The mayor resigned. He was tired."),
    ],
)
def test_quoted_sentences_are_joined_as_their_script_joins_them(text, summary):
    answer = summarize_extractive(SummaryTask(text=text))
    assert answer.summary == summary
    assert all(answer.summary[found.start : found.end] in text for found in answer.evidence)


def test_the_marks_of_points_are_no_words():
    engine = FakeEngine()
    plain, points = (summarize(engine, LONG, max_words=40, format=form) for form in ("paragraph", "bullets"))
    assert points.summary.startswith("- ")
    assert (points.num_summary_words, points.num_summary_tokens) == (plain.num_summary_words, plain.num_summary_tokens)


@pytest.mark.parametrize("form", ["paragraph", "bullets"])
def test_key_sentences_rest_on_the_whole_sentence_they_come_from(form):
    text = (
        "PORT ELLERY -- The port (pictured) reopened on Monday, the mayor said on Tuesday. Few ships came. "
        "The council voted for night ferries on the old line after a debate of four hours in the church hall. "
        "The council voted for night ferries on the old line. A cat slept through all of it."
    )
    answer = summarize_extractive(SummaryTask(text=text, max_words=19, format=form))
    quoted = ["The port reopened on Monday, the mayor said.", "The council voted for night ferries on the old line."]
    between = "\n- " if form == "bullets" else " "
    assert answer.summary == ("- " if form == "bullets" else "") + between.join(quoted)
    assert [answer.summary[found.start : found.end] for found in answer.evidence] == quoted
    assert [[text[source.start : source.end] for source in found.sources] for found in answer.evidence] == [
        ["PORT ELLERY -- The port (pictured) reopened on Monday, the mayor said on Tuesday."],
        ["The council voted for night ferries on the old line."],
    ]
    assert [text[cut.start : cut.end] for cut in answer.cuts] == [
        "PORT ELLERY -- ", " (pictured)", " on Tuesday",
    ]  # fmt: skip
