"""Lists that were typed or pasted: one item a line, and one mark for all of them, "- "."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

_SHAPES = "•‣▪◦●○■□▸►➢➤✓✔☐☑☒∙⁃⦿\uf0b7\uf0a7"
_ANY_SHAPE = frozenset(_SHAPES)
# Pictures and other signs are marks where they begin several lines.
_SIGNS = "\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f100-\U0001faff»›❯~"
_MARK = re.compile(
    rf"([ \t]*)((?:[{_SHAPES}][ \t]*|[{_SIGNS}]\ufe0f?[ \t]*|[-*·+–—][ \t]+|\*{{2,3}}[ \t]+|[-–](?=[^\W\d_])"
    r"|o(?:[ ]*\t[ \t]*|[ ]+(?=[A-Z]))|[*](?=[A-Z][^*\n]*$))+)(?:\[[ xX]\][ \t]+)?(?=\S)"
)
_ENCLOSED = re.compile(
    "([ \t]*)(?:([1-9])\ufe0f?\u20e3|([\u2460-\u2468\u2776-\u277e\u2780-\u2788\u278a-\u2792]))[ \t]*(?=\\S)"
)
_STRANDED = re.compile(rf"^([ \t]*[{_SHAPES}])[ \t]*\n(?=[ \t]*[^\s{_SHAPES}])", re.MULTILINE)
_RUN_ON = re.compile(rf"(?<=\S)[ \t]+(?=[{_SHAPES}][ \t]+\S)")
_SENTENCE_MARK = re.compile(r"[.!?:;,]")
_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)]*\s*$""")
_NUMBER = re.compile(r"(?<=\s)\(?(\d{1,2})[.)][ \t]+(?=[^\W\d_])")
_DASH = re.compile(r"(?<=\S)[ \t]+(?=[-–*·✅✔▶»]\ufe0f?[ \t]+[^\W\d_])")
_NOTE_MARK = re.compile(r"[\w%)]\*{1,3}(?=[\s.,;:!?]|$)")
_OPENING_ASTERISK = re.compile(r"(?<!\S)[\"“‘(]?\*{1,3}[^\s*]")
_MIN_WORDS = 3  # of an item on average, where several stand on one line: "3 June • Lindfield • 4 min" is none


def with_item_marks(text: str) -> str:
    """The text with "- " before each item of a list, one item a line; dashes of dialogue and lone asterisks stay."""
    if not _ANY_SHAPE.isdisjoint(text):
        text = _STRANDED.sub(r"\1 ", text)
    lines = [piece for line in text.split("\n") for piece in _one_a_line(line)]
    marks = [_MARK.match(line) for line in lines]
    counts = Counter(_kind(mark) for mark in marks if mark)
    if _NOTE_MARK.search(text) and not _OPENING_ASTERISK.search(text):
        del counts["*"]  # "£320* a week": lines that begin with an asterisk are notes
    for number, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        if mark and _is_item(_kind(mark), line, counts):
            lines[number] = f"{mark[1]}- {line[mark.end() :]}"
        elif enclosed := _ENCLOSED.match(line):
            figure = enclosed[2] or int(unicodedata.numeric(enclosed[3]))
            lines[number] = f"{enclosed[1]}{figure}. {line[enclosed.end() :]}"
    return "\n".join(lines)


def _kind(mark: re.Match[str]) -> str:
    """The mark, with "sign" for any picture, since each item may have its own."""
    sign = mark[2].strip()[0]
    if sign in _SHAPES or sign in "-*·+–—o":
        return sign + ("" if mark[2][-1:].isspace() or sign in _SHAPES else "close")
    return "sign"


def _one_a_line(line: str) -> Iterator[str]:
    pieces = _RUN_ON.split(line) if not _ANY_SHAPE.isdisjoint(line) else [line]
    items = [piece for piece in pieces if piece.lstrip()[:1] in _ANY_SHAPE]
    if len(items) > 1 and _are_items(items):
        return iter(pieces)
    return iter(_at_numbers(line) or _at_dashes(line) or [line])


def _are_items(pieces: Sequence[str]) -> bool:
    return sum(len(piece.split()) - 1 for piece in pieces) >= _MIN_WORDS * len(pieces)


def _at_numbers(line: str) -> list[str]:
    """The line's pieces where it counts to three or further: "1) ... 2) ... 3) ..."."""
    marks = list(_NUMBER.finditer(" " + line))
    if len(marks) < 3 or [int(mark[1]) for mark in marks] != list(range(1, len(marks) + 1)):
        return []
    pieces = _cut(line, [mark.start() - 1 for mark in marks])
    return pieces if _are_items(pieces[-len(marks) :]) and not any(";" in piece for piece in pieces) else []


def _at_dashes(line: str) -> list[str]:
    """The line's pieces at three dashes or more that begin with a capital and end without a mark, as no clauses do."""
    pieces = _DASH.split(line)
    items = pieces[1:]
    if len(items) < 3 or len({item[0] for item in items}) > 1 or not _are_items(items):
        return []
    words = [_MARK.sub("", item) for item in items]
    is_list = all(word[:1].isupper() for word in words) and not any(_SENTENCE_MARK.search(word) for word in words[:-1])
    return pieces if is_list else []


def _cut(line: str, places: Sequence[int]) -> list[str]:
    edges = sorted({0, *places, len(line)})
    return [piece for piece in (line[start:end].strip() for start, end in pairwise(edges)) if piece]


def _is_item(kind: str, line: str, counts: Counter[str]) -> bool:
    if kind in _SHAPES or kind == "-":
        return True
    return counts[kind] > 1 and not (kind[0] in "-–—*" and kind != "*" and _SENTENCE_END.search(line[-8:]))
