"""HTML, shortcodes and Markdown inside plain text: the marks go, the words stay.

No parser would do: one of HTML takes "3 < 5" and "<jo@example.org>" for tags, one of Markdown makes a heading of every
line above dashes. Only what is surely markup is touched: a tag of HTML's that has its end somewhere, a shortcode with
attributes or an end, a mark that stands in pairs.
"""

import html
import re
from collections import Counter
from collections.abc import Callable


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _names("""
    address article aside blockquote body center channel description details dialog div dl entry feed fieldset figure
    footer form h1 h2 h3 h4 h5 h6 head header headline hr html item legend main menu nav ol p pre rss section summary
    table tbody tfoot thead title ul
""")
_BREAKS = {"br": "\n", "tr": "\n", "dd": "\n", "dt": "\n", "td": "\t", "th": "\t", "li": "\n- "}
_INLINE = _names("""
    a abbr acronym audio b bdi bdo big button cite code data del dfn em embed figcaption font i iframe img input ins kbd
    label link mark meta noscript object picture q ref s samp script small source span strike strong style sub sup svg
    template time tt u var video wbr
""")
_NO_END_NEEDED = _names("embed input li link meta p source td th tr wbr")
_ALONE = _names("br hr img")
_DROPPED_ELEMENTS = _names("button figcaption head iframe noscript object ref script style svg template")
_DROPPED_SHORTCODES = _names("""
    ad ads adsense audio button caption embed embedyt gallery img playlist pullquote toc video wp_caption youtube
""")
"""Picture captions among them: they stand between two sentences of the article and belong to neither."""

