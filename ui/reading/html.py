"""A web page -> the article in it, without its menus, advertisements and comments.

decode -> visible: what nobody sees goes -> notes: footnotes and their marks go -> trafilatura says where the article is
-> blocks: its paragraphs, with the ones between them that trafilatura lost
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ui.reading.article import MAX_TEXT_CHARS, Article
from ui.reading.blocks import HEADINGS, Block, blocks_of, is_prose
from ui.reading.decoding import Decoded, decode
from ui.reading.errors import FILE_UNKNOWN, UnreadableError
from ui.reading.notes import take_notes
from ui.reading.visible import keep_visible

if TYPE_CHECKING:
    from lxml.html import HtmlElement

NO_ARTICLE = (
    "No article was found in this web page: it may ask for a login, or fetch its text later. "
    "Copy the article's text in your browser and paste it."
)

_SHORT_CHARS = 200
_MIN_CHARS = 30
"""Shorter than a sentence: what is left of a page that asks for a login."""
_SENTENCE_END = re.compile(r"[.!?…。！？।؟]")
_MIN_HEADLINE_CHARS = 8
"""Shorter titles are "Home", "News" or "Log in"."""
_BEFORE_HEADLINE_CHARS = 200
_NO_LETTERS = re.compile(r"[\W_]+")
_WINDOW_CHARS = 24
"""As many letters in a row are not the same by chance."""
_MIN_CELL_CHARS = 200
_ARRANGES = ".//p | .//div | .//h1 | .//h2 | .//h3 | .//ul | .//table | .//br/following-sibling::*[1][self::br]"
# Names of what stands between an article's paragraphs on news sites without being one.
_FURNITURE = re.compile(
    r"\bad[sv]?\b|advert|author|banner|breadcrumb|byline|caption|comment(?!ary)|credit|disqus|footer|menu|most-?(?:read|popular)"
    r"|\bnav|newsletter|outbrain|pagination|popup|promo|recirc|recommend|related|share|sharing|sidebar|sign-?up|social|sponsor"
    r"|subscri|taboola|\btags?\b|teaser|toolbar|trending|widget|read-?(?:more|next)|\bmeta\b|paywall",
    re.IGNORECASE,
)
_SHORT_BLOCKS = HEADINGS | {"li", "tr", "dt", "dd"}
_SENTENCE_BLOCKS = ("p", "pre", "blockquote")
_NAMES = ("class", "id", "data-component", "data-testid", "itemprop")
_FURNITURE_TAGS = frozenset({"aside", "nav", "footer", "form", "figure"})
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,4})?", re.IGNORECASE)


def read_html(data: bytes, *, url: str | None = None, encoding: str | None = None) -> Article:
    """The article in a web page: headline first, then its paragraphs.

    Args:
        url: where it came from, if known. Nothing is fetched from there.
        encoding: of `data`, if it is known better than from the page itself.

    Raises:
        UnreadableError: there is no article text in it.
    """
    import trafilatura

    decoded = Decoded(data.decode(encoding)) if encoding else decode(data, is_html=True)
    if decoded is None:
        raise UnreadableError(FILE_UNKNOWN)
    page = trafilatura.load_html(decoded.text.replace("\0", ""))
    if page is None:
        raise UnreadableError(NO_ARTICLE)
    notes = _clean(page)
    blocks = [block for block in blocks_of(page) if _is_for_readers(block)]
    found = _extract(page, url, precise=False)
    if found is None or len(found.text) < _SHORT_CHARS:
        # Of a page with hardly any text, even its menu or a request to switch scripts on would count as the article.
        found = _extract(page, url, precise=True)
        if found is None or len(found.text) < _MIN_CHARS or not _SENTENCE_END.search(found.text):
            raise UnreadableError(NO_ARTICLE)
    headline = " ".join((found.title or "").split())
    title, paragraphs = _with_headline(_whole(page, blocks, found.text, headline), headline)
    return Article.of(paragraphs, title=title, notes=notes, doubt=decoded.doubt)


def read_fragment(markup: str) -> Article:
    """All that readers see of a piece of HTML that is no page of a site, in this process."""
    import lxml.html

    page = lxml.html.document_fromstring(
        f"<body>{markup}".encode("utf-8", "replace"),
        parser=lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True),
    )
    notes = _clean(page)
    return Article.of([block.text for block in blocks_of(page)], notes=notes)


def _clean(page: "HtmlElement") -> tuple[str, ...]:
    """Drop what its readers do not see from a page's tree; return the notes in it."""
    keep_visible(page)
    notes = take_notes(page)
    _unfold_layout_tables(page)
    return notes


