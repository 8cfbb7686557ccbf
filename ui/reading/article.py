"""What every reader hands over: an article in the order of reading, without what means nothing to a reader."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ui.reading.errors import FILE_EMPTY, UnreadableError

MAX_FILE_BYTES = 5_000_000
"""Of one document, wherever it comes from."""
MAX_FILE_SIZE = f"{MAX_FILE_BYTES // 10**6} MB"
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
_BLANK_LINES = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class Article:
    """An article as a file or a web page holds it.

    Attributes:
        paragraphs: in the order of reading, headings and list items ("- ...") among them. A plain text's keep their
            line ends: what wraps lines and what means them is for the summarizer to tell.
        title: the headline, where the file tells it apart; not among `paragraphs`.
        notes: footnotes and the like; no part of `text`.
        doubt: empty, or a sentence for the reader about what may have been read wrongly.
    """

    paragraphs: tuple[str, ...]
    title: str = ""
    notes: tuple[str, ...] = ()
    doubt: str = ""

    @classmethod
    def of(cls, paragraphs: Iterable[str], *, title: str = "", notes: Iterable[str] = (), doubt: str = "") -> "Article":
        """An article of `MAX_TEXT_CHARS` characters at most, tidied; what is empty then is left out.

        Raises:
            UnreadableError: there is no letter and no digit in it.
        """
        text = _tidy("\n\n".join(paragraphs))
        title = " ".join(_tidy(title).split())
        if not any(map(str.isalnum, text + title)):
            raise UnreadableError(FILE_EMPTY)
        kept = tuple(part for part in _BLANK_LINES.split(text) if part)
        return cls(kept, title, tuple(filter(None, map(_tidy, notes))), doubt)

    @property
    def text(self) -> str:
        """Headline and paragraphs, one blank line between them."""
        return "\n\n".join(filter(None, (self.title, *self.paragraphs)))


def spell_out(text: str) -> str:
    """`text` with ligatures as the letters that they stand for."""
    return text.translate(_SPELLED_OUT)


def _tidy(text: str) -> str:
    text = text[:MAX_TEXT_CHARS].replace("\r\n", "\n").replace("\r", "\n").translate(_TRANSLATION)
    text = unicodedata.normalize("NFC", _SURROGATES.sub("", text))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()[:MAX_TEXT_CHARS].strip()
