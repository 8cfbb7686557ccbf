"""What an article is called where it has to be called something: over its summary, in lists, as a file."""

import re

MAX_WORDS = 12
_MAX_CHARS = 100
"""For scripts that put no spaces between words."""

_DATELINE = re.compile(r"^[A-Z][A-Z .,'’-]{2,40}(?:\([\w ]{2,20}\) ?)?(?:--|[—–-]) +(?=\S)")
_END = re.compile(r"""[.!?…]["'”’)\]]*(?=\s+["'“‘(\[]?[^\s\W_a-z]|\s*$)|[。！？]""")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(\"“])(?:Mr|Mrs|Ms|Dr|Prof|Rev|Sen|Rep|Gov|Gen|Col|Sgt|St|No|vs|[A-Z]|(?:[A-Z]\.)+[A-Z])\.$"
)
_MAX_NAME_WORDS, _MAX_NAME_CHARS = 8, 60


def headline(text: str) -> str:
    """Return an article's heading or first sentence, `MAX_WORDS` words at most; empty for a text without words."""
    first = next((line for line in map(str.strip, text.splitlines()) if re.search(r"\w", line)), "")
    first = _DATELINE.sub("", " ".join(first.split()))
    for end in _END.finditer(first):
        sentence = first[: end.end()]
        if not _ABBREVIATED.search(sentence):
            first = sentence
            break
    words = first.split()
    kept = " ".join(words[:MAX_WORDS])[:_MAX_CHARS]
    if len(kept) < len(first):
        return kept.rstrip(" ,;:–—-.") + "…"
    # A heading has no full stop; what it asks or shouts stays, and so do the dots of "U.S.".
    return kept.rstrip("。") if _ABBREVIATED.search(kept) else kept.rstrip("。.")


def file_name(text: str) -> str:
    """Return the beginning of a file's name after the article, such as "ferries-will-run-all-night-summary"."""
    words = re.findall(r"\w+", re.sub(r"['’]", "", headline(text)).casefold())[:_MAX_NAME_WORDS]
    while len("-".join(words)) > _MAX_NAME_CHARS and len(words) > 1:
        words.pop()
    return "-".join([*words, "summary"])[-(_MAX_NAME_CHARS + len("-summary")) :]
