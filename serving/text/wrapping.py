"""Puts lines that an editor, a mail program or a page's column broke back together: one line a paragraph.

A line is known to be broken by its neighbours: where prose is wrapped, every line but a paragraph's last is so full
that the next one's first word had no room in it. Verse, addresses, tables and lists have room left, or a capital at
each line.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from serving.text.broken_words import Vocabulary, hyphen_between
from serving.text.clean import is_unspaced
from serving.text.language import is_function_word

_MAX_WIDTH = 132  # of the widest terminal; longer lines are paragraphs
_MIN_WIDTH = 20  # the narrowest column of a newspaper
# Of the width: what a line takes up at least with the next one's first word. Below 1, since printed letters differ.
_MIN_FULL = 0.7
_MIN_FULL_BESIDE = 0.9  # the same for lines that only the width of other paragraphs shows to be wrapped
_MIN_FULL_SHARE = 0.75  # of the lines that end in mid-sentence: the others are an occasional short one
_MIN_OPEN_SHARE = 0.2  # of all lines but the last: they end in mid-sentence
_MIN_RUNNING_SHARE = 0.4  # of those: the next line begins in lower case, as it seldom does in verse and addresses

_MIN_SPACED_LINES = 2
_BLANK_LINE = re.compile(r"\n[ \t]*\n")  # between the lines of double-spaced text

_TERMINAL = re.compile(r"""[.!?…:。！？｡؟۔।॥।]["'”’»)\]」』）*_]*$""")
_SENTENCE_MARK = re.compile(r"[.!?…。！？؟۔।॥]")
_LETTER = re.compile(r"""["'“‘«(\[„*_]*([^\W\d_])""")
_BULLET = re.compile(r"-\s+(?=\S)")
_NUMBERED = re.compile(r"(?:\d{1,2}|[A-Za-z]|[ivx]{2,4})[.)]\s+(?=\S)|\((?:\d{1,2}|[A-Za-z]|[ivx]{2,4})\)\s+(?=\S)")
_GAP = re.compile(r"(?<=\S)(?:[ ]*\t\s*|(?<![.!?:])[ ]{2,}|[ ]{3,})(?=\S)")
_SPACES = re.compile(r"[ \t]+")
_HYPHENATED = re.compile(r"[^\W_]-$")
_LAST_WORD = re.compile(r"(?:^|\s)([^\W\d_]+)$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class _Line:
    """A line without white space at its ends; `end` is the column after its last character."""

    text: str
    indent: int
    end: int

    @cached_property
    def is_bullet(self) -> bool:
        return bool(_BULLET.match(self.text))

    @cached_property
    def is_item(self) -> bool:
        return self.is_bullet or bool(_NUMBERED.match(self.text))

    @cached_property
    def is_open(self) -> bool:
        """True if the line does not end like a sentence."""
        return not _TERMINAL.search(self.text[-8:])

    @cached_property
    def begins_in_lower_case(self) -> bool:
        """True where nothing says that a sentence begins here: a small letter, or a script that has only one kind."""
        first = _LETTER.match(self.text)
        return first is not None and not first[1].isupper()

    @cached_property
    def begins_in_upper_case(self) -> bool:
        first = _LETTER.match(self.text)
        return first is not None and first[1].isupper()

    @cached_property
    def begins_like_a_sentence(self) -> bool:
        first = _FIRST_WORD.match(self.text)
        return first is not None and first[0][0].isupper() and is_function_word(first[0].lower())

    @cached_property
    def ends_in_mid_sentence(self) -> bool:
        """True where a sentence cannot end: "... will meet on"."""
        last = _LAST_WORD.search(self.text[-20:])
        return last is not None and is_function_word(last[1])


def unwrap(text: str, vocabulary: Vocabulary) -> str:
    """The text with one line for each paragraph, heading, list item and table row, and single spaces in them.

    Lines that are put together have a blank line around them; all others keep the line breaks that they had. The
    cells of a table row stand apart by a tab.
    """
    blocks = [[_line(line) for line in block] for block in _blocks(text)]
    if len(blocks) > _MIN_SPACED_LINES and all(len(block) == 1 for block in blocks):
        close = [[_line(line) for line in block] for block in _blocks(_BLANK_LINE.sub("\n", text))]
        blocks = close if any(map(_is_wrapped, close)) else blocks
    width = max((_width(block) for block in blocks if _is_wrapped(block)), default=0)
    return "\n\n".join(_unwrap(block, width, vocabulary) for block in blocks)


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in text.split("\n"):
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _line(line: str) -> _Line:
    line = line.rstrip()
    text = line.lstrip()
    return _Line(text, len(line) - len(text), len(line))


def _unwrap(block: Sequence[_Line], width: int, vocabulary: Vocabulary) -> str:
    if _is_table(block):
        return "\n".join(_GAP.sub("\t", line.text) for line in block)
    own_width = _width(block)
    if own_width > _MAX_WIDTH:
        return "\n".join(_SPACES.sub(" ", line.text) for line in block)
    is_wrapped = _is_wrapped(block)
    if not is_wrapped and own_width <= width:
        is_wrapped = all(_fullness(*pair, width) >= _MIN_FULL_BESIDE for pair in pairwise(block))
    breaks = _breaks(block, max(own_width, width)) if is_wrapped else [True] * (len(block) - 1)
    paragraphs = [[block[0].text]]
    first = block[0]  # of the paragraph
    for (left, right), is_break in zip(pairwise(block), breaks, strict=True):
        if is_break and not _is_broken_word(left, right) and not _continues_item(first, left, right):
            paragraphs.append([right.text])
            first = right
        else:
            paragraphs[-1] += _joint(paragraphs[-1].pop(), right.text, vocabulary)
    return "".join(_stacked(paragraphs))


def _joint(left: str, right: str, vocabulary: Vocabulary) -> tuple[str, str, str]:
    """The two lines as they stand in one, and what is between them."""
    if _HYPHENATED.search(left[-2:]) and right[0].isalnum():
        return left[:-1], hyphen_between(left, right, vocabulary), right
    is_close = left.endswith(("—", "/")) or (is_unspaced(left[-1]) and is_unspaced(right[0]))
    return left, "" if is_close else " ", right


def _stacked(paragraphs: Iterable[Sequence[str]]) -> Iterator[str]:
    """The paragraphs below each other, with a blank line around those that were put together."""
    before: Sequence[str] = ()
    for pieces in paragraphs:
        if before:
            are_items = _line(before[0]).is_item and _line(pieces[0]).is_item
            yield "\n\n" if len(before) + len(pieces) > 2 and not are_items else "\n"
        yield _SPACES.sub(" ", "".join(pieces))
        before = pieces


def _width(block: Sequence[_Line]) -> int:
    return max(line.end for line in block)


def _is_table(block: Sequence[_Line]) -> bool:
    rows = [line for line in block if _GAP.search(line.text)]
    has_tab = any("\t" in line.text for line in rows)
    if len(block) > 3 and len({line.end for line in block[:-1]}) == 1 and not has_tab:
        return False  # every line as long as the others: prose set to its full width
    return 2 * len(rows) >= len(block) and (has_tab or len(rows) > 1)


def _is_wrapped(block: Sequence[_Line]) -> bool:
    """True if the block is prose whose lines end where they were full."""
    width = _width(block)
    if not _MIN_WIDTH <= width <= _MAX_WIDTH:
        return False
    if len(block) > 2 and block[1].begins_in_upper_case and _fullness(block[0], block[1], width) < _MIN_FULL:
        block = block[1:]  # below a heading
    has_list = _has_list(block)
    pairs = [(left, right) for left, right in pairwise(block) if not _is_new_item(left, right, has_list)]
    opened = [(left, right) for left, right in pairs if left.is_open]
    if not opened or (len(pairs) > 1 and all(right.begins_in_upper_case for _, right in pairs)):
        return False
    running = sum(_runs_on(left, right) for left, right in opened)
    full = sum(_fullness(left, right, width) >= _MIN_FULL for left, right in opened)
    return (
        len(opened) >= _MIN_OPEN_SHARE * len(pairs)
        and running >= (_MIN_RUNNING_SHARE if len(opened) > 2 else 1) * len(opened)
        and full >= _MIN_FULL_SHARE * len(opened)
        and any(_SENTENCE_MARK.search(line.text) for line in block)
    )


def _has_list(block: Sequence[_Line]) -> bool:
    return sum(line.is_bullet for line in block) > 1


def _runs_on(left: _Line, right: _Line) -> bool:
    return right.begins_in_lower_case or left.ends_in_mid_sentence or bool(_HYPHENATED.search(left.text[-2:]))


def _is_new_item(left: _Line, right: _Line, has_list: bool) -> bool:
    """True if `right` is an item of a list, not a line that happens to begin with a dash or with "31. After"."""
    if right.is_bullet:
        return has_list or not left.is_open
    return right.is_item and (left.is_item or not left.is_open)


def _breaks(block: Sequence[_Line], width: int) -> list[bool]:
    """For each line but the last of wrapped prose: does a paragraph, a heading or an item end there?"""
    margin = min(line.indent for line in block)
    is_indented = sum(line.indent == margin for line in block) * 4 > len(block)
    fullest = min(
        (_fullness(a, b, width) for a, b in pairwise(block) if a.is_open and b.begins_in_lower_case), default=1
    )
    full = min(max(fullest, _MIN_FULL), 1.0)
    has_list = _has_list(block)
    breaks = []
    begins = True  # does `left` begin a paragraph?
    for left, right in pairwise(block):
        if _is_new_item(left, right, has_list):
            is_break = True
        elif left.is_open:
            is_break = right.begins_in_upper_case and (
                _fullness(left, right, width) < full or (begins and right.begins_like_a_sentence)
            )
        else:
            is_new = is_indented and right.indent > margin and not left.is_item
            is_break = is_new or _fullness(left, right, width) < full
        breaks.append(is_break)
        begins = is_break
    return breaks


def _fullness(left: _Line, right: _Line, width: int) -> float:
    """How much of the width `left` would take up with the first word of `right`; over 1: it had no room."""
    word = 1 if is_unspaced(right.text[0]) else len(right.text.split(maxsplit=1)[0])
    return (left.end + word + (not is_unspaced(right.text[0]))) / (width + 1 / 2)


def _continues_item(first: _Line, left: _Line, right: _Line) -> bool:
    """True if `right` goes on with the list item that `first` begins."""
    if not first.is_item or right.is_item:
        return False
    return (left.is_open and right.begins_in_lower_case) or right.indent > first.indent


def _is_broken_word(left: _Line, right: _Line) -> bool:
    return bool(_HYPHENATED.search(left.text[-2:])) and right.begins_in_lower_case
