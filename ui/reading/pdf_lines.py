"""The letters of a PDF page -> lines of text, without what nobody sees and without raised marks of notes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, takewhile
from operator import itemgetter
from statistics import median
from typing import TYPE_CHECKING, Any

from ui.reading.article import spell_out
from ui.reading.raised import read_runs

if TYPE_CHECKING:
    from pdfminer.layout import LTChar, LTPage, LTTextLine

_ARABIC_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
# Words from the left, with what is between them; a number by itself. Both read backwards, as they are met here.
_RTL = "\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff"
_FROM_LEFT = re.compile(rf"[^\W{_RTL}][^{_RTL}]*[^\W\d_{_RTL}]|[^\W\d_{_RTL}]|%?\d+(?:[.,:/٫٬-]\d+)*")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_RAISED_BY = 0.2
_SMALLER = 0.9
_MAX_MARK_LETTERS = 8
_MIN_SPACE = 0.15
"""Of a letter's size: a gap that wide is a space."""
_MAX_SPACE = 0.6
_MIN_TRACKED = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one column; lengths in points, from the page's left edge and bottom.

    Attributes:
        y: of its baseline.
        size: of most of its letters.
        is_marked: it begins with a raised sign, as notes do; `text` has it, as an ordinary one.
        is_row: it is a row of a table, which is a paragraph of its own.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    is_bold: bool = False
    is_marked: bool = False
    is_row: bool = False


def lines_of(page: "LTPage") -> list[Line]:
    """The lines of a page in the order in which they are drawn."""
    from pdfminer.layout import LAParams, LTChar

    letters = [item for item in page if isinstance(item, LTChar) and item.upright and _is_inside(item, page)]
    drawn = [item for item in page if not isinstance(item, LTChar)]
    grounds = [item for item in drawn if not _is_white(getattr(item, "non_stroking_color", None))]
    seen = [
        item
        for item in letters
        if not _is_white(item.graphicstate.ncolor) or any(_is_inside(item, ground) for ground in grounds)
    ]
    if not seen:
        return []
    found = page.group_objects(LAParams(line_overlap=_RAISED_BY), _in_place(seen))
    from_right = is_right_to_left("".join(letter.get_text() for letter in seen))
    return [line for group in found if not group.is_empty() and (line := _line(group, from_right=from_right))]


def _in_place(letters: Sequence["LTChar"]) -> list["LTChar"]:
    """In the order of drawing, but short raised and lowered runs where they stand: browsers may draw them last."""
    runs: list[list[LTChar]] = []
    ends: dict[int, list[LTChar]] = {}
    for letter in letters:
        ends.setdefault(round(letter.x1), []).append(letter)
        last = runs[-1][-1] if runs else None
        if last and last.size == letter.size and last.matrix[5] == letter.matrix[5] and _is_near(last, letter):
            runs[-1].append(letter)
        else:
            runs.append([letter])
    marks: dict[int, list[LTChar]] = {}
    for run in runs:
        mark = run[0]
        near = chain.from_iterable(ends.get(round(mark.x0) + step, ()) for step in (-1, 0, 1))
        base = min(
            (letter for letter in near if _may_bear(letter, mark)), key=lambda it: abs(mark.x0 - it.x1), default=None
        )
        if base and len(run) <= _MAX_MARK_LETTERS:
            marks.setdefault(id(base), []).extend(run)
    moved = {id(letter) for run in marks.values() for letter in run}
    return [it for letter in letters if id(letter) not in moved for it in _with_marks(letter, marks)]


def _with_marks(letter: "LTChar", marks: Mapping[int, list["LTChar"]]) -> Iterator["LTChar"]:
    yield letter
    for mark in marks.get(id(letter), ()):  # smaller than the letter, so there is an end to it
        yield from _with_marks(mark, marks)


def _is_near(before: "LTChar", letter: "LTChar") -> bool:
    return bool(abs(letter.x0 - before.x1) < _MAX_SPACE * letter.size)


def _may_bear(letter: "LTChar", mark: "LTChar") -> bool:
    rise = (mark.matrix[5] - letter.matrix[5]) / letter.size
    return bool(mark.size < _SMALLER * letter.size and -0.4 < rise < 1 and rise != 0)


