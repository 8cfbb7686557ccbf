"""From bytes to characters: text files rarely say how they were written.

byte-order mark -> UTF-8 -> what was declared -> English with the signs of Windows -> chardet's candidates, the one with
the fewest impossible words
"""

import codecs
import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

GUESSED = (
    "It is unclear how the letters of this text are stored, so some may be wrong. Look at the accents; if they are "
    "wrong, save the text as UTF-8 and try again."
)
BROKEN = "Some letters of this text are damaged and shown as �. Look for them before you rely on it."

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is the beginning of this one
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DECLARATION = re.compile(rb"""(?:charset|<\?xml[^>]{0,80}encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.I)
_DECLARATION_BYTES = 4096
_CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r\f\v\x1a\x1b"]
_FEW_CONTROLS = 3
_MAX_CONTROLS = 0.01
"""Share of the characters, beyond the first few; more of what no text editor writes, and it is a program."""

_MAX_BROKEN = 0.005
"""Share of the characters that may be no characters in a text that is taken to be in an encoding; one always may."""

_LIKE_ASCII = re.compile(rb"\0|\x1b[$(]")
_ASCII_BYTES_ONLY = ("utf-32-be", "utf-32-le", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr")
"""What is valid UTF-8 without being it."""

# In use on the web, in Windows, on Macs and in DOS, in Europe, the Middle East and East Asia. chardet knows 30 more,
# for which it takes short texts at times.
_ENCODINGS = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "tis-620"),
    *("iso8859-1", "iso8859-2", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-9", "iso8859-13"),
    *("iso8859-15", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "mac-latin2", "mac-greek", "mac-turkish"),
    *("cp932", "euc_jis_2004", "gb18030", "big5hkscs", "cp949"),
    # DOS's, which Windows still writes names in zip files with.
    *("cp437", "cp720", "cp737", "cp775", "cp850", "cp852", "cp855", "cp857", "cp862", "cp864", "cp865", "cp866"),
    "cp1125",
)

_NOT_ENGLISH = re.compile(
    r"""\A[^“]*”|(?!…|(?<=\w)[®™]|(?<!\w)[•“‘]|”(?!\w)|[£€§©×](?![^\W\d_])|¥(?=\s?\d)|[¼½¾](?!\w)|(?<![^\W\d_])°"""
    r"""|(?<=\S)[—\xa0](?=\S)|(?<![^\s\d])[–—](?=[\s\d])|(?<=\b[A-Z])’|’(?:(?:s|t|re|ve|ll|d|m|n)\b|(?![^\W\d_])))"""
    r"""[^\0-\x7f]"""
)
"""A sign that is no English one, or stands where another language has a letter."""
_ENGLISH_WORD = re.compile(r"\b(?:the|and|of|is|was|says?|by|with|from)\b", re.IGNORECASE)

_WORTH_A_LOOK = 0.5
"""Share of the best candidate's confidence."""
_TOO_CLOSE = 0.02
"""Difference of confidence. Of 1,883 texts of one to three sentences, 11 of the 12 that were misread had a rival this
close, and 10 % of the others."""
_TOO_LITTLE = 0.05
"""Confidence after two or three accents."""
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_BEFORE_BYTES = 1000
_SAMPLE_BYTES = 100_000
_SAMPLE_CHARS = 5000

_ALPHABETS = {"LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC", "THAI"}
_WORD = re.compile(r"[^\W\d_]+")
_SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[¡-¬®-¶¸-¿×÷‚„†-•‰‹›€™√-≥─-▟◊](?=[^\W\d_])")
_SENTENCE_START = re.compile(r"(?:^|[.!?]\s)\W*(\w)", re.MULTILINE)


class Decoded(NamedTuple):
    """A text, and a sentence for the reader about what may be wrong with its letters, or ""."""

    text: str
    doubt: str = ""


def decode(data: bytes, *, is_html: bool = False, declared: str = "") -> Decoded | None:
    """The characters of a text, or None if these bytes are no text in any known encoding.

    A byte-order mark decides; then UTF-8, which other encodings do not look like by chance; then what was declared,
    outside or by an HTML page itself, in the words of the WHATWG Encoding Standard; then a guess.

    Args:
        is_html: whether `data` may declare its encoding itself.
        declared: the encoding that came with `data`, such as "ISO-8859-1" in an HTTP header; may be nonsense.
    """
    decoded = _decode(data, is_html, declared)
    if decoded is None or sum(map(decoded.text.count, _CONTROLS)) > _FEW_CONTROLS + _MAX_CONTROLS * len(decoded.text):
        return None
    return decoded


def _decode(data: bytes, is_html: bool, declared: str) -> Decoded | None:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _in_encoding(data, encoding)
    if _LIKE_ASCII.search(data):
        decoded = _utf16_without_mark(data) or _guess(data, _ASCII_BYTES_ONLY)
        if decoded:
            return decoded
    decoded = _in_encoding(data, "utf-8") or _in_encoding(data, _known(declared))
    if decoded is None and is_html and (found := _DECLARATION.search(data[:_DECLARATION_BYTES])):
        decoded = _in_encoding(data, _known(found[1].decode("ascii")))
    return decoded or _english(data) or _guess(data, _ENCODINGS)


def _in_encoding(data: bytes, encoding: str | None) -> Decoded | None:
    """`data` in this encoding, if that is what it is but for a few damaged places."""
    if encoding is None:
        return None
    try:
        return Decoded(data.decode(encoding))
    except UnicodeError:
        text = data.decode(encoding, "replace")
    num_broken = text.count("\ufffd")
    if num_broken > 1 + _MAX_BROKEN * len(text):
        return None
    # One accented letter of Windows-1252 is damaged UTF-8 as well: other letters must speak for it.
    if encoding == "utf-8" and sum(char > "\x7f" for char in text) < 3 * num_broken:
        return None
    return Decoded(text, BROKEN)


def _utf16_without_mark(data: bytes) -> Decoded | None:
    """Windows programs leave the mark out at times. Of two bytes, the one that tells the script varies less."""
    num_first, num_second = len(set(data[::2])), len(set(data[1::2]))
    is_little = num_second <= num_first
    # In Chinese the difference is small, but then some bytes are no ASCII. Plain text with a stray zero is.
    if b"\0" not in data or (data.isascii() and 3 * min(num_first, num_second) > max(num_first, num_second)):
        return None
    decoded = _in_encoding(data, "utf-16-le" if is_little else "utf-16-be")
    if decoded is None or _num_unwritten(decoded.text[:_SAMPLE_CHARS]) > _MAX_BROKEN * len(decoded.text):
        return None
    return decoded


def _known(label: str) -> str | None:
    import webencodings

    encoding = webencodings.lookup(label)
    if encoding is None or encoding.name in {"utf-8", "utf-16le", "utf-16be", "replacement", "x-user-defined"}:
        return None  # UTF-8 and -16 have been tried by then
    return "gb18030" if encoding.name == "gbk" else str(encoding.codec_info.name)  # in the standard they decode alike


def _english(data: bytes) -> Decoded | None:
    """`data` as Windows writes English, whose few signs, such as £, – and ’, are letters in other encodings."""
    decoded = _in_encoding(data, "cp1252")
    if decoded is None or _NOT_ENGLISH.search(decoded.text):
        return None
    return Decoded(decoded.text, "" if _ENGLISH_WORD.search(decoded.text) else GUESSED)


def _guess(data: bytes, encodings: Sequence[str]) -> Decoded | None:
    """The likeliest characters of `data` in one of these encodings, by chardet's statistics of languages.

    Two or three accents tell these little. Then reading aloud does: of the likely candidates, the one with the fewest
    words that nobody writes.
    """
    import chardet

    first = _NOT_ASCII.search(data)
    start = max(0, first.start() - _BEFORE_BYTES) if first else 0
    sample = data[start : start + _SAMPLE_BYTES]
    # It names cp1252 when none fits.
    found = chardet.detect_all(
        sample, ignore_threshold=True, compat_names=False, include_encodings=(*encodings, "cp1252")
    )
    least = _WORTH_A_LOOK * found[0]["confidence"]
    candidates = []
    for candidate in found:
        encoding, confidence = candidate["encoding"], candidate["confidence"]
        if encoding in encodings and confidence >= least and (decoded := _in_encoding(sample, encoding)):
            text = unicodedata.normalize("NFC", decoded.text)
            candidates.append((_num_oddities(text), confidence, text, encoding))
    candidates.sort(key=lambda candidate: candidate[0])
    for oddities, confidence, text, encoding in candidates:
        if decoded := _in_encoding(data, encoding):
            is_close = any(
                rival != text and others <= oddities and other > confidence - _TOO_CLOSE
                for others, other, rival, _ in candidates
            )
            return Decoded(decoded.text, GUESSED if is_close or confidence < _TOO_LITTLE else decoded.doubt)
    return None


def _num_oddities(text: str) -> int:
    """How many things are in a text that nobody writes, and wrongly read bytes look like."""
    text = text[:_SAMPLE_CHARS]
    small_starts = sum(letter.islower() for letter in _SENTENCE_START.findall(text))
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    odd_words = len(_SIGN_IN_WORD.findall(text)) + sum(map(_is_odd, words))
    return small_starts + odd_words + _num_unwritten(text) + text.count("\ufffd")


def _num_unwritten(text: str) -> int:
    """How many characters are controls, private or none at all."""
    return sum(unicodedata.category(char) in {"Cc", "Cn", "Co"} and char not in "\n\r\t" for char in text)


def _is_odd(word: str) -> bool:
    alphabets = {_alphabet(char) for char in word} & _ALPHABETS
    return len(alphabets) > 1 or any(a.islower() and b.isupper() for a, b in itertools.pairwise(word))


@functools.cache
def _alphabet(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]
