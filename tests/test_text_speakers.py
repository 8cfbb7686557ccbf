"""Interviews and transcripts: the answers that hold the news, with the name of who gives them."""

import re

import pytest

from serving.text.clean import count_words
from serving.text.key_sentences import key_sentences
from serving.text.sentences import split_sentences
from serving.text.speakers import read_transcript

CAPITALS = """\
ANNA KERR: Good morning, everyone, and welcome back to the programme.
TOM REEVES: Thanks for having me, Anna.
ANNA KERR: Let us start with the flood defences. Why did the gates fail on Sunday night?
TOM REEVES: The pumps lost power at half past two and the backup generators did not start.
ANNA KERR: And who was responsible for testing them?
TOM REEVES: The port authority tests them twice a year. The last test was cancelled because of staff shortages.
ANNA KERR: Will anybody resign?
TOM REEVES: I do not think that is for me to say."""
QUESTIONS = """\
Q: Good morning. What happened to the flood gates?
A: Thank you. The pumps lost power at half past two and the backup generators did not start.
Q: Who tests them?
A: The port authority tests them twice a year."""
COURT = """\
THE COURT: Good morning. Please proceed, Mr. Hale.
MR. HALE: Thank you, Your Honor. Where were you on the night of the flood?
THE WITNESS: The pumps lost power at half past two and the backup generators did not start.
MR. HALE: Who tests them?
THE WITNESS: The port authority tests them twice a year.
THE COURT: Sustained."""
LETTERS = """\
Q. Please state what happened to the flood gates. Did you see it?
A. The pumps lost power at half past two and the backup generators did not start.
Q. Who tests them?
A. The port authority tests them twice a year."""
TIMES_ALONE = """\
[00:00:03]
Anna Kerr: Hello and welcome to the show.
[00:00:09]
Tom Reeves: Hi, great to be here.
[00:00:15]
Anna Kerr: So what happened to the flood gates?
[00:00:21]
Tom Reeves: The pumps lost power at half past two and the backup generators did not start.
[00:00:40]
Tom Reeves: The port authority tests them twice a year."""
NAMES_ALONE = """\
Anna Kerr  00:03
Hello and welcome to the show. What happened to the flood gates?

Tom Reeves  00:12
The pumps lost power at half past two and the backup generators did not start.

Anna Kerr  00:31
Who tests them?

Tom Reeves  00:35
The port authority tests them twice a year."""
ONE_LINE = (
    "KERR: What happened to the gates? REEVES: The pumps lost power at half past two and the backup generators did "
    "not start. KERR: Who tests them? REEVES: The port authority tests them twice a year."
)
BOLD = """\
**Kerr**: What happened to the flood gates?
**Reeves**: The pumps lost power at half past two and the backup generators did not start.
**Kerr**: Who tests them?
**Reeves**: The port authority tests them twice a year."""
TIMES_FIRST = """\
00:12 – KERR: What happened to the flood gates?
00:15 – REEVES: The pumps lost power at half past two and the backup generators did not start.
00:31 – KERR: Who tests them?
00:35 – REEVES: The port authority tests them twice a year."""
TIMES_IN_BRACKETS = """\
Speaker 1 (14:02): What happened to the flood gates?
Speaker 2 (14:05): The pumps lost power at half past two and the backup generators did not start.
Speaker 1 (14:20): Who tests them?
Speaker 2 (14:22): The port authority tests them twice a year."""
DASHES = """\
Host – Welcome back to the show. What happened to the flood gates?
Tom Reeves – Anna, thank you so much.
Tom Reeves – The pumps lost power at half past two and the backup generators did not start.
Host – Who tests them?
Tom Reeves – The port authority tests them twice a year."""
CHAT = """[03/06/2025, 09:12] Anna: What happened to the flood gates?
[03/06/2025, 09:13] Tom: The pumps lost power at half past two and the backup generators did not start.
[03/06/2025, 09:14] Anna: Who tests them?
[03/06/2025, 09:15] Tom: The port authority tests them twice a year."""
CHAT_EXPORT = """6/3/25, 9:12 AM - Anna: What happened to the flood gates?
6/3/25, 9:13 AM - Tom: The pumps lost power at half past two and the backup generators did not start.
6/3/25, 9:14 AM - Anna: Who tests them?
6/3/25, 9:15 AM - Tom: The port authority tests them twice a year."""
PUMPS = "The pumps lost power at half past two and the backup generators did not start."
INTERVIEWS = {
    "capitals": (CAPITALS, "TOM REEVES"), "Q and A": (QUESTIONS, "A"), "court": (COURT, "THE WITNESS"),
    "Q. and A.": (LETTERS, "A"), "times on their own lines": (TIMES_ALONE, "Tom Reeves"),
    "names with times on their own lines": (NAMES_ALONE, "Tom Reeves"), "one line": (ONE_LINE, "REEVES"),
    "Markdown": (BOLD, "Reeves"), "times first": (TIMES_FIRST, "REEVES"),
    "times in brackets": (TIMES_IN_BRACKETS, "Speaker 2"), "dashes": (DASHES, "Tom Reeves"),
    "dates and times": (CHAT, "Tom"), "dates and times of the day": (CHAT_EXPORT, "Tom"),
}  # fmt: skip