def _is_white(color: Any) -> bool:
    parts = color if isinstance(color, (tuple, list)) else (color,)
    if len(parts) not in {1, 3, 4} or not all(isinstance(part, (int, float)) for part in parts):
        return False
    return max(parts) < 0.03 if len(parts) == 4 else min(parts) > 0.97  # four: cyan, magenta, yellow and black ink


def _is_inside(letter: "LTChar", area: Any) -> bool:
    x, y = (letter.x0 + letter.x1) / 2, (letter.y0 + letter.y1) / 2
    return bool(area.x0 <= x <= area.x1 and area.y0 <= y <= area.y1)


def _line(group: "LTTextLine", *, from_right: bool) -> Line | None:
    letters: list[Any] = [item for item in group if hasattr(item, "matrix")]  # the others are spaces that pdfminer adds
    size = _most_common([letter.size for letter in letters])
    y = _most_common([letter.matrix[5] for letter in letters if letter.size > _SMALLER * size])
    if is_right_to_left(group.get_text(), all_around=from_right):
        text, is_marked = _logical(letters), False
    else:
        text, is_marked = _text(_without_tracking(group, letters), y, size)
    text = " ".join(spell_out(text).split())
    is_bold = all(re.search("bold|black|heavy", letter.fontname, re.IGNORECASE) for letter in letters)
    return Line(text, group.x0, group.x1, y, size, is_bold, is_marked) if text else None


def _without_tracking(group: "LTTextLine", letters: Sequence["LTChar"]) -> Iterable[Any]:
    """The line's letters and spaces; none where all letters are set apart, as in some headings, but between words."""
    from pdfminer.layout import LTAnno

    gaps = [after.x0 - before.x1 for before, after in pairwise(letters)]
    tracking = median(gaps) if len(letters) >= _MIN_TRACKED else 0
    signs = [letter.get_text() for letter in letters]
    # The figures of a scale stand apart as well.
    if tracking < _MIN_SPACE * letters[0].size or (" " not in signs and any(map(str.isdigit, signs))):
        return group
    items: list[Any] = [letters[0]]
    for gap, letter in zip(gaps, letters[1:], strict=True):
        items += [LTAnno(" "), letter] if gap - tracking > _MIN_SPACE * letter.size else [letter]
    return items


def _most_common(lengths: Sequence[float]) -> float:
    return Counter(round(length, 1) for length in lengths).most_common(1)[0][0]


def _text(items: Iterable[Any], y: float, size: float) -> tuple[str, bool]:
    """The line's text, and whether it begins with a raised sign."""
    runs: list[tuple[str, bool]] = []
    for item in items:
        runs.append(
            (item.get_text(), _is_raised(item, y, size) if hasattr(item, "matrix") else bool(runs and runs[-1][1]))
        )
    mark = list(takewhile(itemgetter(1), runs))
    return "".join(text for text, _ in mark) + read_runs(runs[len(mark) :]), bool(mark)


def _is_raised(letter: Any, y: float, size: float) -> bool:
    return bool(letter.matrix[5] - y > (_RAISED_BY / 2 if letter.size < _SMALLER * size else _RAISED_BY) * size)


def is_right_to_left(text: str, *, all_around: bool = False) -> bool:
    """Whether most letters are Hebrew, Arabic or the like; any will do where all text around it is such."""
    directions = Counter(map(unicodedata.bidirectional, text))
    return directions["R"] + directions["AL"] > (0 if all_around else directions["L"])


def _logical(letters: Sequence["LTChar"]) -> str:
    """Letters that stand in the order in which the eye meets them from the left -> the order in which one reads."""
    ordered = sorted(letters, key=lambda letter: letter.x0)
    signs = [ordered[0].get_text()]
    for before, letter in pairwise(ordered):
        if letter.x0 - before.x1 > _MIN_SPACE * letter.size:
            signs.append(" ")
        signs.append(letter.get_text())
    # Letters of Arabic have other signs at a word's start and end; one of them may stand for two letters.
    text = "".join(unicodedata.normalize("NFKC", it) if _ARABIC_FORMS.match(it) else it for it in reversed(signs))
    return _FROM_LEFT.sub(lambda run: run[0][::-1].translate(_MIRRORED), text.translate(_MIRRORED))
