"""The last step of every reader: characters that mean nothing to a reader go, paragraphs stand apart."""

import re
import unicodedata

from ui import words
from ui.reading.errors import UnreadableError

MAX_TEXT_CHARS = 1_000_000
"""Five times what the summarizer takes by default: it says itself how long is too long."""

# Typesetters' ligatures. The other compatibility characters, such as ½ and ², are not the same as their parts.
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st"}
_LIGATURES |= {"\ufb06": "st"}
_SPELLED_OUT = str.maketrans(_LIGATURES)
_BREAKS = dict.fromkeys("\v\f\x85\u2028", "\n") | {"\u2029": "\n\n"}
# Joiners and direction marks stay: Persian, Hindi and Hebrew need them.
_NOTHING = dict.fromkeys("\xad\u200b\u2060\ufeff\ufffe\uffff", "")
_CONTROLS = {chr(code): "" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t\v\f\x85"}
_TRANSLATION = str.maketrans(_CONTROLS | _NOTHING | _BREAKS | _LIGATURES)
_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")


def spell_out(text: str) -> str:
    """`text` with ligatures as the letters that they stand for."""
    return text.translate(_SPELLED_OUT)


def tidy(text: str) -> str:
    """`text` without characters that can't be seen, one blank line between paragraphs, `MAX_TEXT_CHARS` at most.

    Raises:
        UnreadableError: there is no letter and no digit in it.
    """
    text = text[:MAX_TEXT_CHARS].replace("\r\n", "\n").replace("\r", "\n").translate(_TRANSLATION)
    text = unicodedata.normalize("NFC", _SURROGATES.sub("", text))
    text = _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()
    if not any(map(str.isalnum, text)):
        raise UnreadableError(words.FILE_EMPTY)
    return text[:MAX_TEXT_CHARS]
