"""Interviews and transcripts: who speaks in which sentence, and which sentences say something.

Names before a colon and times are not part of what is said. Greetings, thanks and questions are, but they are no
news; nor is what the host says on the way from one question to the next.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from serving.text.clean import count_words, is_unspaced
from serving.text.opening import can_open_story, is_question
from serving.text.sentences import Sentence, Span

_DATE = r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s)"
_TIME = rf"[\[(]?{_DATE}?\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[.,]\d{{1,3}})?(?:\s?[AaPp]\.?[Mm]\b\.?)?[\])]?"
_LEADING_TIME = re.compile(rf"\W*?{_TIME}(?:\s*[-–—|:]+\s+|\s+|$)(?:\s*(?:-->|[–-])\s*{_TIME}(?:\s+|$))?")
_NAME_WORD = r"(?:[^\W\d_a-zß-öø-ÿ][\w.'’-]*|of|de|la|van|von|der|den|al|bin|el)"
_NAME = rf"""(?:[QA]|(?:Der|Die|Le|La|El|Il|The)\ [^\W\d_]+|{_NAME_WORD}(?:\ {_NAME_WORD}){{0,3}}(?:\ \d{{1,2}})?
    (?:\ \([^():]{{1,40}}\)|,\ [^:.!?]{{1,40}})?)"""
_LABEL = re.compile(
    rf"""(?P<mark>[*_]{{0,3}})[@\[]?(?P<name>{_NAME}|[^\W\d_]+(?:\ [^\W\d_]+)?(?=\]?:\ ))\]?(?P=mark)
        (?:\s*{_TIME})?(?:\s?:[*_]{{0,3}}(?:\s+|$)|：\s*|(?<=[A-Z]):(?=["“A-Z])|\s\|\s|\s[-–—]\s|(?<=\])\s)
      | (?P<letter>[QAPRDFVOВО])\.\s+(?=\S)""",
    re.VERBOSE,
)
# A line of its own above what is said.
_NAME_ALONE = re.compile(
    rf"""(?P<word>Question|Answer|Frage|Antwort|Réponse|Pregunta|Respuesta|Domanda|Risposta|Pergunta|Resposta)\.
      | (?P<name>{_NAME})(?:\s+{_TIME}\W*)?""",
    re.VERBOSE,
)
# Question and answer, by their first letters in English, Spanish, Italian, French, German, Dutch, Polish, and Russian.
_QUESTION_AND_ANSWER = [set(pair) for pair in ("QA", "PR", "DR", "QR", "FA", "VA", "PO", "ВО")]
# Names without a colon or time behind them, and in lower case, are many other things as well.
_SURE_LABEL = re.compile(r"^\W*[^\Wa-z].*[:：\d]")
# Words before a colon that name no speaker.
_NOT_SPEAKERS = """
    note notes update updated correction clarification photo photos picture image video source sources warning
    breaking exclusive analysis opinion review editor's tip tips step date time when where who what why how price
    address phone email tel contact result results score summary example also related more
"""
_NO_SPEAKER = frozenset(_NOT_SPEAKERS.split())
_COURTESY = re.compile(
    r"""\W*(?:(?:oh|well|and|so|ok|okay)\W+|(?-i:[A-Z])[^,.!?]{1,30},\ )?(?:hello|hi|hey
        |good\ (?:morning|afternoon|evening)|welcome|thanks|thank\ you|(?:many|a\ lot\ of)\ thanks|my\ pleasure
        |(?:it['’]?s\ |it\ is\ )?(?:a\ pleasure|great|good|nice|lovely)\ (?:to|having)
        |(?:pleased|glad|happy|delighted)\ to\ be|you['’]re\ welcome|goodbye|bye|see\ you|congratulations|sorry
        |(?:vielen|herzlichen|besten)\ dank|danke|guten\ (?:tag|morgen|abend)|herzlich\ willkommen|merci|bonjour|bonsoir
        |bienvenue|gracias|buen[oa]s\ |bienvenid|grazie|buongiorno|obrigad|bom\ dia|dank\ (?:u|je)\b|goedemorgen
        |(?:i['’]m|my\ name\ is|joining\ (?:me|us)|with\ (?:me|us)|stay\ (?:with|tuned)|coming\ up)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_MODERATION = re.compile(
    r"""\W*(?:let(?:['’]s|\ us|\ me)|tell|talk|explain|describe|go\ (?:on|ahead)|please|moving\ on
        |next|turning|objection|sustained|overruled|proceed|you\ (?:may|can)|(?:mr|ms|mrs|dr)\.?\ \w+[,.]|right
        |interesting|i\ (?:see|understand))\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Share of a speaker's sentences that are questions, from which on it is the host.
_MIN_HOST_QUESTIONS = 0.4
_MIN_TURNS = 4
_MIN_WORDS = 3  # "Well, yes." says nothing
_MAX_WORDS_OF_MODERATION = 6
_MIN_SHARE_OF_PARAGRAPHS = 0.4


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says at a stretch; `label` is the article's span of the name and its colon."""

    speaker: str
    label: Span

    @property
    def shown(self) -> str:
        """The speaker as a summary names it."""
        return f"{self.speaker}：" if is_unspaced(self.speaker[-1]) else f"{self.speaker}: "


@dataclass(frozen=True, slots=True)
class Transcript:
    """The sentences that say something, without names and times, and the turn of each by the sentence's end."""

    sentences: list[Sentence]
    turns: dict[int, Turn]


def read_transcript(sentences: Sequence[Sentence]) -> Transcript | None:
    """What is said in an interview; None for a text that is none.

    A text is one if it has Q and A, or if many of its paragraphs begin with names and a colon, of two speakers at
    least, and one comes back. A "Note:" or "WASHINGTON:" makes none.
    """
    timed = [_without_time(sentence) for sentence in sentences]
    has_times = sum(with_time != plain for with_time, plain in zip(sentences, timed, strict=True)) > 1
    plain = timed if has_times else list(sentences)
    turns = _turns(plain)
    if not _is_interview(plain, turns):
        return Transcript(_news(plain, {}), {}) if has_times else None
    said = [_without_label(sentence, turns[index]) for index, sentence in enumerate(plain)]
    turn_of: dict[int, Turn] = {}
    current: Turn | None = None
    for index, sentence in enumerate(said):
        current = turns[index] or current
        if current and sentence.text:
            turn_of[sentence.end] = current
    return Transcript(_news([sentence for sentence in said if sentence.text], turn_of), turn_of)


def _without_time(sentence: Sentence) -> Sentence:
    time = _LEADING_TIME.match(sentence.text)
    return _from(sentence, time.end()) if time else sentence


def _from(sentence: Sentence, offset: int) -> Sentence:
    return Sentence(sentence.text[offset:], sentence.start + offset, sentence.end, sentence.paragraph)


def _turns(sentences: Sequence[Sentence]) -> list[Turn | None]:
    """The turn that begins with each sentence, where one does."""
    turns: list[Turn | None] = []
    for sentence, after in zip_longest(sentences, sentences[1:]):
        label = _LABEL.match(sentence.text)
        if not label and after and not _NAME_ALONE.fullmatch(after.text):
            label = _NAME_ALONE.fullmatch(sentence.text)
        name = label and (label.groupdict().get("letter") or label.groupdict().get("word") or label["name"])
        if label and name and name.lower().split()[0] not in _NO_SPEAKER:
            turns.append(Turn(name, (sentence.start, sentence.start + label.end())))
        else:
            turns.append(None)
    return turns


def _without_label(sentence: Sentence, turn: Turn | None) -> Sentence:
    return _from(sentence, turn.label[1] - sentence.start) if turn else sentence


def _is_interview(sentences: Sequence[Sentence], turns: Sequence[Turn | None]) -> bool:
    counts = Counter(turn.speaker for turn in turns if turn)
    if {"Q", "A"} <= counts.keys():
        return True
    backs = sorted(counts.values())[-2:]  # how often the two that speak most do
    if any(pair <= counts.keys() for pair in _QUESTION_AND_ANSWER) and min(backs) > 1:
        return True
    labels = [
        sentence.text[: turn.label[1] - turn.label[0]] for sentence, turn in zip(sentences, turns, strict=True) if turn
    ]
    if not all(_SURE_LABEL.search(label) for label in labels) and (len(backs) < 2 or min(backs) < 2):
        return False
    # A match report ends with its teams' names before colons, which come back as well.
    num_paragraphs = len({sentence.paragraph for sentence in sentences})
    is_repeated = len(counts) > 1 and max(counts.values()) > 1
    return is_repeated and counts.total() >= max(_MIN_TURNS, _MIN_SHARE_OF_PARAGRAPHS * num_paragraphs)


def _news(sentences: Sequence[Sentence], turns: dict[int, Turn]) -> list[Sentence]:
    """Without questions, courtesies and what hosts say in between; all of it if nothing else is said."""
    hosts = _hosts(sentences, turns)
    kept = [sentence for sentence in sentences if not _is_empty(sentence.text, is_host=_is_by(hosts, turns, sentence))]
    return kept or list(sentences)


def _is_by(hosts: set[str], turns: dict[int, Turn], sentence: Sentence) -> bool:
    turn = turns.get(sentence.end)
    return turn is not None and turn.speaker in hosts


def _is_empty(text: str, *, is_host: bool) -> bool:
    """True for what says nothing new; of a host that is all but what could open a story."""
    num_words = count_words(text)
    if num_words < _MIN_WORDS or is_question(text) or _COURTESY.match(text):
        return True
    if _MODERATION.match(text):
        return is_host or num_words <= _MAX_WORDS_OF_MODERATION
    return is_host and not can_open_story(text)


def _hosts(sentences: Sequence[Sentence], turns: dict[int, Turn]) -> set[str]:
    num_sentences: Counter[str] = Counter()
    num_questions: Counter[str] = Counter()
    for sentence in sentences:
        turn = turns.get(sentence.end)
        if turn and not _COURTESY.match(sentence.text) and count_words(sentence.text) > 1:
            num_sentences[turn.speaker] += 1
            num_questions[turn.speaker] += is_question(sentence.text)
    return {name for name, num in num_sentences.items() if num_questions[name] >= _MIN_HOST_QUESTIONS * num}
