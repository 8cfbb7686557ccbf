"""What stands among an article's sentences without being one: headlines, bylines, credits, page furniture."""

import re

from serving.text.clean import count_words
from serving.text.sentences import Sentence

_PAGE_FURNITURE = re.compile(
    r"""^\W*(?:
        (?:also|read|must|don't\ miss|more)\ ?(?:read|also|more|watch|this)?\s*[:|–—-]
      | (?:also\ read|also\ watch|read\ also|read\ more|see\ also|related)\b
      | watch\ (?:now|here|video|the\ video|this|below|:)
      | (?:click|tap|scroll|swipe)\ (?:here|to|down|on|through|for)\b
      | (?:sign\ up|subscribe|log\ in|register|download\ the|follow\ (?:us|@))
      | follow\ \w+\ on\ (?:twitter|facebook|instagram)
      | (?:share|like|tweet|email|print)\ (?:this|us|with|on|it)\b
      | (?:advertisement|sponsored|promoted|loading|skip\ to|back\ to\ top|continue\ reading)\b
      | (?:all\ rights\ reserved|copyright\b|©|\(c\)\s)
      | (?:story|article)\ continues\b | scroll\ down\ for
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_ANYWHERE = re.compile(
    r"""all\ rights\ reserved | \bcookies?\b.{0,80}\b(?:web)?(?:site|browser|consent|accept|policy|settings)\b
      | \b(?:site|website|we)\b.{0,60}\b(?:uses?|using)\ cookies | \baccept\ (?:all\ )?cookies
      | \b(?:privacy\ policy|terms\ of\ (?:use|service)|cookie\ policy)\b
      | \bmay\ not\ be\ (?:published|reproduced|redistributed) | \bour\b.{0,40}\bnewsletter
      | \bpic\.twitter\.com/ | \bhttps?://t\.co/ | \bthis\ (?:content|video)\ (?:is|isn't|can)\b
      | \bJavaScript\b.{0,40}\b(?:enable|disabled|browser)
      | \((?:with\ )?(?:agency\ )?inputs?\b | \bwith\ (?:agency\ )?inputs\ from\b""",
    re.IGNORECASE | re.VERBOSE,
)
_CREDIT = re.compile(
    r"""^\W*(?:photo(?:graph)?|image|picture|pic|video|file\ photo|caption|source|credit|illustration|graphic)
        s?\s?(?:credits?|courtesy|source|by|via|copyright|caption)?\s*[:/|©]
      | \((?:[^()]{0,60}\W)?(?:getty|getty\ images|reuters|AP|AFP|PTI|ANI|IANS|EPA|PA|photo|image|pic)
        (?:\W[^()]{0,60})?\)\W*$
      | \b(?:getty\ images|shutterstock|AFP/|/AFP|(?:AP|PTI|HT|file)\ photo|reuters\ file)\W*\w*\W*$
      | ^\W*(?:image|media)\ (?:copyright|caption|source)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_BYLINE = re.compile(
    r"""^\W*(?:(?:written|reported|reporting|edited|editing|posted|story|text)\ )?by[\ :]\s*
          (?-i:[A-Z])[^.!?]{0,80}[.]?$
      | ^\W*(?:(?:last|first)\ )?(?:published|updated|modified|posted|created)\b[^.!?]{0,12}:?.{0,60}\d
      | ^\W*(?:reporting|editing|writing|additional\ reporting)\ by\b
      | ^\W*[\w.+-]+@[\w-]+\.[\w.]+\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_DATELINE = re.compile(
    r"""^(?:
        \((?:CNN[\w ]{0,15}|Reuters|AP|AFP|PTI|ANI|IANS|BBC|UPI|Bloomberg|Rolling\ Stone|EW\.com)\)
        \s*(?:[–—-]+\s*)?
      | [A-Z][\w.'’/-]*(?:[\ ,]+(?:[A-Z][\w.'’/-]*|\d{1,2})){0,5}\s*
        \((?:CNN|Reuters|AP|AFP|PTI|ANI|IANS|UPI|Bloomberg)[^)]{0,20}\)
        \s*[–—-]*\s*
      | [A-Z][A-Z.'’/ ]{2,30}(?:,\ [A-Z][\w. ]{1,20}){0,2}(?:,?\ \d{1,2})?\s*(?:--|[–—]|\s-)\s*
    )(?=\S)""",
    re.VERBOSE,
)
_TERMINAL = re.compile(r"""[.!?…。！？｡؟۔।॥።]["'”’»)\]」』）]*$""")
# Longer lines without a full stop are more often prose whose mark was lost than headlines.
_MAX_HEADLINE_WORDS = 16
_LOOKED_AT_CHARACTERS = 400


def is_prose(sentence: Sentence) -> bool:
    """False for page furniture, credits, captions, bylines and lines that don't end like a sentence."""
    text = sentence.text[:_LOOKED_AT_CHARACTERS]
    if _PAGE_FURNITURE.search(text) or _ANYWHERE.search(text) or _CREDIT.search(text) or _BYLINE.search(text):
        return False
    return bool(_TERMINAL.search(sentence.text[-20:])) or count_words(text) > _MAX_HEADLINE_WORDS


def without_dateline(sentence: Sentence) -> Sentence:
    """The sentence without a dateline before it ("HOUSTON --", "(CNN)", "NEW DELHI (Reuters) -")."""
    dateline = _DATELINE.match(sentence.text[:_LOOKED_AT_CHARACTERS])
    if not dateline or dateline.end() >= len(sentence.text):
        return sentence
    start = sentence.start + dateline.end()
    return Sentence(sentence.text[dateline.end() :], start, sentence.end, sentence.paragraph)
