"""Marks of notes behind a word or a figure: "$320¹ a head", "in 2016.[3][4]".

Raised figures are marks unless they are exponents: behind ten, a unit of measure or the name of a variable. Figures in
brackets are marks behind a full stop or a number; behind a word, only where the text has several of them ("list[3]").
"""

import re

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_MARKS = frozenset(_RAISED + "†‡")
_RAISED_MARK = re.compile(
    rf"(?<=\S)(?<![⁺⁻⁽ⁿ⁄/{_RAISED}])[{_RAISED}]+(?:[,;˒–-][{_RAISED}]+)*(?![⁺⁻ⁿ⁄\w])|(?<=[^\s†‡])[†‡]+(?!\w)"
)
# A space before it, as pasted from PDFs, or raised brackets around it.
_LOOSE = re.compile(rf"(?<=[^\s{_RAISED}])[ ](?=[{_RAISED}]{{1,2}}(?:[.,;:!?]|\s[a-zß-ÿ]|\s?$))", re.MULTILINE)
_IN_BRACKETS = re.compile(rf"⁽([{_RAISED}]{{1,3}})⁾")
_EXPONENT = re.compile(
    r"(?<![\d.,$€£¥])10$|(?<![^\W\d_])(?:[kcdmnµμ]?m|ft|yd|mi|CO)$|\d\s?in$|[+−*/^=-]\s?\w{1,6}\)$"
    r"|(?<![\w.'’])[A-Za-zΑ-Ωα-ω]$|\d[xyznr]$|[=+−×·/(^π]\s?[A-Za-z]{1,2}$"
)
_EQUATION = re.compile(r"\s?[=×+−·]")
_EXPONENT_CHARS = 12

_BRACKETED = re.compile(
    r"(?:\[(?:\^?\d{1,3}|\^[\w-]{1,30}|[a-z]|(?:note|nb|n) ?\d{1,3}|edit|(?:citation|clarification|page) needed)\])+"
    r"(?![(\w])"
)
_NUMBER = re.compile(r"\[\^?(\w+)")
_SPACED = re.compile(
    r" \[(?<=[^\W_] \[)(?<!\bsee \[)(?<!\bin \[)(?<!\bby \[)(?<!\bof \[)(?<!\bref \[)(?<!\band \[)"
    r"\d{1,3}(?:[,–-] ?\d{1,3}){0,5}\](?=[\s.,;:!?]|$)"
)
_SPACED_WORDS = re.compile(
    r"(?<=\S) \[(?:(?:note|nb) ?\d{1,3}|(?:citation|clarification|page) needed)\](?=[\s.,;:!?]|$)"
)
_FIGURE_OR_MARK = re.compile(r"""[.,;:!?…%"”’]$|(?:^|[\s$€£¥(])[\d.,]*\d$""")


def without_note_marks(text: str) -> str:
    """The text without the marks of notes; a mark at the beginning of a line, before the note itself, stays."""
    if "[" in text:
        text = _without_bracketed(text)
    if _MARKS.isdisjoint(text):
        return text
    text = _LOOSE.sub("", _IN_BRACKETS.sub(r"\1", text))
    return _RAISED_MARK.sub(lambda mark: mark[0] if _is_exponent(text, mark) else "", text)


def _is_exponent(text: str, mark: re.Match[str]) -> bool:
    if mark[0][0] in "†‡":
        return False
    before = text[max(0, mark.start() - _EXPONENT_CHARS) : mark.start()]
    return bool(_EXPONENT.search(before) or (before[-1:].isdigit() and _EQUATION.match(text, mark.end())))


def _without_bracketed(text: str) -> str:
    numbers = set(_NUMBER.findall(text))
    has_notes = len(numbers) > 1 and "0" not in numbers

    def replace(mark: re.Match[str]) -> str:
        before = text[max(0, mark.start() - _EXPONENT_CHARS) : mark.start()]
        if not before or before[-1].isspace():
            return mark[0]
        is_sure = has_notes or "^" in mark[0] or "needed" in mark[0] or mark[0] == "[edit]"
        return "" if is_sure or _FIGURE_OR_MARK.search(before) else mark[0]

    text = _SPACED_WORDS.sub("", _BRACKETED.sub(replace, text))
    return _SPACED.sub("", text) if has_notes else text
