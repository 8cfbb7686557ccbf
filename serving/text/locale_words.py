"""How a language writes numbers and dates: the names of months, days and powers of ten, and the marks in figures.

All of it is the Unicode consortium's data (CLDR), read through babel. English is added to every language, since
articles quote it and summaries are written in it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from babel import Locale, UnknownLocaleError

# What CLDR's English lacks, as the world's newspapers write it.
_MORE_ENGLISH_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "crore": 1e7, "crores": 1e7, "cr": 1e7,
    "mn": 1e6, "mln": 1e6, "bn": 1e9, "bln": 1e9, "tn": 1e12, "trn": 1e12, "dozen": 12,
}  # fmt: skip
_MORE_ENGLISH_DATE_WORDS = {"sept": ("month", 9), "tues": ("day", 1), "thur": ("day", 3), "thurs": ("day", 3)}
# English abbreviations of months and days that are ordinary words or first names as well.
_OTHER_WORDS = {"mar", "sat", "sun", "wed"}
_PATTERN = re.compile(r"(0+)\s*(\S.*)")

DateWord = tuple[str, int]


@dataclass(frozen=True)
class LocaleWords:
    """What a text in some languages may hold.

    Attributes:
        languages: English, and before it the text's own language if that is another.
        date_words: lower-case name or abbreviation -> ("month", 1 to 12) or ("day", 0 for Monday to 6).
        months: a regular expression for the names of months, as written.
        scales: lower-case word -> the powers of ten that it stands for: "milliard" -> 1e9.
        scale: finds one of them behind a number, its word as group 1.
        group: the mark between groups of figures, in the first of the languages.
    """

    languages: tuple[str, ...]
    date_words: dict[str, DateWord]
    months: str
    scales: dict[str, frozenset[float]]
    scale: re.Pattern[str]
    group: str

    def date_word(self, word: str) -> DateWord | None:
        """The month or the day that a word names where it stands alone, in any case: not "Mar" or "Sun"."""
        key = word.lower()
        return None if key in _OTHER_WORDS else self.date_words.get(key)


@lru_cache(maxsize=64)
def locale_words(language: str) -> LocaleWords:
    """The words of a language (ISO 639-1) and of English; of English alone where CLDR doesn't know the language."""
    locales = [locale for locale in map(_locale, dict.fromkeys([language, "en"])) if locale]
    date_words: dict[str, DateWord] = dict(_MORE_ENGLISH_DATE_WORDS)
    scales: dict[str, set[float]] = {word: {value} for word, value in _MORE_ENGLISH_SCALES.items()}
    for locale in reversed(locales):
        for word, meaning in _date_words(locale):
            date_words[word] = meaning
        for word, value in _scales(locale):
            scales.setdefault(word, set()).add(value)
    months = [word for word, (kind, _) in date_words.items() if kind == "month"]
    return LocaleWords(
        tuple(dict.fromkeys([language, "en"])),
        date_words,
        _any_of(form for word in months for form in (word, word.capitalize(), word.upper())),
        {word: frozenset(values) for word, values in scales.items()},
        # Scripts without capitals may go on without a space: "3万人". In that set, case matters: the kelvin sign is a
        # form of "k" beyond U+0900, and "9.2 km" would be 9.2 thousand.
        re.compile(rf"[-\s]?({_any_of(scales)})(?-i:(?!(?<=[^\W\u0900-\uffff])\w))", re.IGNORECASE),
        locales[0].number_symbols.get("latn", {}).get("group", ","),
    )


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return None


def _date_words(locale: Locale) -> Iterator[tuple[str, DateWord]]:
    # Short days are ordinary words in many languages: "so" in German, "mar" (a month, too) in Spanish.
    day_widths = ("abbreviated", "wide") if locale.language == "en" else ("wide",)
    for kind, names, widths in (("day", locale.days, day_widths), ("month", locale.months, ("abbreviated", "wide"))):
        for context, width in product(("format", "stand-alone"), widths):
            for number, name in names[context].get(width, {}).items():
                word = name.lower().rstrip(".")
                if len(word) > 1 and not word[0].isdigit():
                    yield word, (kind, number)


def _scales(locale: Locale) -> Iterator[tuple[str, float]]:
    """Words for powers of ten: CLDR's "00 Millionen" for 10,000,000 makes "millionen" 1,000,000."""
    for plurals in locale.compact_decimal_formats.values():
        for patterns in plurals.values():
            for power, pattern in patterns.items():
                match = _PATTERN.fullmatch(pattern.pattern.replace("'", ""))
                if match and float(power) >= 100:
                    yield match[2].lower(), float(power) / 10 ** (len(match[1]) - 1)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))
