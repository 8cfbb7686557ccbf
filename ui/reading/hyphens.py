"""Words that a line's end divided: which were one word, and which have a hyphen of their own.

Nothing in "cost-" and "sharing" tells. The text may, where it has the word once more; else the words of its language
do: "announced" is one, "costsharing" is none, but "cost" and "sharing" are two that anyone knows.
"""

import re
from collections import Counter
from functools import cache, cached_property

_MIN_USES = 100
"""In the list's own corpus; rarer ones are names and slips."""
_MIN_KNOWN = 0.6
# Languages that write compounds with a hyphen. German or Dutch ones are one word, and broken as such.
_LANGUAGES = ("en", "fr", "pt", "ru")
_SHORT_FIRST = {"ad", "by", "co", "do", "ex", "go", "in", "my", "no", "on", "re", "so", "to", "up", "tv", "uk", "us"}
_PREFIXES = {"anti", "counter", "mid", "multi", "non", "post", "pre", "pro", "semi"}
_SPELLINGS = (("our", "or"), ("is", "iz"), ("ys", "yz"), ("ll", "l"), ("tre", "ter"), ("ence", "ense"), ("ogue", "og"))
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HEAD = re.compile(r"((?:\w+[-\u2010])*)(\w+)[-\u2010\u2013\u2014]$")
_TAIL = re.compile(r"\w+")
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o|e)\b(?!-)")
_MAX_WORD_CHARS = 80


class Hyphens:
    """Joins lines of a text at their hyphens."""

    def __init__(self, text: str) -> None:
        self._words = Counter(word.lower() for word in _WORD.findall(text))

    def join(self, left: str, right: str) -> tuple[str, str]:
        """What becomes of two lines, `left` first: a space goes between them, or a broken word is put together."""
        if left.endswith("\xad"):
            return left[:-1], right
        head, tail = _HEAD.search(left[-_MAX_WORD_CHARS:]), _TAIL.match(right[:_MAX_WORD_CHARS])
        if head is None or tail is None or _SUSPENDED.match(right):  # pre- and post-war
            return (f"{left} " if left else ""), right
        if left.endswith(("\u2013", "\u2014")):  # 1939–1945
            return left, right
        return (left if self._is_compound(head[1], head[2], tail[0]) else left[:-1]), right

    def _is_compound(self, before: str, first: str, second: str) -> bool:
        if before or len(first) == 1 or not first[-1].isalpha() or not second[0].islower():
            return True  # two-year-old, e-mail, COVID-19, Anglo-Saxon
        first, second = first.lower(), second.lower()
        num_whole, num_parted = self._words[first + second], self._words[f"{first}-{second}"]
        if num_whole != num_parted:
            return num_parted > num_whole
        if not self._known or self._num_uses(first + second) >= _MIN_USES:
            return False
        if len(first) > 2 and first not in _PREFIXES and self._num_uses(first) < _MIN_USES:
            return False
        return (len(first) > 2 or first in _SHORT_FIRST) and self._num_uses(second) >= _MIN_USES

    def _num_uses(self, word: str) -> int:
        # The English list is American.
        spellings = [word, *(word.replace(british, american) for british, american in _SPELLINGS)]
        return max(self._known.get(spelling, 0) for spelling in spellings)

    @cached_property
    def _known(self) -> dict[str, int]:
        """The words of the text's language with their numbers of uses; none where compounds have no hyphen."""
        own = [word for word in self._words if "-" not in word]
        for language in _LANGUAGES:
            known = _word_list(language)
            if sum(word in known for word in own) > _MIN_KNOWN * len(own):
                return known
        return {}


@cache
def _word_list(language: str) -> dict[str, int]:
    from spellchecker import SpellChecker

    words: dict[str, int] = SpellChecker(language=language).word_frequency.dictionary
    return words
