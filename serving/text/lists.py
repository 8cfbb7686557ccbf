"""Lists that were typed or pasted: one item a line, and one mark for all of them, "- "."""

import re
from collections import Counter
from collections.abc import Iterator

_SHAPES = "•‣▪◦●○■□▸►➢➤✓✔☐☑☒∙⁃\uf0b7\uf0a7"
_ANY_SHAPE = frozenset(_SHAPES)
_MARK = re.compile(rf"([ \t]*)((?:[{_SHAPES}][ \t]*|[-*·+→–—][ \t]+|o[ ]*\t[ \t]*)+)(?:\[[ xX]\][ \t]+)?(?=\S)")
_STRANDED = re.compile(rf"^([ \t]*[{_SHAPES}])[ \t]*\n(?=[ \t]*[^\s{_SHAPES}])", re.MULTILINE)
_RUN_ON = re.compile(rf"(?<=\S)[ \t]+(?=[{_SHAPES}][ \t]+\S)")
_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)]*\s*$""")
_MIN_WORDS = 3  # of an item on average, where several stand on one line: "3 June • Lindfield • 4 min" is none


def with_item_marks(text: str) -> str:
    """The text with "- " before each item of a list, one item a line; dashes of dialogue and lone asterisks stay."""
    lines = text.split("\n")
    if not _ANY_SHAPE.isdisjoint(text):
        lines = [piece for line in _STRANDED.sub(r"\1 ", text).split("\n") for piece in _one_a_line(line)]
    marks = [_MARK.match(line) for line in lines]
    counts = Counter(mark[2][0] for mark in marks if mark)
    for number, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        if mark and _is_item(mark[2][0], line, counts):
            lines[number] = f"{mark[1]}- {line[mark.end() :]}"
    return "\n".join(lines)


def _one_a_line(line: str) -> Iterator[str]:
    pieces = _RUN_ON.split(line)
    items = [piece for piece in pieces if piece.lstrip()[:1] in _ANY_SHAPE]
    num_words = sum(len(item.split()) - 1 for item in items)
    if len(items) > 1 and num_words >= _MIN_WORDS * len(items):
        yield from pieces
    else:
        yield line


def _is_item(mark: str, line: str, counts: Counter[str]) -> bool:
    if mark in _SHAPES or mark == "-":
        return True
    return counts[mark] > 1 and not (mark in "–—" and _SENTENCE_END.search(line[-8:]))
