"""Formulas and special signs of Word files -> what one would type for them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ui.reading.raised import exponent

FORMULAS = {"f", "sSup", "sSubSup", "rad", "d"}
"""Those of Office MathML whose parts do not stand one behind the other: fractions, powers, roots and brackets."""

_ATOM = re.compile(r"[\w.,]*")
_CODE = re.compile("[0-9A-Fa-f]{1,4}")
# https://www.unicode.org/Public/MAPPINGS/VENDORS/ADOBE/symbol.txt
_SYMBOL_FONT = {code: chr(code) for code in range(0x20, 0x7F)}
_SYMBOL_FONT |= dict(
    zip(
        b"ABGDEZHQIKLMNXOPRSTUFCYWabgdezhqiklmnxoprstufcyw-",
        "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψω\u2212",
        strict=True,
    )
)
_SYMBOL_FONT |= dict(zip(range(0xA0, 0xBD), "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…", strict=True))
_SYMBOL_FONT |= {0xD2: "®", 0xD3: "©", 0xD4: "™", 0xD6: "√", 0xD7: "⋅"}


def formula(kind: str, parts: Sequence[str], settings: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """The runs of text of one of `FORMULAS`, and whether they are raised.

    Args:
        parts: the text of its parts, in the order of the file: numerator and denominator, base and exponent.
        settings: the signs of brackets by name.
    """
    *first, last = parts or [""]
    before = "".join(first)
    if kind == "f":
        yield _in_brackets(before), before.isdecimal()
        yield f"/{_in_brackets(last)}", False
    elif kind == "rad":
        yield f"{exponent(before)}√{_in_brackets(last)}", False
    elif kind == "d":
        inside = settings.get("sepChr", "|").join(parts)
        yield f"{settings.get('begChr', '(')}{inside}{settings.get('endChr', ')')}", False
    else:
        yield before + exponent(last), False


def _in_brackets(part: str) -> str:
    return part if _ATOM.fullmatch(part) else f"({part})"


def symbol(font: str, code: str) -> str:
    """A sign that the file gives by its number in a font; a space for a picture, which may part two figures."""
    if not _CODE.fullmatch(code):
        return " "
    number = int(code, 16)
    if font == "Symbol":
        return _SYMBOL_FONT.get(number & 0xFF, " ")
    return " " if 0xE000 <= number < 0xF900 else chr(number)
