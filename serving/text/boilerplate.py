"""What stands among an article's sentences without being one: headlines, bylines, credits, page furniture."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from serving.text.clean import count_words
from serving.text.sentences import Sentence
from serving.text.tidy import ends_in_mark

# Each pattern names a form, not a subject: an article about cookies or a privacy policy stays prose.
_PAGE_FURNITURE = re.compile(
    r"""^\W*(?:
        (?:also|read|watch|must|don't\ miss|more|see|(?:à\ )?lire(?:\ aussi)?|lesen\ sie(?:\ auch)?|mehr\ zum\ thema
          |le[ae]\ (?:también|también|más)|ver\ también|lees\ (?:ook|meer)|leggi\ anche|leia\ (?:também|mais)
          |läs\ (?:också|mer)|l[eæ]s\ også|lue\ myös|czytaj\ (?:też|także|również)|читайте\ также)
        (?:\ (?:read|also|more|watch|this|here))?
        \s*(?:[:|]|\s[–—-]\s)
      | (?:also\ read|also\ watch|read\ also|read\ more|see\ also|scroll\ down\ for)\b
      | related(?:\ \w+)?\s*[:|] | watch\ (?:now|here|the\ video|video\ here|below)\b
      | (?:click|tap|scroll|swipe)\ (?:here|to|down|on|through)\b
      | (?:sign\ up|subscribe|log\ in)\ (?:to|for|now|here|today)\b
      | follow\ (?:us\b|@|\w+\ on\ (?:twitter|facebook))
      | (?:share|tweet|email|print)\ (?:this|us|it)\b | like\ us\ on\b
      | (?:advertisement|loading|skip\ to\ content|back\ to\ top|continue\ reading|log\ in|sign\ in)\W*$
      | sponsored\ (?:by|content) | (?:story|article)\ continues\b
      | (?:\d+\s?min\w*\ read|reading\ time|temps\ de\ lecture|lesezeit|tiempo\ de\ lectura|tempo\ di\ lettura)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# What follows in the same paragraph belongs to it.
_NOTICE = re.compile(
    r"""\W*(?:copyright\W+(?:\d|©|\(c\))|©|\(c\)\s?\d|privacy\ notice:
      |confidentiality\ notice|(?:caution|warning|attention|external)\W+(?:this\ )?(?:external\ )?e-?mail\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_ANYWHERE = re.compile(
    r"""\ball\ rights\ reserved | \bmay\ not\ be\ (?:published|reproduced|redistributed)
      | \b(?:we|our|your?|this\ (?:web)?site)\b.{0,100}\bcookies\b | \baccept\ (?:all\ )?cookies
      | \b(?:by\ (?:clicking|continuing|using)|you\ agree|read\ our|see\ our)\b.{0,100}\b(?:policy|terms)\b
      | \bour\b.{0,40}\bnewsletter | \b(?:to\ )?unsubscribe\b.{0,60}\b(?:click|e-?mail|link|group|list)\b
      | \bthis\ (?:e-?mail|message)\b.{0,60}\b(?:confidential|intended\ (?:only|solely))\b
      | \bthis\ (?:e-?mail|message)\b.{0,60}\bbecause\ you\ (?:are|signed|subscribed)\b
      | \benvironment\ before\ printing\b | \breceived\ (?:this|it)\ in\ error\b | \bpic\.twitter\.com/ | \bhttps?://t\.co/
      | \bthis\ (?:content|video)\ (?:is\ not|isn't|can't|cannot|will\ not)\b
      | \bJavaScript\b.{0,40}\b(?:enabled?|disabled)\b | \bplayback\ is\ not\ supported
      | \bcontributed\ to\ this\ (?:report|story|article)\b
      | \((?:with\ )?(?:agency\ )?inputs?\b | \bwith\ (?:agency\ )?inputs\ from\b""",
    re.IGNORECASE | re.VERBOSE,
)
# What a site says of the page to its reader. None of it is in the articles of benchmarks/ but as just that.
_ABOUT_THE_PAGE = re.compile(
    r"""\b(?:an?|an\ earlier|previous)\ versions?\ of\ this\ (?:article|story|post)\b
      | \bthis\ (?:article|story|post)\ (?:was|has\ been)\ (?:first\ published|amended|corrected|updated)\b
      | ^\W*corrections?(?:\ and\ clarifications?)?: | ^\W*our\ standards:
      | ^\W*to\ (?:continue|keep)\ reading\b | \bto\ (?:continue|keep)\ reading\ (?:this|the)\ (?:article|story)\b
      | ^\W*to\ read\ the\ (?:full|rest)\b
      | ^\W*follow\b.{0,60}\bon\ (?:facebook|twitter|x|instagram|tiktok|youtube|threads|bluesky|whatsapp|telegram)\b
      | ^\W*(?:already|not)\ (?:yet\ )?an?\ (?:subscriber|member)\s*\? | ^\W*become\ an?\ (?:subscriber|member)\b
      | ^\W*create\ (?:an?|your)\ (?:free\ )?account\b | ^\W*(?:download|get)\ (?:our|the)\ (?:\w+\ ){0,3}app\b
      | ^\W*support\ (?:independent|local|our|quality)\ journalism\b
      | ^\W*comments\ (?:on\ this\ \w+\ )?(?:are|have\ been)\ (?:now\ )?(?:closed|open|moderated|disabled)\b
      | \bnot\ responsible\ for\ the\ content\ of\ external\b
      | ^\W*have\ you\ been\ affected\ by\b | \byou\ can\ (?:unsubscribe|opt\ out)\b""",
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
    r"""^\W*(?:(?:written|reported|reporting|edited|editing|posted|story|text)\ )?by:?\s
          (?:(?-i:[A-Z])[\w.'’-]*\s?){2,4}
          (?:$ | [,|].{0,60}\b(?:reporter|correspondent|editor|news|writer|staff|press|agency)\b.{0,30}$
             | (?:and|in|for|at)\ [^.!?]{0,50}$)
      | ^\W*(?:(?:last|first)\ )?(?:published|updated|modified|posted|created)\s?(?:on|at|:)?\s?
          (?:\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)).{0,40}$
      | ^\W*(?:additional\ )?(?:reporting|editing|writing)\ by\b
      | ^\W*[\w.+-]+@[\w-]+\.[\w.]+\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_NO_PROSE = (_PAGE_FURNITURE, _ANYWHERE, _ABOUT_THE_PAGE, _CREDIT, _BYLINE)
_DATELINE = re.compile(
    r"""^(?:
        [–—-]\s  # dialogue
      | \((?:CNN[\w ]{0,15}|Reuters|AP|AFP|PTI|ANI|IANS|BBC|UPI|Bloomberg|Rolling\ Stone|EW\.com)\)
        \s*(?:[–—-]+\s*)?
      | [A-Z][\w.'’/-]*(?:[\ ,]+(?:[A-Z][\w.'’/-]*|\d{1,2})){0,5}\s*
        \((?:CNN|Reuters|AP|AFP|PTI|ANI|IANS|UPI|Bloomberg)[^)]{0,20}\)
        \s*[–—-]*\s*
      | [A-Z][A-Z.'’/ ]{2,30}(?:,\ [A-Z][\w. ]{1,20}){0,2}(?:,?\ \d{1,2}|,\ \d{4})?
        (?:\s?(?:--)?(?:/[A-Za-z][\w .-]{1,30}/|\([A-Z][A-Z .]{2,30}\)))?\s*(?:--|[–—]|\s-)\s*
    )(?=\S)""",
    re.VERBOSE,
)
# A note below the article, behind its mark; a line of nothing but hashtags, or without a word.
_NOTE = re.compile(r"(?:(?:\d{1,3}\.\s)?\^|[⁰¹²³⁴-⁹]+|\[\^?\w{1,3}\]:?|[*†‡]+)\s*(?=\S)|(?:#\w+[^\w#]*)+$|\W+$")
_NUMBERED = re.compile(r"\(?\d{1,2}[.)]\s+(?=\S)")
# Longer lines without a full stop are more often prose whose mark was lost than headlines.
_MAX_HEADLINE_WORDS = 16
_MAX_NOTICE_SENTENCES = 6
_UNMARKED = re.compile(r"[^\w]*[\u0e00-\u0eff\u1780-\u17ff]")  # Thai, Lao and Khmer need no full stop
_MAX_UNMARKED = 10
_LOOKED_AT_CHARACTERS = 400


def prose(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences that are an article's text, without datelines before them.

    Where there are none, the items of its lists; where there are none either, all sentences.
    """
    paragraphs = [list(group) for _, group in groupby(sentences, key=attrgetter("paragraph"))]
    kept = [sentence for group in paragraphs if not _is_aside(group) for sentence in group if is_prose(sentence)]
    items = [sentence for sentence in sentences if sentence.begins_item or _NUMBERED.match(sentence.text)]
    return [without_dateline(sentence) for sentence in kept] or items or list(sentences)


def _is_aside(paragraph: Sequence[Sentence]) -> bool:
    """True for a note, a notice of rights, and a sentence or two that end in a picture credit, on their own."""
    text = paragraph[0].text[:_LOOKED_AT_CHARACTERS]
    if len(paragraph) <= _MAX_NOTICE_SENTENCES and (_NOTICE.match(text) or _NOTE.match(text)):
        return True
    is_short = 1 < len(paragraph) <= 3
    return is_short and bool(_CREDIT.search(paragraph[-1].text[:_LOOKED_AT_CHARACTERS]))


def is_prose(sentence: Sentence) -> bool:
    """False for page furniture, credits, captions, bylines and lines that don't end like a sentence."""
    text = sentence.text[:_LOOKED_AT_CHARACTERS]
    if _NOTE.match(text) or any(form.search(text) for form in _NO_PROSE):
        return False
    if ends_in_mark(sentence.text):
        return True
    return count_words(text) > (_MAX_UNMARKED if _UNMARKED.match(text) else _MAX_HEADLINE_WORDS)


def without_dateline(sentence: Sentence) -> Sentence:
    """The sentence without a dateline before it ("HOUSTON --", "(CNN)", "NEW DELHI (Reuters) -")."""
    dateline = _DATELINE.match(sentence.text[:_LOOKED_AT_CHARACTERS])
    if not dateline or dateline.end() >= len(sentence.text):
        return sentence
    return replace(sentence, text=sentence.text[dateline.end() :], start=sentence.start + dateline.end())