def _extract(page: "HtmlElement", url: str | None, *, precise: bool) -> Any:
    """trafilatura's `Document`, or None."""
    import trafilatura

    return trafilatura.bare_extraction(
        page, url=url, include_comments=False, favor_precision=precise, with_metadata=True
    )


def _unfold_layout_tables(page: "HtmlElement") -> None:
    """Turn tables that only arrange the page into plain sections."""
    for table in page.xpath("//body//table"):
        cells = table.xpath("./tr/td | ./tbody/tr/td | ./thead/tr/td")
        is_layout = table.get("role") in {"presentation", "none"} or any(
            cell.xpath(_ARRANGES) or len(cell.text_content()) > _MIN_CELL_CHARS for cell in cells
        )
        if is_layout and not table.xpath("./tr/th | ./tbody/tr/th | ./thead/tr/th | ./caption"):
            for part in [table, *table.xpath("./tbody | ./thead | ./tfoot | ./tr | ./*/tr"), *cells]:
                part.tag = "div"


def _is_for_readers(block: Block) -> bool:
    """False for the time of an entry."""
    return not _CLOCK.fullmatch(block.text.removeprefix("- ")) and block.element.tag != "time"


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()


def _whole(page: "HtmlElement", blocks: Sequence[Block], found: str, title: str) -> list[Block]:
    """The blocks that were found to be the article, and those that were lost between them."""
    known = {_letters(line): None for line in found.split("\n")}
    text = "".join(known)[:MAX_TEXT_CHARS]
    windows = {text[at : at + _WINDOW_CHARS] for at in range(len(text) - _WINDOW_CHARS + 1)}
    letters = [_letters(block.text) for block in blocks]
    is_kept = [
        own[:_WINDOW_CHARS] in windows
        or own[-_WINDOW_CHARS:] in windows
        or all(map(known.__contains__, map(_letters, block.text.split("\n"))))
        for own, block in zip(letters, blocks, strict=True)
    ]
    sure = [n for n, own in enumerate(letters) if is_kept[n] and len(own) >= min(_WINDOW_CHARS, max(map(len, known)))]
    if 2 * sum(len(letters[n]) for n in sure) < len(text):
        return [Block(line, page) for line in found.split("\n")]  # it was in the page's data and not in its text
    first, last = _ends(blocks, is_kept, sure, [n for n, own in enumerate(letters) if own == _letters(title)])
    around = _common_ancestor([blocks[n].element for n in sure])
    entries = _entries_beside(around, blocks)
    chosen: list[Block] = []
    seen: set[str] = set()
    for n, (block, own) in enumerate(zip(blocks, letters, strict=True)):
        is_between = first <= n <= last and _belongs(block, around, is_known=is_kept[n])
        if (is_between or n in entries) and not (own in seen and is_prose(block.text)):
            chosen.append(block)
            seen.add(own)
        elif block.is_link and chosen and chosen[-1] is blocks[n - 1] and chosen[-1].is_heading:
            chosen.pop()  # it named the links under it
    return chosen