@pytest.mark.parametrize(("article", "speaker"), INTERVIEWS.values(), ids=INTERVIEWS)
def test_answers_win_and_say_who_gives_them(article: str, speaker: str) -> None:
    at_20, at_60 = ([quote.text for quote in key_sentences(article, max_words=limit).sentences] for limit in (20, 60))
    assert at_20 == [f"{speaker}: {PUMPS}"]
    assert at_60[0] == at_20[0]
    assert at_60[1].removeprefix(f"{speaker}: ") == "The port authority tests them twice a year."
    for text in at_60:
        assert not re.search(r"\?|\d\d:\d\d|welcome|Thank", text)


@pytest.mark.parametrize(("article", "speaker"), INTERVIEWS.values(), ids=INTERVIEWS)
def test_names_count_towards_the_limit_and_are_part_of_no_sentence(article: str, speaker: str) -> None:
    for limit in range(1, 61):
        quotes = key_sentences(article, max_words=limit).sentences
        assert 0 < sum(count_words(quote.text) for quote in quotes) <= limit
    transcript = read_transcript(split_sentences(article))
    assert transcript
    assert not any(sentence.text.startswith(speaker) for sentence in transcript.sentences)


TALK = [
    "What happened to the flood gates on Sunday?",
    PUMPS,
    "Who tests them?",
    "The port authority tests them twice a year.",
    "Will anyone resign?",
    "That is for the council to say.",
]


