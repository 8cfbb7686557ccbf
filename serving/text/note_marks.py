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
    r"(?::[ \u2009\u200a]?\d{1,4}(?:[–-]\d{1,4})?(?!\d))?(?![(\w])"
)
_NUMBER = re.compile(r"\[\^?(\w+)")
_SPACED = re.compile(
    r" \[(?<=[^\W_] \[)(?<!\bsee \[)(?<!\bin \[)(?<!\bby \[)(?<!\bof \[)(?<!\bref \[)(?<!\band \[)"
    r"\d{1,3}(?:[,–-] ?\d{1,3}){0,5}\](?=[\s.,;:!?]|$)"
)
_SPACED_WORDS = re.compile(
    r"(?<=\S) \[(?:(?:note|nb) ?\d{1,3}|(?:citation|clarification|page) needed)\](?=[\s.,;:!?]|$)"
)
# Figures that were raised before they were pasted: "said.1 The", "12%,2 the"; behind a year only where others count on.
_FLAT = re.compile(
    r"""(?: (?:(?<=[^\W\d_]{2}[.!?])|(?<=[.!?]["”’»])|(?<=[%)”’»"][.!?]))(?<![Nn]o\.)
          \d{1,2}(?=\s+["“(]?[^\W\d_a-zß-ÿ]|\s*$)
      | (?:(?<=[^\W\d_]{2}[,;])|(?<=[%)”][,;])|(?<=[%”]))\d{1,2}(?=[\s.,;]|$)
      | (?P<year>(?<=\b[12]\d{3}[.,;])\d{1,2})(?=\s[^\W\d]|$) )""",
    re.VERBOSE | re.MULTILINE,
)
_MIN_FLAT = 2
_FLAT_NOTE = re.compile(r"[ \t]*(\d{1,2})[.)]?[ \t]+(?=[^\W\d_]|[\"“‘])")
_FIGURE_OR_MARK = re.compile(r"""[.,;:!?…%"”’]$|(?:^|[\s$€£¥(])[\d.,]*\d$""")


def without_note_marks(text: str) -> str:
    """The text without the marks of notes; a mark at the beginning of a line, before the note itself, stays."""
    if "[" in text:
        text = _without_bracketed(text)
    text = _without_flat(text)
    if _MARKS.isdisjoint(text):
        return text
    text = _LOOSE.sub("", _IN_BRACKETS.sub(r"\1", text))
    return _RAISED_MARK.sub(lambda mark: mark[0] if _is_exponent(text, mark) else "", text)


def _without_flat(text: str) -> str:
    """The text without figures that count from 1 where only the marks of notes stand; notes at its end get a "[1]"."""
    marks: list[re.Match[str]] = []
    for mark in _FLAT.finditer(text):
        if int(mark[0]) == len(marks) + 1:
            marks.append(mark)
    if sum(mark["year"] is None for mark in marks) < _MIN_FLAT:
        return text
    edges = [0, *(edge for mark in marks for edge in mark.span()), len(text)]
    text = "".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    lines = text.split("\n")
    places = [place for place, line in enumerate(lines) if line.strip()][-len(marks) :]
    notes = [_FLAT_NOTE.match(lines[place]) for place in places]
    if [int(note[1]) for note in notes if note] == list(range(1, len(marks) + 1)):
        for place, note in zip(places, notes, strict=True):
            lines[place] = f"[{note[1]}] {lines[place][note.end() :]}" if note else lines[place]
    return "\n".join(lines)


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