def _ends(
    blocks: Sequence[Block], is_kept: Sequence[bool], sure: Sequence[int], titles: Sequence[int]
) -> tuple[int, int]:
    """Where the article begins and where it ends: at its headline or subheading, at the last line that was found."""
    first, last = sure[0], sure[-1]
    while last < len(blocks) - 1 and is_kept[last + 1]:
        last += 1
    if blocks[last].text.endswith(":"):
        while last < len(blocks) - 1 and blocks[last + 1].element.tag == "li" and not blocks[last + 1].is_link:
            last += 1
    while first > 0 and (is_kept[first - 1] or (blocks[first - 1].is_heading and not blocks[first - 1].is_link)):
        first -= 1
    while first < last and blocks[first].is_link and not blocks[first].is_heading:
        first += 1
    return max((n for n in titles if n < first), default=first), last


def _common_ancestor(elements: Sequence["HtmlElement"]) -> "HtmlElement":
    common = elements[0]
    for element in elements[1:]:
        line = {element, *element.iterancestors()}
        while common not in line:
            common = common.getparent()
    return common


def _belongs(block: Block, around: "HtmlElement", *, is_known: bool) -> bool:
    """Whether a block that stands between an article's is one of them, by what it and the elements around it are."""
    is_sentence = block.element.tag in _SENTENCE_BLOCKS and bool(_SENTENCE_END.search(block.text))
    is_paragraph = is_sentence or is_prose(block.text)
    if block.is_link and block.element.tag == "p" and not is_sentence:
        return False  # "Read more: ..."
    if is_known and is_paragraph:
        return True
    if not is_known and (block.is_link or not (is_paragraph or block.element.tag in _SHORT_BLOCKS)):
        return False
    for element in (block.element, *block.element.iterancestors()):
        if element is around:
            return True
        if element.tag == "figure" and block.element.tag == "tr":
            continue  # content systems put tables into figures
        if element.tag in _FURNITURE_TAGS or any(map(_FURNITURE.search, map(element.get, _NAMES, ("",) * len(_NAMES)))):
            return False
    return True


def _entries_beside(around: "HtmlElement", blocks: Sequence[Block]) -> set[int]:
    """The blocks of a live blog's other entries: elements like the one that holds what was found."""
    entry = next((element for element in (around, *around.iterancestors()) if element.tag == "article"), None)
    if entry is None:
        return set()
    places: dict[HtmlElement, list[int]] = {}
    beside = (*entry.itersiblings(preceding=True), *entry.itersiblings())
    likes = {like for like in beside if like.tag == entry.tag and like.get("class") == entry.get("class")}
    for n, block in enumerate(blocks):
        for element in block.element.iterancestors():
            if element in likes:
                places.setdefault(element, []).append(n)
    return {n for own in places.values() if _is_entry([blocks[n] for n in own]) for n in own}


def _is_entry(blocks: Sequence[Block]) -> bool:
    """Whether these tell something themselves, other than teasers, whose headings lead to where it is told."""
    return any(is_prose(block.text) for block in blocks) and not any(
        block.is_link for block in blocks if block.is_heading
    )


def _with_headline(blocks: list[Block], title: str) -> tuple[str, list[str]]:
    """The headline, and the paragraphs without it and without what stands above it."""
    while blocks and blocks[-1].is_heading:
        blocks = blocks[:-1]  # nothing comes under it
    num_chars = 0
    for n, block in enumerate(blocks):
        if block.element.tag == "h1" or (title and _letters(block.text) == _letters(title)):
            above = [above.text for above in blocks[:n] if is_prose(above.text)]
            return block.text, [*above, *(below.text for below in blocks[n + 1 :])]
        num_chars += len(block.text)
        if num_chars > _BEFORE_HEADLINE_CHARS:
            break
    paragraphs = [block.text for block in blocks]
    start = "".join(paragraphs)[: 2 * len(title) + _BEFORE_HEADLINE_CHARS]
    if len(title) < _MIN_HEADLINE_CHARS or _letters(title) in _letters(start):
        title = ""
    return title, paragraphs
