"""The normal form of an article: what all key sentences, parts, evidence and counts are taken from.

One line is one paragraph, heading, list item ("- ..." or "1. ...") or row of a table (cells apart by tabs). Blank lines
stand where the text had them, never two in a row, and around paragraphs whose broken lines were put together. There are
single spaces, whole words, and no invisible characters. Ordinary prose, one paragraph a line, is its own normal form.
"""

from serving.text.broken_words import Vocabulary
from serving.text.clean import readable
from serving.text.wrapping import unwrap

_MAX_ROUNDS = 4
"""What one step uncovers, another may have to look at; three rounds were the most for any text so far."""


def normal_form(text: str) -> str:
    """The article as it is read: see the module. Pure, idempotent, and linear in the length of `text`.

    It may hold no word where the text was nothing but markup.
    """
    for _ in range(_MAX_ROUNDS):
        before, text = text, _once(text)
        if text == before:
            break
    return text


def _once(text: str) -> str:
    text = readable(text)
    text = unwrap(text, Vocabulary(text))
    return text.strip()