@pytest.mark.parametrize(
    ("host", "guest", "shown"),
    [
        ("anna kerr: ", "tom reeves: ", "tom reeves: "),
        ("q: ", "a: ", "a: "),
        ("AK - ", "TR - ", "TR: "),
        ("ANNA KERR — ", "TOM REEVES — ", "TOM REEVES: "),
        ("ANNA KERR:", "TOM REEVES:", "TOM REEVES: "),
        ("Anna Kerr | ", "Tom Reeves | ", "Tom Reeves: "),
        ("[Anna Kerr]: ", "[Tom Reeves]: ", "Tom Reeves: "),
        ("[ANNA] ", "[TOM] ", "TOM: "),
        ("@anna: ", "@tom: ", "tom: "),
        ("Anna Kerr\n", "Tom Reeves\n", "Tom Reeves: "),
        ("P. ", "R. ", "R: "),
        ("Pregunta. ", "Respuesta. ", "Respuesta: "),
        ("Journaliste : ", "Le maire : ", "Le maire: "),
        ("记者：", "市长：", "市长："),
        # Nobody is named.
        ("— ", "— ", ""),
        ("– ", "- ", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_however_speakers_are_named(host: str, guest: str, shown: str) -> None:
    article = "\n\n".join((host, guest)[number % 2] + text for number, text in enumerate(TALK))
    texts = [quote.text for quote in key_sentences(article, max_words=29).sentences]
    assert [text.removeprefix(shown) for text in texts] == [TALK[1], TALK[3]]
    assert texts[0].startswith(shown)


@pytest.mark.parametrize(
    ("article", "answer"),
    [
        ("SPIEGEL: Warum sind die Tore nicht geschlossen worden?\nMüller: Die Pumpen haben den Strom verloren.\n"
         "SPIEGEL: Wer prüft sie?\nMüller: Das weiß ich nicht.\nSPIEGEL: Vielen Dank für das Gespräch.",
         "Müller: Die Pumpen haben den Strom verloren."),
        ("P. ¿Por qué no se cerraron?\nR. Las bombas perdieron la corriente.\nP. ¿Quién las prueba?\nR. Nadie.",
         "R: Las bombas perdieron la corriente."),
        ("記者：なぜですか。\n市長：ポンプが午前二時半に停電した。\n記者：誰が点検していますか。\n市長：港湾局だ。",
         "市長：ポンプが午前二時半に停電した。"),
    ],
)  # fmt: skip
def test_interviews_in_other_languages(article: str, answer: str) -> None:
    texts = [quote.text for quote in key_sentences(article, max_words=20).sentences]
    assert texts[0] == answer
    assert not any("?" in text or "か。" in text or "Dank" in text for text in texts)


def test_the_name_stands_before_each_answer_once() -> None:
    texts = [quote.text for quote in key_sentences(CAPITALS, max_words=80).sentences]
    assert texts[1:] == [
        "TOM REEVES: The port authority tests them twice a year.",
        "The last test was cancelled because of staff shortages.",
        "TOM REEVES: I do not think that is for me to say.",
    ]


def test_an_answer_quoted_from_its_middle_has_its_name_too() -> None:
    article = QUESTIONS.replace("A: Thank you. ", "A: Thank you. Well, yes. ")
    (quote,) = key_sentences(article, max_words=20).sentences
    assert quote.text == f"A: {PUMPS}"
    assert article[quote.source.start : quote.source.end] == PUMPS
    assert quote.cuts == []


def test_an_introduction_and_what_a_host_reports_may_be_quoted() -> None:
    intro = "The flood gates of Port Ellery failed on Sunday and left 400 homes under water."
    host = CAPITALS.replace("Let us start", f"{intro} Let us start")
    for article, name in ((f"{intro}\n{CAPITALS}", ""), (host, "ANNA KERR: ")):
        texts = [quote.text for quote in key_sentences(article, max_words=60).sentences]
        assert texts[0] == name + intro
        assert any(PUMPS in text for text in texts)


@pytest.mark.parametrize(
    "article",
    [
        "WASHINGTON: The port reopened on Monday. Ships had waited outside for a week.",
        "The port reopened on Monday. Note: Ships over 40 metres must wait.\nNote: The bridge stays closed.",
        "Shares rose.\nLondon: The index rose by 2 percent.\nParis: The index fell by 1 percent.\nTokyo: No trade.",
        "The mayor had one answer: The port will reopen. The council had another: It will not.",
        "Photo: A ship.\nPhoto: A crane.\nSource: The port.\nSource: The town.\nThe port reopened on Monday.",
        "What: a fair. Where: the port. When: Monday. Price: 2 euros. What: a concert. Where: the church.",
        "Kerr: The ship that came home is a book about the sea. It sold 4,000 copies.",
        "The port beat the town 12-8 on Monday.\nA late goal won it.\nRain fell throughout.\nNobody was hurt.\n"
        "They meet again in May.\nPort: Hale; Bell.\nTown: Reed; Quill.\nPort: subs none.",
        "PARIS - Shares fell.\nLONDON - Shares rose.\nTOKYO - No trade.\nPARIS - Bonds rose.",
        "Arsenal\nChelsea\nArsenal\nEverton\nChelsea\nArsenal",
        "P. Hale came first.\nR. Bell came second.\nP. Quill came third.\nNobody was hurt.",
        "The ferry left at 11:50 p.m. on Monday. At 12:10 it was back.",
    ],
)
def test_articles_with_a_colon_are_no_interviews(article: str) -> None:
    assert read_transcript(split_sentences(article)) is None


def test_times_alone_make_a_transcript_without_names() -> None:
    article = "[00:03] Hello and welcome.\n[00:09] The port reopened on Monday.\n[00:20] What do ships do now?"
    assert [quote.text for quote in key_sentences(article, max_words=40).sentences] == ["The port reopened on Monday."]
