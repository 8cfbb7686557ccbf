"""Takes out of a page's tree what no reader of the page sees, and what stands over it: consent boxes and dialogs."""

import re
from typing import TYPE_CHECKING

from ui.reading.consent import HOLDS_ARTICLE, consent_boxes

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# `svg`, `canvas` and the players hold words for those who can't see them; `rt` and `rp` are furigana.
_NEVER_SHOWN = {
    *("noscript", "template", "svg", "canvas", "object", "audio", "video", "iframe", "rt", "rp", "rtc", "select"),
    *("datalist", "textarea", "annotation", "amp-ad", "amp-sidebar", "amp-consent", "amp-embed"),
}
_STYLE_HIDES = re.compile(
    r"""(?:^|[;\s])(?: display\s*:\s*none | visibility\s*:\s*(?:hidden|collapse) | content-visibility\s*:\s*hidden
      | (?:opacity|font-size|max-height|height)\s*:\s*0(?:\.0+)?(?:px|r?em|%)?\s*(?:!important)?\s*(?:;|$)
      | clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)
      | clip-path\s*:\s*(?:inset\(\s*(?:50|100)%|circle\(\s*0) | (?:left|right|top|text-indent)\s*:\s*-\d{3,}
      | transform\s*:\s*scale\(\s*0\s*\) )""",
    re.IGNORECASE | re.VERBOSE,
)
# Names that sites and their frameworks share for text that is for screen readers, print, editors or nobody.
_CLASS_HIDES = re.compile(
    r"sr-?only|(?:visually|accessibly|element|text)-?(?:hidden|invisible)|hidden-?(?:visually|accessible|text)"
    r"|screen-?reader|screenreader|assistive|off-?screen|(?:for|only)-?screen-?readers?|accessible-?only|a11y-?(?:only|text)"
    r"|^(?:is-|u-|js-)?hid(?:e|den)$|^(?:d|display)-none$|^(?:invisible|nodisplay|hide-text)$|^(?:only-print|print-only)$"
    r"|^visible-print|tooltip$|editsection|^header-?link$|^(?:heading-)?anchor-?link$",
    re.IGNORECASE,
)
_CLASS_SHOWS = re.compile(
    r"^(?:\w+:(?:block|flex|inline\S*|grid|visible|not-sr-only)|d-(?:sm|md|lg|xl|xxl)-(?!none)\w+)$"
)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_AT_RULE = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_SIMPLE_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)+)", re.IGNORECASE)
_MAX_STYLE_CHARS = 300_000
_Rules = dict[str, dict[tuple[str, frozenset[str]], bool]]
"""By one of their names: rules of a tag ("" for any), its classes (".a") and id ("#b"), and whether they hide."""

_DIALOGS = "//*[@role='dialog' or @role='alertdialog' or @role='tooltip' or @aria-modal='true'] | //dialog"


def keep_visible(page: "HtmlElement") -> None:
    """Drop from `page`, in place, what its readers do not see or would click away."""
    rules = _hiding_rules(page)
    for element in list(page.iter()):
        if element.tag not in {"html", "body", "head"} and element.getparent() is not None:
            if element.tag == "template" and element.get("shadowrootmode"):
                element.drop_tag()  # shown, as a part of the element around it
            elif element.tag in _NEVER_SHOWN or _is_hidden(element, rules):
                element.drop_tree()
    num_chars = _num_chars(page)
    for element in page.xpath("//body//*[@aria-hidden='true']"):
        # A saved page whose dialog was open says this of the article as well.
        if not element.xpath(HOLDS_ARTICLE) and 2 * _num_chars(element) < num_chars:
            _drop(element)
    dialogs = (dialog for dialog in page.xpath(_DIALOGS) if not dialog.xpath(HOLDS_ARTICLE))
    for box in [*consent_boxes(page), *dialogs, *page.xpath("//body//button | //body//input")]:
        _drop(box)


def _drop(element: "HtmlElement") -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _num_chars(element: "HtmlElement") -> int:
    return len(element.text_content()) - sum(len(code.text or "") for code in element.iter("script", "style"))


def _hiding_rules(page: "HtmlElement") -> _Rules:
    """What the page's own style sheets hide, of the rules that need nothing but the element itself."""
    style = " ".join(page.xpath("//style[not(@media) or @media='all' or @media='screen']/text()"))[:_MAX_STYLE_CHARS]
    style = _AT_RULE.sub("", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))
    hiding: _Rules = {}
    for selectors, declarations in _RULE.findall(style):
        for selector in selectors.split(","):
            if found := _SIMPLE_SELECTOR.fullmatch(selector.strip()):
                names = frozenset(re.findall(r"[.#][\w-]+", found[2]))
                same = hiding.setdefault(min(names), {})
                rule = (found[1] or "").lower(), names
                if _STYLE_HIDES.search(declarations) or re.search(r"display\s*:", declarations):
                    same[rule] = bool(_STYLE_HIDES.search(declarations))
    return hiding


def _is_hidden(element: "HtmlElement", rules: _Rules) -> bool:
    classes = (element.get("class") or "").split()
    if element.get("hidden", "until-found").lower() != "until-found" or _STYLE_HIDES.search(element.get("style") or ""):
        return True
    if any(map(_CLASS_HIDES.search, classes)) and not any(map(_CLASS_SHOWS.match, classes)):
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    names = {f".{name}" for name in classes} | ({f"#{element.get('id')}"} if element.get("id") else set())
    found = (rule for name in names for rule in rules.get(name, {}).items())
    return any(hides and tag in {"", element.tag} and wanted <= names for (tag, wanted), hides in found)
