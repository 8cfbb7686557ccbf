"""The paragraphs, headings, list items and table rows of a page's tree, in order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE = {
    *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "button", "cite", "code", "data", "del", "dfn", "em"),
    *("font", "i", "img", "ins", "kbd", "label", "mark", "math", "nobr", "q", "rb", "ruby", "s", "samp", "script"),
    *("select", "small", "span", "strike", "strong", "style", "sub", "sup", "textarea", "time", "tt", "u", "var"),
    "wbr",
}
"""Every other element stands apart from what is before and after it, but for those that a page's scripts define."""
_NO_TEXT = frozenset({"head", "title", "script", "style", "button", "select", "textarea", "figcaption"})
_SPACE = re.compile(r"[ \t\n\r\f]+")
_QUOTES = ("“”", "‘’")
_SENTENCE_END = re.compile(r"""[.!?…:。！？।؟]["'”’»)\]]*$""")
_MIN_PROSE_CHARS = 40
_MIN_UNENDED_CHARS = 80


@dataclass(slots=True)
class Block:
    """One paragraph, heading, list item or table row of a page.

    Attributes:
        text: a list item's begins with "- "; single line ends are the page's own.
        element: what it stands in.
        num_link_chars: how much of the text leads to other pages.
    """

    text: str
    element: "HtmlElement"
    num_link_chars: int = 0

    @property
    def is_heading(self) -> bool:
        """Whether the page says so."""
        return self.element.tag in HEADINGS

    @property
    def is_link(self) -> bool:
        """Whether most of it leads elsewhere, as menus and teasers do."""
        return 2 * self.num_link_chars > len(self.text)


def is_prose(text: str) -> bool:
    """Whether `text` is long enough for a sentence and ends like one, or is longer than any label."""
    return len(text) >= (_MIN_PROSE_CHARS if _SENTENCE_END.search(text) else _MIN_UNENDED_CHARS)


def blocks_of(root: "HtmlElement") -> Iterator[Block]:
    """All blocks with words in them, each once."""
    from lxml import etree

    collector = _Collector(root)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in _NO_TEXT:
                walk.skip_subtree()
            elif element.tag == "tr":
                walk.skip_subtree()
                yield from collector.flush(element.getparent())
                yield from _row(element)
            else:
                yield from collector.enter(element)
        else:
            yield from collector.leave(element, is_root=element is root)


def _row(row: "HtmlElement") -> Iterator[Block]:
    """A row of a table as one line."""
    cells = [list(blocks_of(cell)) for cell in row.iterchildren("td", "th")]
    texts = [" ".join(block.text for block in cell) for cell in cells]
    if any(texts):
        num_link_chars = sum(block.num_link_chars for cell in cells for block in cell)
        yield Block(", ".join(filter(None, texts)), row, num_link_chars)


class _Collector:
    """Text since the last border between blocks."""

    def __init__(self, root: "HtmlElement") -> None:
        self._element = root
        self._pieces: list[str] = []
        self._num_link_chars = 0
        self._links = 0
        self._quotes = 0
        self._pre = 0
        self._bullet = ""

    def enter(self, element: "HtmlElement") -> Iterator[Block]:
        tag = element.tag
        if tag == "br":
            self._pieces.append("\n")
        elif not is_inline(tag):
            yield from self.flush(element)
            self._bullet = "- " if tag == "li" else self._bullet
            self._pre += tag == "pre"
        elif tag == "a":
            self._links += _leads_elsewhere(element)
        elif tag == "q":
            self._pieces.append(_QUOTES[self._quotes % 2][0])
            self._quotes += 1
        self._add(element.text)

    def leave(self, element: "HtmlElement", *, is_root: bool) -> Iterator[Block]:
        tag = element.tag
        if is_root or not is_inline(tag):
            yield from self.flush(element.getparent())
            self._bullet = "" if tag == "li" else self._bullet
            self._pre -= tag == "pre"
        elif tag == "a":
            self._links -= _leads_elsewhere(element)
        elif tag == "q":
            self._quotes -= 1
            self._pieces.append(_QUOTES[self._quotes % 2][1])
        if not is_root:
            self._add(element.tail)

    def _add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text if self._pre else _SPACE.sub(" ", text))
            self._num_link_chars += len(text) if self._links else 0

    def flush(self, element: "HtmlElement") -> Iterator[Block]:
        """What was collected; `element` holds what comes next."""
        lines = "".join(self._pieces).split("\n")
        lines = [line.rstrip() if self._pre else re.sub(" +", " ", line).strip(" \xa0") for line in lines]
        for text in _paragraphs(lines, is_pre=self._pre > 0):
            bullet = "" if self._element.tag in HEADINGS else self._bullet
            yield Block(bullet + text, self._element, self._num_link_chars)
            self._bullet = ""
        self._element, self._pieces, self._num_link_chars = element, [], 0


def is_inline(tag: str) -> bool:
    """Whether an element of this kind stands within a line."""
    return tag in _INLINE or "-" in tag


def _leads_elsewhere(link: "HtmlElement") -> bool:
    return not (link.get("href") or "#").startswith("#")


def _paragraphs(lines: list[str], *, is_pre: bool) -> Iterator[str]:
    """Lines put together: a blank one stands between paragraphs, and outside `pre` so does the end of a sentence."""
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            paragraph.append(line)
        if paragraph and (not line.strip() or (not is_pre and _SENTENCE_END.search(line))):
            yield "\n".join(paragraph)
            paragraph = []
