"""Wiki markup and templates inside plain text: links keep their words, templates, files and categories go."""

import re

_TEMPLATE = re.compile(r"(?<!`)\{\{[^{}]*\}\}|\{%[^{}\n]*%\}")
_MEASURE = re.compile(r"\{\{(?:convert|cvt)\|([^|{}]{1,40})\|([^|{}]{1,40})[^{}]{0,80}\}\}")
_MAX_DEPTH = 5
_DROPPED = re.compile(r"\[\[[^\W\d_]{3,20}:[^\[\]]*(?:\[\[[^\[\]]*\]\][^\[\]]*)*\]\]|\[\[\{[^\n]{0,2000}?\}\]\]")
_LINK = re.compile(r"\[\[(?:[^\[\]|\n]{1,200}\|)?([^\[\]|\n]{1,200})\]\]")
_OUTER_LINK = re.compile(r"\[https?://[^\s\[\]]+ ([^\[\]\n]{1,200})\]")
_HEADING = re.compile(r"^(={2,6})(?=[^\n]*\w)([^\n=]{1,300})\1[ \t]*$", re.MULTILINE)
_BOLD = re.compile(r"('{5}|''')(?=\S)([^'\n]+(?:'[^'\n]+)*)\1")
_ITALIC = re.compile(r"(?<!')''(?=[^\s'])([^'\n]+(?:'[^'\n]+)*)''(?!')")


def without_wikitext(text: str) -> str:
    """The text without what MediaWiki, or a template of a content system, would have put into place."""
    if "{{" in text or "{%" in text:
        text = _MEASURE.sub(r"\1 \2", text)
        for _ in range(_MAX_DEPTH):
            text, num_found = _TEMPLATE.subn("", text)
            if not num_found:
                break
    is_wiki = "[[" in text or "'''" in text
    if is_wiki:
        text = _OUTER_LINK.sub(r"\1", _LINK.sub(r"\1", _DROPPED.sub("", text)))
        text = _ITALIC.sub(r"\1", _BOLD.sub(r"\2", text))
    return _HEADING.sub(r"\n\2\n", text) if "==" in text else text
