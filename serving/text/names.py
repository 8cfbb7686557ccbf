"""Names in running text, and whether an article knows them, whatever their spelling or abbreviation."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from serving.text.common_words import is_common
from serving.text.sentences import split_sentences
from serving.text.terms import STOP_WORDS, fold

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W\d_](?:[\w’']*\w)?")
# What may stand between the words of one name.
_NAME_GAP = re.compile(r"[ \u00a0](?:(?:of|the|de|la|le|al|bin|van|von|der|and)\s)?")
# Written with a capital before a name, or for short, without being one.
_TITLES = """
    mr mrs ms dr prof sir lord lady jr sr st rs pm cm am rev hon capt col gen lt sgt sen rep gov mp mps mla mlas ceo
    tv ex president vice prime minister chancellor senator governor ambassador lieutenant colonel general major captain
    king queen prince princess pope
"""
# Pairs that spelling doesn't show; the others ("India", "Indian") are known by their first letters.
_SAME_PLACE = [
    {"us", "usa", "america", "american", "americans", "united states", "washington"},
    {"uk", "britain", "british", "briton", "united kingdom"},
    {"un", "united nations"}, {"eu", "european union"}, {"uae", "emirates", "united arab emirates"},
    {"france", "french"}, {"netherlands", "dutch", "holland"}, {"spain", "spanish", "spaniard"},
    {"wales", "welsh"}, {"ireland", "irish"}, {"denmark", "danish", "dane"}, {"switzerland", "swiss"},
    {"poland", "polish", "pole"}, {"greece", "greek"}, {"turkey", "turkish", "turk"}, {"china", "chinese"},
    {"cyprus", "cypriot"}, {"peru", "peruvian"}, {"iraq", "iraqi"}, {"norway", "norwegian"},
    {"bengaluru", "bangalore"}, {"mumbai", "bombay"}, {"pm", "prime minister"}, {"cm", "chief minister"},
    {"la", "los angeles"}, {"nyc", "new york"}, {"delhi", "new delhi"},
]  # fmt: skip
_PERIOD = re.compile(r"(?:q|h|fy)\d+")  # Q3, H1, FY25
_TITLE_WORDS = frozenset(_TITLES.split())
_SMALL_WORDS = frozenset(("of", "the", "and", "for", "in"))
# How a name is used shows in its first mentions; more would make a long text of one word quadratic.
_MAX_PLACES = 50
_MIN_SPELLING_RATIO = 0.84
_MIN_SHARED_START = 4


@dataclass(frozen=True, slots=True)
class Word:
    """A capitalised word at text[start:end]; `run` numbers the name that it is part of."""

    start: int
    end: int
    key: str
    run: int
    opens_sentence: bool


def normalise(word: str) -> str:
    """Lower case without full stops and possessive: "U.S." -> "us", "Modi's" -> "modi"."""
    key = word.lower().replace("’", "'").replace(".", "")
    return key.removesuffix("'s").strip("'")


def capitalised_words(text: str) -> Iterator[Word]:
    """All words with a capital that could be a name or part of one, in order."""
    starts = {sentence.start for sentence in split_sentences(text)}
    run = 0
    previous_end: int | None = None
    for match in _WORD.finditer(text):
        word = match.group()
        if not word[0].isupper():
            continue
        if previous_end is None or not _NAME_GAP.fullmatch(text, previous_end, match.start()):
            run += 1
        previous_end = match.end()
        opens = match.start() in starts or text[max(0, match.start() - 2) : match.start()].strip(" ") in _OPENERS
        yield Word(match.start(), match.end(), normalise(word), run, opens)


_OPENERS = frozenset("\"“‘':;([")


class KnownNames:
    """The words of an article, to look names up in."""

    def __init__(self, article: str) -> None:
        written = _WORD.findall(article)
        forms = {word: (normalise(word), word[0].isupper()) for word in set(written)}
        matches = [forms[word] for word in written]
        self._keys = [key for key, _ in matches]
        self._words = set(self._keys)
        self._words |= {fold(key) for key in self._words}
        self._capitalised = sorted({key for key, is_capital in matches if is_capital and len(key) >= _MIN_SHARED_START})
        self._lower_case = {key for key, is_capital in matches if not is_capital}
        self._running = " ".join(self._keys)
        self._squeezed = "".join(re.findall(r"\w+", article.lower()))
        # Small words drop out of abbreviations, other words in lower case end them: "|" is in no word.
        self._initials = "".join(
            key[0] if is_capital else "" if key in _SMALL_WORDS else "|" for key, is_capital in matches if key
        )
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, key in enumerate(self._keys):
            if len(self._places[key]) < _MAX_PLACES:
                self._places[key].append(place)
        self._is_capital = [is_capital for _, is_capital in matches]

    def knows(self, word: str) -> bool:
        """True if the article has the word, another form or spelling of it, or what it abbreviates."""
        if word in self._words or fold(word) in self._words:
            return True
        return self._knows_same_place(word) or self._knows_form(word)

    def _knows_same_place(self, word: str) -> bool:
        return any(f" {other} " in f" {self._running} " for group in _SAME_PLACE if word in group for other in group)

    def _knows_form(self, word: str) -> bool:
        if len(word) <= 5 and word in self._initials:
            return True
        if len(word) < _MIN_SHARED_START:
            return False
        if word in self._squeezed:  # "#BabriMasjid", "YouTube" and "You Tube", words run together
            return True
        return any(_same_form(word, known) for known in self._capitalised)

    def knows_abbreviation(self, words: Sequence[str]) -> bool:
        """True if the article has the initials of the words as a word: BJP for Bharatiya Janata Party."""
        return len(words) > 1 and "".join(word[0] for word in words) in self._words

    def splits(self, first: str, second: str) -> bool:
        """True if both are names in the article, but of others: "Neil Aldrin" where it has Neil Armstrong
        and Buzz Aldrin."""
        if first in self._lower_case or second in self._lower_case:
            return False
        after, before = self._places.get(first, []), self._places.get(second, [])
        if not after or not before:
            return False
        near = {place + step for place in after for step in (-3, -2, -1, 1, 2, 3)}
        if near.intersection(before):
            return False
        return all(self._goes_on(place, 1) for place in after) and any(self._goes_on(place, -1) for place in before)

    def _goes_on(self, place: int, step: int) -> bool:
        neighbour = place + step
        return 0 <= neighbour < len(self._keys) and self._is_capital[neighbour]


def _same_form(word: str, known: str) -> bool:
    """True for "india", "indian" and for "mohammed", "mohammad"."""
    shared = max(_MIN_SHARED_START, min(len(word), len(known)) - 1)
    if abs(len(word) - len(known)) <= 4 and word[:shared] == known[:shared]:
        return True
    if word[0] != known[0] or abs(len(word) - len(known)) > 2:
        return False
    return SequenceMatcher(None, word, known, autojunk=False).ratio() >= _MIN_SPELLING_RATIO


def could_be_name(word: Word, *, is_alone: bool) -> bool:
    """False for titles, ordinary words, and plurals whose capital comes from the start of a sentence."""
    is_other = word.key in STOP_WORDS or word.key in _TITLE_WORDS or _PERIOD.fullmatch(word.key)
    if is_other or len(word.key) < 2 or is_common(word.key):
        return False
    return not (word.opens_sentence and is_alone and word.key.endswith("s"))
