"""Takes footnotes and their marks out of a page's tree, so that no mark is read as a part of a figure."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.reading.blocks import HEADINGS, blocks_of, is_inline
from ui.reading.raised import raised

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_IS_RAISED = re.compile(r"vertical-align\s*:\s*(?:super|text-top|top)|font-variant-position\s*:\s*super", re.IGNORECASE)
_RAISED_CLASSES = frozenset({"sup", "superscript", "align-super"})
_MARK = re.compile(
    r"[\[(]?\s*(?:(?:note|n|nb|fn)\.?\s?)?(?:\d{1,3}|[a-z]|[ivx]{1,5}|[*†‡§¶#]{1,4})\s*[\])]?", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"\[.*\]|\(.*\)|[*†‡§¶]+")
_LINKS = "(descendant-or-self::a | ancestor::a)[contains(@href, '#')]/@href"
_NAMED_AS_MARK = (
    "self::*[contains(@role, 'noteref') or contains(@class, 'noteref') or contains(@class, 'footnote-ref')]"
)
_NOTES_NAME = re.compile(
    r"(?:.*[-_])?(?:foot|end|side|margin)-?notes?(?:[-_](?:area|body|content|item|list|section|text)s?)?|ref(?:erence)?s|reflist",
    re.IGNORECASE,
)
_BACK = r"(?:[↩↑⏎]\ufe0e?|\^)"
_AROUND_NOTE = re.compile(
    rf"^(?:- )?\s*(?:{_BACK}\s*)?(?:[\[(]?(?:\d{{1,3}}|[*†‡§¶]{{1,4}})[\]).:,]*\s+)?|(?:\s*{_BACK})+\s*$"
)
_HOLDS_MORE = "self::body | self::main | self::article | .//h1 | .//article"
_MAX_NOTE_CHARS = 1_000
_NUM_CHARS_BEFORE = 40


def take_notes(page: "HtmlElement") -> tuple[str, ...]:
    """Drop notes and their marks from `page`, in place; return the notes' texts in the order of the page."""
    elements = list(page.iter())
    targets = _take_marks(page, elements)
    notes: list[str] = []
    for place, element in enumerate(elements):
        if (
            place in targets
            or any(map(_NOTES_NAME.fullmatch, _names(element)))
            or "doc-endnote" in element.get("role", "")
        ):
            notes.extend(_notes_in(page, element, is_one=place in targets))
    return tuple(filter(None, notes))


def _names(element: "HtmlElement") -> list[str]:
    return f"{element.get('class') or ''} {element.get('id') or ''}".split()


def _notes_in(page: "HtmlElement", element: "HtmlElement", *, is_one: bool) -> list[str]:
    if not _is_in(page, element) or element.tag in HEADINGS or element.xpath(_HOLDS_MORE):
        return []
    texts = [block.text for block in blocks_of(element) if not block.is_heading]
    if is_one and sum(map(len, texts)) > _MAX_NOTE_CHARS:
        return []
    element.drop_tree()
    return [_AROUND_NOTE.sub("", text) for text in ([" ".join(texts)] if is_one else texts)]


def _is_in(page: "HtmlElement", element: "HtmlElement") -> bool:
    return page in element.iterancestors()


def _take_marks(page: "HtmlElement", elements: list["HtmlElement"]) -> set[int]:
    """Put what stands in the text for each raised run and link to a note; return the notes' places in `elements`."""
    # Where the block around each element is. Looked up before any mark goes: a note may be known by nothing but the
    # link in it that leads back to its mark.
    blocks: dict[HtmlElement, int] = {}
    for place, element in enumerate(elements):
        is_part = is_inline(element.tag) or element.tag in {"td", "th"}
        blocks[element] = blocks.get(element.getparent(), place) if is_part else place
    places = {name: blocks[element] for element in elements for name in (element.get("id"), element.get("name"))}
    targets: set[int] = set()
    marks: set[str] = set()
    for place, element in enumerate(elements):
        is_raised = _is_raised(element)
        if _is_in(page, element) and (is_raised or element.tag in {"a", "span"}):
            run = element.text_content().strip()
            goals = [places.get(href.rpartition("#")[2], -1) for href in element.xpath(_LINKS)]
            is_bracketed = bool(_IN_BRACKETS.fullmatch(run))
            is_mark = bool(_MARK.fullmatch(run)) and (is_bracketed or is_raised or _is_in_word(element, run, goals))
            if (
                is_note_link := bool(element.xpath(_NAMED_AS_MARK))
                or (is_raised and is_bracketed)
                or (is_mark and goals)
            ):
                targets.update(goal for goal in goals if goal > place)
            if is_note_link or is_raised:
                before, after = _text_before(element), (element.tail or "")[:3]
                if is_raised and run in marks and not before.strip():
                    targets.add(blocks[element])
                shown = raised(before, run, is_note_link=bool(is_note_link), after=after)
                if not shown:
                    marks.add(run)
                _put(element, shown)
    return targets


def _is_raised(element: "HtmlElement") -> bool:
    return (
        element.tag == "sup"
        or bool(_IS_RAISED.search(element.get("style", "")))
        or not _RAISED_CLASSES.isdisjoint(element.get("class", "").lower().split())
    )


def _is_in_word(element: "HtmlElement", run: str, goals: Sequence[int]) -> bool:
    """Whether a link to a place of this page is a number that no space parts from what is before it."""
    if not run.isdigit() or max(goals, default=-1) < 0:
        return False
    return _text_before(element)[-1:].strip(" \xa0[(") != ""


def _text_before(element: "HtmlElement") -> str:
    """The end of what stands before it in the same paragraph."""
    text = ""
    while not text.strip() and is_inline(element.tag):
        previous, parent = element.getprevious(), element.getparent()
        if previous is None:
            text, element = (parent.text or "") + text, parent
        else:
            text, element = previous.text_content()[-_NUM_CHARS_BEFORE:] + (previous.tail or "") + text, previous
            if not is_inline(previous.tag):
                break
    return text[-_NUM_CHARS_BEFORE:]


def _put(element: "HtmlElement", text: str) -> None:
    element.tail = text + (element.tail or "")
    element.drop_tree()
