"""Words that a line's end divided: which were one word, and which have a hyphen of their own.

Nothing in "cost-" and "sharing" itself tells. The text does, where it has the word a second time; else a list of words
does: "announced" is one, "costsharing" is none, but "cost" and "sharing" are.
"""

import re
from collections import Counter
from functools import cached_property, lru_cache

from spellchecker import SpellChecker

from serving.text.language import UNDETERMINED, detect_language

# Where a compound of two words may have a hyphen; German and Dutch write it as one word.
_HYPHENATING = {"en", "fr", "pt", "ru"}
_LISTED = {"ar", "de", "en", "es", "fr", "it", "lv", "nl", "pt", "ru"}
# Short words that compounds begin with; other short ones are rather what a broken word begins with.
_SHORT_FIRST = {"ad", "by", "co", "do", "ex", "go", "in", "my", "no", "on", "re", "so", "to", "up", "tv", "uk", "us"}
_MIN_USES = 100  # in the list's own corpus; rarer "words" are names and slips

_LAST = re.compile(r"[^\W_]+(?:['’][^\W_]+)?-$")
_FIRST = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o|e)\b(?!-)")


class Vocabulary:
    """The words of a text, and those of its language; both are looked up when a broken word first asks."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _own(self) -> Counter[str]:
        return Counter(match.group().lower() for match in _WORD.finditer(self._text))

    @cached_property
    def _language(self) -> str:
        language = detect_language(self._text)
        return "en" if language == UNDETERMINED else language

    def has_own_hyphen(self, first: str, second: str) -> bool:
        """True if `first` and `second` are a compound with a hyphen, not one word that was divided."""
        one, compound = self._own[first + second], self._own[f"{first}-{second}"]
        if one != compound:
            return compound > one
        words = _word_list(self._language)
        if self._language not in _HYPHENATING or words[first + second]:
            return False
        is_first = words[first] >= _MIN_USES if len(first) > 2 else first in _SHORT_FIRST
        return is_first and words[second] >= _MIN_USES


def hyphen_between(left: str, right: str, vocabulary: Vocabulary) -> str:
    """What stands between two lines in place of the hyphen that ends the first: nothing, "-" or "- "."""
    last, first = _LAST.search(left[-60:]), _FIRST.match(right)
    if _SUSPENDED.match(right):
        return "- "  # pre- and post-war
    if last is None or first is None or not last[0][-2].isalpha() or not first[0][0].islower():
        return "-"  # COVID-19, Anglo-Saxon
    if len(last[0]) == 2 or last[0][-2].isupper() or _LAST.search(left[-60 : -len(last[0])]):
        return "-"  # e-mail, EU-wide, two-year-old
    return "-" if vocabulary.has_own_hyphen(last[0][:-1].lower(), first[0].lower()) else ""


@lru_cache(maxsize=2)
def _word_list(language: str) -> SpellChecker:
    return SpellChecker(language=language if language in _LISTED else None)
