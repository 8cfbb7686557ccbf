"""What is safe to read, and how long it is: replaces or drops what no reader sees and counts words."""

import re
import unicodedata
from collections.abc import Iterator

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_BREAKS = dict.fromkeys(map(ord, "\x0b\x0c\x85\u2028\u2029"), "\n")
# Joiners and direction marks stay: Persian, Hindi and Hebrew need them.
_INVISIBLE = dict.fromkeys(map(ord, "\xad\u200b\u2060\ufeff\ufffe\uffff"))
# Typesetters' ligatures. Other compatibility characters, such as ½ and ², are not the same as their parts.
_LIGATURES = dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
_SOFT_BREAK = re.compile(r"(?:\xad|(?<=[^\W\d_])¬)(?=[ \t]*\n)")  # OCR writes "¬"
_NO_BREAK_SPACE = re.compile(r"(?<!\d)\xa0|\xa0(?!\d)")
_CONTROLS = {code: " " for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"} | _LINE_BREAKS
_BLANKED = frozenset(map(chr, _CONTROLS))
_RESPELLED = frozenset(map(chr, [*_INVISIBLE, *_LIGATURES])) | {"\xa0", "¬"}

# Scripts written without spaces. Chinese and Japanese words average about two characters (one and a half to
# two in segmented news), words of the South-East Asian scripts about five code points, vowel signs included;
# so a limit in words gives about as much information as in English.
_HAN_KANA = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_THAI_LIKE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED = re.compile(f"[{_HAN_KANA}{_THAI_LIKE}]")
_MARKS = rf"[^\w\s{_HAN_KANA}{_THAI_LIKE}]*+"
_WORD = re.compile(
    rf"{_MARKS}[{_HAN_KANA}]{{1,2}}{_MARKS}|{_MARKS}[{_THAI_LIKE}]{{1,5}}{_MARKS}|[^\s{_HAN_KANA}{_THAI_LIKE}]++"
)
_SPACED_WORD = re.compile(r"\S+")


def clean_article(text: str) -> str:
    """The text with lone surrogates as U+FFFD, line separators as newlines, other controls as spaces.

    Every code point becomes exactly one code point, so offsets into the result are offsets into `text`.
    Newlines and tabs stay; "\\r\\n" becomes " \\n".
    """
    text = text.replace("\r\n", " \n").replace("\r", "\n")
    # str.translate takes a second for a million characters that are not all ASCII.
    text = text if _BLANKED.isdisjoint(text) else text.translate(_CONTROLS)
    return _SURROGATE.sub("\ufffd", text)


def readable(text: str) -> str:
    """The text as a reader sees it: composed letters, ligatures spelled out, nothing invisible, one kind of line break.

    A soft hyphen at a line's end becomes one that is seen. No-break spaces stay inside numbers only.
    """
    text = clean_article(text)
    if not _RESPELLED.isdisjoint(text):
        text = _NO_BREAK_SPACE.sub(" ", _SOFT_BREAK.sub("-", text).translate(_INVISIBLE | _LIGATURES))
    return unicodedata.normalize("NFC", text)


def is_unspaced(character: str) -> bool:
    """True for a letter of a script that is written without spaces between words."""
    return bool(_UNSPACED.match(character))


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each word as `count_words` counts them, in order."""
    pattern = _WORD if _UNSPACED.search(text) else _SPACED_WORD
    return (match.span() for match in pattern.finditer(text))


def count_words(text: str) -> int:
    """Number of words: whitespace-separated, or estimated from the characters in scripts without spaces.

    Chinese and Japanese count two characters as a word, Thai, Lao, Khmer and Burmese five code points.
    """
    return sum(1 for _ in word_spans(text)) if _UNSPACED.search(text) else len(text.split())


def has_words(text: str) -> bool:
    """True if there is at least one letter of any script: digits, marks and emoji can't be summarized."""
    return any(character.isalpha() for character in text)
