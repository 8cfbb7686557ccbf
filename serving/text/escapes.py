"""Text as programs hand it on: JSON, JSON's escapes, Markdown's backslashes, and subtitles with their times."""

import json
import re
from collections.abc import Iterator

_JSON_ESCAPE = re.compile(
    r"""(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})"""
)
# Not C:\new\temp.
_SURELY_JSON = re.compile(r"""\\["/]|\\u[0-9a-fA-F]{4}|[.!?”"]\\n|\\n\\n""")
_MARKDOWN_ESCAPE = re.compile(r"""(?<![\\:])\\([$%&#_*.!'"+~`-]|(?=\n))""")

_CUE_TIME = r"(?:\d{1,2}:)?\d{1,2}:\d{2}[.,]\d{3}"
_CUE = re.compile(rf"(?:^\d{{1,5}}[ ]*\n)?^{_CUE_TIME} --> {_CUE_TIME}[^\n]*$", re.MULTILINE)
_SUBTITLES_HEADER = re.compile(r"\s*WEBVTT[^\n]*\n(?:[^\n]+\n)*")
_SPEAKER = re.compile(r"<v(?:\.[\w.]+)?\s+([^<>\n]{1,60})>")
_ENDED = re.compile(r"""[.!?…。！？]["'”’)]*$""")


def unescaped(text: str) -> str:
    """The text that JSON or Markdown wrote with backslashes; of a JSON document, its strings of several words."""
    document = text.strip()
    if document[:1] in {"{", "["} and document[-1:] in {"}", "]"}:
        text = _json_strings(text)
    if "\\" not in text:
        return text
    is_one_line = "\n" not in text.strip()
    if is_one_line and _SURELY_JSON.search(text) and "\\" not in _JSON_ESCAPE.sub("", text):
        text = _JSON_ESCAPE.sub(lambda escape: str(json.loads(f'"{escape[0]}"')), text)
    return _MARKDOWN_ESCAPE.sub(r"\1", text)


def _json_strings(text: str) -> str:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return "\n\n".join(_strings(document)) or text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str) and " " in value.strip():
        yield value
    elif isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _strings(part)


def without_cues(text: str) -> str:
    """The words of subtitles (SubRip, WebVTT), a line for each sentence that they show."""
    text = _SPEAKER.sub(r"\1: ", text) if "<v" in text else text
    if len(_CUE.findall(text)) < 2:
        return text
    lines: list[str] = []
    for cue in _CUE.split(_SUBTITLES_HEADER.sub("", text, count=1)):
        words = " ".join(cue.split())
        if lines and words and not _ENDED.search(lines[-1]):
            lines[-1] += f" {words}"
        elif words:
            lines.append(words)
    return "\n".join(lines)