_RAISED = str.maketrans("0123456789+-−–n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻ⁿ")
_LOWERED = str.maketrans("0123456789+-−–", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋")
_FIGURES = re.compile(r"[-+−–]?\d{1,3}[-+−–]?|n")
_ORDINAL = re.compile(r"st|nd|rd|th|er|ère|re|e|ème|o|a|º|ª|TM|®|™", re.IGNORECASE)
_MAX_MARK_CHARS = 8

_ENTITY = re.compile(r"&(?:(?:amp|#38|#x26);)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9]{0,14}(?:[:-][A-Za-z0-9:-]{1,30})?)((?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*+)?)/?>"""
)
_DECLARATION = re.compile(r"<(?:![A-Za-z]|\?xml)[^<>]*>|<!\[CDATA\[|\]\]>")
_HIGHER_OR_LOWER = re.compile(r"<(su[bp])(?:\s[^<>]*)?>((?:<(?!/su)[^<>]*>|[^<>]){0,60}+)</\1>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_FILLED = re.compile(r"<(p|li|t[dh]|h[1-6]|d[dt])\b[^<>]*>[^<]*+(?:<(?!/?\1\b)[^<]*+)*+</\1>", re.IGNORECASE)
_EMPTY_ITEM = re.compile(r"^- *\n\s*(?=\S)", re.MULTILINE)
_SHORTCODE = re.compile(r"\[(/?)([A-Za-z][\w-]{0,30})((?:[\s=][^\[\]]*+)?)\]")
_BB_ITEM = re.compile(r"\s?\[\*\][ \t]*")
_ATTRIBUTE = re.compile(r"""=\s*["'“”\w/#]""")

_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}+\](?:\([^()\n]{0,2000}+\)|\[[^\[\]\n]{0,100}+\])")
_LINK = re.compile(
    r"\[([^\[\]\n]{0,500}+)\]\(\s*(?:<[^<>\n]{0,2000}+>|(?:https?:|mailto:|/|#|\.|www\.)(?:[^()\s]|\([^()\s]*\)){0,2000}+)"
    r"""(?:\s+["'][^"'\n]{0,300}+["'])?\s*\)"""
)
_DEFINITION = re.compile(r"^[ ]{0,3}\[[^\[\]\n]{1,100}\]:[ \t]+<?(?:https?://|/|#)\S*.*$", re.MULTILINE)
_REFERENCE = re.compile(r"\[([^\[\]\n]{1,500}+)\]\[[^\[\]\n]{0,100}+\]")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]{1,2000}+)>")
_HEADING = re.compile(r"^[ ]{0,3}#{1,6}[ \t]+(?=[^\s#])(?=[^\n]*[^\W_])([^\n]*)$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*([-*_=~])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*\n?", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*\|([^\n]*)\|[ \t]*$", re.MULTILINE)
_ROW_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$\n?", re.MULTILINE)
_OPEN_TABLE = re.compile(rf"^[^\n|]*\|[^\n]*\n{_ROW_RULE.pattern[1:]}(?:[^\n]*\|[^\n]*(?:\n|\Z))*", re.MULTILINE)
_CELL_BORDER = re.compile(r"[ \t]*\|[ \t]*")
_WORD_START = r"""(?=[^\W_]|["“'‘(\[$€£])"""
_PAIRED = {
    "*": re.compile(rf"(?<![\w*])(\*{{1,3}}){_WORD_START}([^*\n]{{1,1000}}+)(?<=\S)\1(?![\w*])"),
    "_": re.compile(rf"(?<![\w_])(_){_WORD_START}([^_\n]{{1,1000}}+)(?<=\S)_(?![\w_])"),
    # Not __init__.
    "__": re.compile(r"""(?<![\w_])(__)(?=["“A-Z\d]|[^\s_][^_\n]{0,300} )([^_\n]{1,1000}+)(?<=\S)__(?![\w_])"""),
    "~~": re.compile(rf"(?<![\w~])(~~){_WORD_START}([^~\n]{{1,1000}}+)(?<=\S)~~(?![\w~])"),
    "`": re.compile(rf"(?<![\w`])(`){_WORD_START}([^`\n]{{1,200}}+)(?<=\S)`(?![\w`])"),
}

_IsMarkup = Callable[[str, re.Match[str]], bool]


def decode_entities(text: str) -> str:
    """Named and numbered characters of HTML, also where they were escaped twice."""
    return _ENTITY.sub(lambda found: html.unescape(f"&{found[1]};"), text) if "&" in text else text


def without_markup(text: str) -> str:
    """The text without tags, comments, shortcodes and marks of blocks: blocks are paragraphs, items begin with "- "."""
    if "<" in text:
        text = _without_html(_AUTOLINK.sub(r"\1", text))
    if "[" in text:
        text = _without_brackets(text)
    if "|" in text:
        text = _OPEN_TABLE.sub(lambda table: _CELL_BORDER.sub("\t", _ROW_RULE.sub("", table[0])), text)
        text = _ROW.sub(lambda row: _CELL_BORDER.sub("\t", row[1]), _ROW_RULE.sub("", text))
    if "#" in text:
        text = _HEADING.sub(lambda line: line[1].rstrip("# \t"), text)
    return _RULE.sub("", _FENCE.sub("", text) if "```" in text or "~~~" in text else text)


def without_emphasis(text: str) -> str:
    """The text without Markdown's pairs of marks around words."""
    for mark, pattern in _PAIRED.items():
        if mark in text:
            text = pattern.sub(r"\2", text)
    return text


def _without_html(text: str) -> str:
    text = _DECLARATION.sub("", _without_comments(text))
    # The line breaks of a paragraph's source mean nothing.
    text = _FILLED.sub(lambda element: element[0].replace("\n", " "), text)
    text = _HIGHER_OR_LOWER.sub(_higher_or_lower, text)
    starts = Counter(tag[2].lower() for tag in _TAG.finditer(text) if not tag[1])
    ends = {tag[2].lower() for tag in _TAG.finditer(text) if tag[1]}

    def is_tag(name: str, tag: re.Match[str]) -> bool:
        if name in _NO_END_NEEDED:
            return bool(ends) or starts.total() > 1
        # "o:p" and "amp-img" are other programs' tags.
        is_known = name in _BLOCKS or name in _BREAKS or name in _INLINE or not name.isalnum()
        return name in _ALONE or (is_known and (starts[name] > 0 if tag[1] else name in ends))

    text = _strip(text, _TAG, is_tag, _DROPPED_ELEMENTS)
    return _EMPTY_ITEM.sub("- ", text) if starts["li"] else text


def _without_comments(text: str) -> str:
    first, *others = text.split("<!--")
    pieces = [first]
    for other in others:
        inside, end, after = other.partition("-->")
        pieces.append(after if end else f"<!--{inside}")
    return "".join(pieces)


def _higher_or_lower(element: re.Match[str]) -> str:
    mark = _ANY_TAG.sub("", element[2]).strip()
    if element[1].lower() == "sub":
        return mark.translate(_LOWERED)
    if _FIGURES.fullmatch(mark) and "<a" not in element[2]:
        return mark.translate(_RAISED)
    is_note = len(mark) <= _MAX_MARK_CHARS and not _ORDINAL.fullmatch(mark)
    return "" if is_note else mark


def _without_brackets(text: str) -> str:
    if _DEFINITION.search(text):
        text = _REFERENCE.sub(r"\1", _DEFINITION.sub("", text))
    text = _BB_ITEM.sub("\n- ", _LINK.sub(r"\1", _IMAGE.sub("", text)))
    starts = {code[2].lower() for code in _SHORTCODE.finditer(text) if not code[1]}
    ends = {code[2].lower() for code in _SHORTCODE.finditer(text) if code[1]}

    def is_shortcode(name: str, code: re.Match[str]) -> bool:
        if code[1]:
            return name in starts or "_" in name
        is_sure = name in ends or name in _DROPPED_SHORTCODES or _ATTRIBUTE.search(code[3])
        return bool(is_sure) or ("_" in name and not code[3] and not text[: code.start()][-1:].isalnum())

    return _strip(text, _SHORTCODE, is_shortcode, _DROPPED_SHORTCODES)


def _strip(text: str, pattern: re.Pattern[str], is_markup: _IsMarkup, dropped: frozenset[str]) -> str:
    """The text without what `pattern` finds (groups: an end's slash, a name) and without what is inside `dropped`."""
    last_ends = {found[2].lower(): found.start() for found in pattern.finditer(text) if found[1]}
    pieces: list[str] = []
    position = 0
    inside = ""  # the dropped element that is open
    for found in pattern.finditer(text):
        name = found[2].lower()
        if inside:
            if found[1] and name == inside:
                position, inside = found.end(), ""
        elif is_markup(name, found):
            pieces += text[position : found.start()], _standing_for(name, is_end=bool(found[1]))
            position = found.end()
            if (
                not found[1]
                and not found[0].endswith("/>")
                and name in dropped
                and last_ends.get(name, 0) > position - 1
            ):
                inside = name
    return "".join(pieces) + text[position:]


def _standing_for(name: str, *, is_end: bool) -> str:
    if name in _BLOCKS:
        return "\n\n"
    return "" if is_end else _BREAKS.get(name, "")
