"""What a raised run of letters stands for, in any format: a note's mark goes, an exponent or an ordinal stays.

Text has no height. "$320" with a small raised 1 behind it would become $3201, and 10 with a raised 6 would become 106.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby, pairwise
from operator import itemgetter

_DIGITS = str.maketrans("0123456789+-\u2212\u2013n\u2218", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻ⁿ°")
_ORDINAL_SIGNS = {"o": "º", "a": "ª"}
_MAX_MARK_CHARS = 12
_NUM_CHARS_BEFORE = 40

_FIGURES = re.compile(r"\d{1,3}")
_SIGNED = re.compile(r"[-\u2212\u2013]\d{1,3}|\d?[+\u2212\u2013-]")
"""A negative exponent or an ion's charge; no mark of a note has a sign."""
_MARK = re.compile(
    r"\d{1,3}(?:\s*[,;\u2013-]\s*\d{1,3})*|[*†‡§¶‖#]+|\[[^\]]*\]|\([^)]{1,4}\)|[a-z]|[ivx]{2,4}|[,;]", re.IGNORECASE
)
_ORDINAL = re.compile(r"st|nd|rd|th|d|er|ers|re|res|e|es|i?[eè]me|nde?|o|os|a|as", re.IGNORECASE)
_COUNTED = re.compile(r"(?<![\d.,])\d{1,3}\.?$|(?<![A-Za-z])(?:[IVXLCDM]+|n)\.?$|(?<![A-Za-z])[Nn]$")

_POWER_BASE = re.compile(r"(?<![\d.,$€£¥])10$|[=+\u2212×·/(^]\s?[A-Za-z]{1,2}$")
_VARIABLE = re.compile(r"(?<![A-Za-zÀ-ɏ\d.'’])[A-Za-zΑ-Ωα-ω]$|\d[xyznr]$")
_UNIT = re.compile(r"(?<![A-Za-zÀ-ɏ])(?:[kcdmnµμ]?m|ft|yd|mi|CO)$|\d\s?in$")
_MONEY = re.compile(r"[$€£¥]\s?\d[\d.,]*\s?[A-Za-z]{1,2}$")
_DENOMINATOR = re.compile(r"[/\u2044\u2215](?!\s*[^\W\d_]|\d{4})")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴-⁹⁺⁻ⁿ°′″]*")
_ELEMENT = re.compile(r"[A-Z][a-z]?(?![a-z])")


def read_runs(runs: Iterable[tuple[str, bool]]) -> str:
    """The text of a line from its runs and whether they are raised; writers often make several runs of one mark."""
    written = (run for run in runs if run[0])
    joined = [("".join(text for text, _ in group), is_raised) for is_raised, group in groupby(written, itemgetter(1))]
    pieces, before = [""], ""
    for (run, is_raised), (following, _) in pairwise([*joined, ("", False)]):
        if is_raised:
            mark, after = run.strip(), following if run == run.rstrip() else ""
            shown = raised(before.rstrip(), mark, after=after)
            isotope = "" if shown else raised(before, mark, after=after)
            pieces[-1] = pieces[-1] if isotope else pieces[-1].rstrip()
            pieces.append(shown + isotope + run[len(run.rstrip()) :])
        else:
            pieces.append(run)
        before = "".join(pieces[-2:])[-_NUM_CHARS_BEFORE:]
    return "".join(pieces)


def exponent(run: str) -> str:
    """What stands in the text for `run` where the file says that it is an exponent."""
    superscript = run.strip().translate(_DIGITS)
    return superscript if _SUPERSCRIPT.fullmatch(superscript) else f"^({run})"


def raised(before: str, run: str, *, is_note_link: bool = False, after: str = "") -> str:
    """What stands in the text for `run`, a piece set smaller and higher than the line that it stands in.

    Args:
        before: the line's text up to the run; at least what it touches.
        run: the raised characters.
        is_note_link: the file itself says that this is the mark of a note.
        after: what touches the run on its other side, if known; tells fractions and isotopes.

    Returns:
        "" for a note's mark; exponents and charges as Unicode superscripts; other letters (1st, XIXe, Mme) as they are.
    """
    mark = unicodedata.normalize("NFKC", run.strip())
    before = before[-_NUM_CHARS_BEFORE:]
    if is_note_link or not mark:
        return ""
    if mark.isdigit() and not before[-1:].isalpha() and _DENOMINATOR.match(after):
        return f" {mark}" if before[-1:].isdigit() else mark
    if _is_exponent(before, mark, after):
        return mark.translate(_DIGITS)
    if _ORDINAL.fullmatch(mark) and _COUNTED.search(before):
        return _ORDINAL_SIGNS.get(mark, mark)
    return "" if len(mark) <= _MAX_MARK_CHARS and _MARK.fullmatch(mark) else run


def _is_exponent(before: str, mark: str, after: str) -> bool:
    if _SIGNED.fullmatch(mark):
        return bool(before) and before[-1].isalnum()
    if _MONEY.search(before):
        return False
    if _POWER_BASE.search(before) or _VARIABLE.search(before):
        return mark == "n" or bool(_FIGURES.fullmatch(mark))
    if _UNIT.search(before):
        return mark in {"2", "3"}
    # Isotopes: the run stands before its element, as in 14C.
    return mark.isdigit() and len(mark) > 1 and not before[-1:].isalnum() and bool(_ELEMENT.match(after))
