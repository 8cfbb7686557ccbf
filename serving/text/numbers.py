"""Numbers in running text, in figures and in words, as values that can be compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        1,
    )
}
_COUNTS = {"both": 2, "couple": 2, "pair": 2, "duo": 2, "trio": 3, "dozen": 12, "twice": 2, "thrice": 3}
_SCALES = {
    **dict.fromkeys(("hundred",), 1e2),
    **dict.fromkeys(("thousand", "k"), 1e3),
    **dict.fromkeys(("lakh", "lakhs", "lac"), 1e5),
    **dict.fromkeys(("million", "mn", "m"), 1e6),
    **dict.fromkeys(("crore", "crores", "cr"), 1e7),
    **dict.fromkeys(("billion", "bn", "b"), 1e9),
    **dict.fromkeys(("trillion", "tn"), 1e12),
}
_WORDS = _UNITS | _TENS | _ORDINALS | _COUNTS
_ANY_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<digits>\d+(?:,\d{{2,3}})*(?:\.\d+)?)(?:[-\s]?(?P<scale>{'|'.join(_SCALES)})\b)?"
    rf"|\b(?P<words>(?:{_ANY_WORD})(?:[-\s](?:and\s)?(?:{_ANY_WORD}))*)\b(?:[-\s](?P<word_scale>{'|'.join(_SCALES)})\b)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d{2})\b")
# Too common in idioms ("one of", "second to none", "both sides", "a couple of") to be a statement.
_IDIOMATIC = {"zero", "one", "first", "second", "third", "both", "couple", "pair", "duo", "twice"}
_HEDGES = re.compile(
    r"\b(?:about|over|nearly|around|almost|approximately|roughly|(?:more|less|fewer) than|at least|up to"
    r"|some|under|above|below|close to)\s(?:[^\w\s]|rs\.?\s|us)*\s?$",
    re.IGNORECASE,
)
_HEDGED_TOLERANCE = 0.1


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written at text[start:end]: bare, with its scale ("5 million"), hedged or not."""

    start: int
    end: int
    bare: float
    value: float
    is_hedged: bool
    is_idiomatic: bool


def find_numbers(text: str) -> Iterator[Number]:
    """All numbers in order: "12", "1,000", "3.5 million", "Rs 5 lakh", "twenty-one", "a dozen", "21st"."""
    for match in _NUMBER.finditer(text):
        digits, words = match["digits"], match["words"]
        bare = float(digits.replace(",", "")) if digits else _value_of_words(words)
        scale = (match["scale"] or match["word_scale"] or "").lower()
        yield Number(
            match.start(),
            match.end(),
            bare,
            bare * _SCALES.get(scale, 1.0),
            bool(_HEDGES.search(text[max(0, match.start() - 24) : match.start()])),
            _says_nothing(text, match) and not scale,
        )


def _says_nothing(text: str, match: re.Match[str]) -> bool:
    """True for idioms and for the minutes of a full hour (11:00 for 11 a.m.)."""
    if match["words"]:
        return match["words"].lower() in _IDIOMATIC
    return match.group() == "00" and text[: match.start()].endswith(":")


def _value_of_words(words: str) -> float:
    """ "twenty-one" -> 21: tens take the unit after them, anything else starts anew."""
    total = 0.0
    for word in re.split(r"[-\s]+", words.lower()):
        value = _WORDS.get(word)
        if value is not None:
            total = total + value if total >= 20 and total % 10 == 0 and value < 10 else float(value)
    return total


class KnownNumbers:
    """The numbers of an article, to look others up in."""

    def __init__(self, article: str) -> None:
        self._values: set[float] = set()
        for number in find_numbers(article):
            # Editors cut decimals as often as they round: 9,055.73 crore becomes 9,055 crore.
            whole = float(int(number.bare))
            self._values |= {number.bare, number.value, whole}
            if number.bare:
                self._values.add(whole * (number.value / number.bare))
        for clock in _CLOCK.finditer(article):  # 3:30 is also written 3.30
            self._values |= {float(clock[1]), float(clock[2]), float(f"{clock[1]}.{clock[2]}")}

    def supports(self, number: Number) -> bool:
        """True if the article has the number, exactly or rounded to the digits that are shown."""
        if number.value in self._values or number.bare in self._values or number.is_idiomatic:
            return True
        return any(_is_rounded(number, known) for known in self._values)


def _is_rounded(number: Number, known: float) -> bool:
    if number.is_hedged and abs(known - number.value) <= _HEDGED_TOLERANCE * known:
        return True
    if known == int(known) and number.value < 100:
        return False
    return round(known, _places_shown(number)) == number.value


def _places_shown(number: Number) -> int:
    """Decimal places for `round`: 1.4 million shows hundred thousands (-5), 1,400 hundreds (-2)."""
    figures = f"{number.value:.6f}".rstrip("0")
    whole, _, decimals = figures.partition(".")
    if decimals:
        return len(decimals)
    return -(len(whole) - len(whole.rstrip("0"))) if number.value >= 100 else 0
