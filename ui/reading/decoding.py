"""From bytes to characters: text files rarely say how they were written."""

import codecs
import re

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is the beginning of this one
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What browsers make of these names (WHATWG Encoding): pages say the left and mean the right.
_BROWSERS_READ = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-8",  # what could be read so far was one byte per letter
}
# Python knows `punycode`, `idna` and others under `charset=` as well; some of those take quadratic time.
_PAGES_ARE_IN = re.compile(
    r"utf-(?:8|16|16-[bl]e)|ascii|iso8859-\d+|cp\d+|koi8-[rut]|mac-\w+|tis-620|hz|gb\w+|big5\w*|euc_\w+|iso2022_\w+|shift_jis\w*"
)
_DECLARATION = re.compile(rb"""(?:charset|<\?xml[^>]{0,80}encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.I)
_DECLARATION_BYTES = 4096
_CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r\f\v\x1a\x1b"]
_FEW_CONTROLS = 3
_MAX_CONTROLS = 0.01
"""Share of the characters, beyond the first few; more of what no text editor writes, and it is a program."""

# Encodings that plain text files are found in; `charset_normalizer` knows a hundred, and takes short texts for
# Mac Latin or EBCDIC when it is let.
_CANDIDATES = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r"),
    *("cp932", "euc_jp", "gb18030", "big5hkscs", "cp949"),
)
_DOUBT = 0.1
"""How much less tidy Windows-1252 may look and still be preferred."""


def decode(data: bytes, *, is_html: bool = False, declared: str = "") -> str | None:
    """The characters of a text, or None if these bytes are no text in any known encoding.

    A byte-order mark decides; then UTF-8, which other encodings do not look like by chance; then what was declared,
    outside or by an HTML page itself; then a guess, in which Windows-1252 is preferred.

    Args:
        is_html: whether `data` may declare its encoding itself.
        declared: the encoding that came with `data`, such as "ISO-8859-1" in an HTTP header; may be nonsense.
    """
    text = _decode(data, is_html, declared)
    if text is None or sum(map(text.count, _CONTROLS)) > _FEW_CONTROLS + _MAX_CONTROLS * len(text):
        return None
    return text


def _decode(data: bytes, is_html: bool, declared: str) -> str | None:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _try(data, encoding)
    text = _utf16_without_mark(data) or _try(data, "utf-8")
    if text is None:
        text = _try(data, _known(declared))
    if text is None and is_html:
        text = _try(data, _declared(data))
    return text if text is not None else _guess(data)


def _try(data: bytes, encoding: str | None) -> str | None:
    try:
        return data.decode(encoding) if encoding else None
    except (UnicodeError, LookupError):
        return None


def _utf16_without_mark(data: bytes) -> str | None:
    """Windows programs leave the mark out at times; every other byte of a European text is zero then."""
    half = len(data) // 2
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if data[first::2].count(0) > 0.5 * half and data[1 - first :: 2].count(0) == 0:
            return _try(data, encoding)
    return None


def _declared(data: bytes) -> str | None:
    found = _DECLARATION.search(data[:_DECLARATION_BYTES])
    return _known(found[1].decode("ascii")) if found else None


def _known(declared: str) -> str | None:
    try:
        name = codecs.lookup(declared).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    return _BROWSERS_READ.get(name, name) if _PAGES_ARE_IN.fullmatch(name) else None


def _guess(data: bytes) -> str | None:
    import charset_normalizer

    matches = charset_normalizer.from_bytes(data, cp_isolation=list(_CANDIDATES))
    best = matches.best()
    if best is None:
        return None
    for match in matches:
        # Two or three accents tell nothing, and then the first in the alphabet wins: élève became élčve.
        if match.encoding == "cp1252" and match.coherence >= best.coherence and match.chaos <= best.chaos + _DOUBT:
            best = match
    return str(best)
