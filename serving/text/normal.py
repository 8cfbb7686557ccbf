"""The normal form of an article: what all key sentences, parts, evidence and counts are taken from.

One line is one paragraph, heading, list item ("- ..." or "1. ...") or row of a table (cells apart by tabs). Blank lines
stand where the text had them, never two in a row, and around paragraphs whose broken lines were put together. There are
single spaces, whole words, and no invisible characters. Ordinary prose, one paragraph a line, is its own normal form.
"""

from serving.text.broken_words import Vocabulary
from serving.text.clean import readable
from serving.text.consent import without_consent_box
from serving.text.escapes import unescaped, without_cues
from serving.text.lists import with_item_marks
from serving.text.mail import without_mail_marks
from serving.text.markup import decode_entities, without_emphasis, without_markup
from serving.text.menus import without_menus
from serving.text.note_marks import without_note_marks
from serving.text.slips import with_hashtags_apart, with_spaces_between_sentences, without_credits
from serving.text.wikitext import without_wikitext
from serving.text.wrapping import unwrap

_MAX_ROUNDS = 8
"""What one step uncovers, another may have to look at; two rounds are the rule, the last of which changes nothing."""


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
    text = readable(decode_entities(unescaped(text)))
    text = without_menus(without_markup(without_wikitext(without_cues(text))))
    text = without_note_marks(with_item_marks(without_mail_marks(text)))
    text = without_emphasis(unwrap(text, Vocabulary(text)))
    text = with_hashtags_apart(with_spaces_between_sentences(without_credits(text)))
    return without_consent_box(text).strip()
