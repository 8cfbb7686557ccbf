"""Splits any text into sentences with exact offsets: sentencex (Wikimedia, 300 languages) and repairs.

`sentencex` decides on abbreviations, decimals and the punctuation of each script. Around it, this module
finds the paragraphs, feeds bounded windows (it is quadratic in places: 200,000 quote marks took it 14 s) and
repairs the breaks that news texts get wrong ("5 p.m. Friday", '"No!" Smith said.').
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sentencex

Span = tuple[int, int]

_WINDOW_CHARACTERS = 4_000
# A longer "sentence" with a quote mark in it is nearly always a quotation with one mark missing that
# swallowed the sentences after it, or a statement of several sentences.
_LONG_QUOTATION_CHARACTERS = 350

_ANY_SPACE = re.compile(r"\s")
_QUOTE_MARKS = re.compile('["“”]')
_STRANDED_OPENER = re.compile(r"""(?<=\s)["'“‘«(\[]+\s*$""")
_ELLIPSIS_END = re.compile(r"""…["'”’)]?\s(?=\s*["'“‘(]?[A-Z])""")
# sentencex finds no end before Latin letters and figures in Chinese and Japanese.
_WIDE_END = re.compile(r"""[。！？][”’」』）)]*(?=[0-9A-Za-z０-９Ａ-Ｚ])""")
_WIDE_QUOTE_END = re.compile(r"[。！？…][”」』]$")
_MAX_WIDE_ATTRIBUTION = 12
_CLOCK_END = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)
_AFTER_CLOCK = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:E|C|M|P|A)[SD]?T\b|Eastern|Central|Mountain|Pacific|GMT|UTC|BST|IST|CE?T"
)
_TITLE_END = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Rev|Hon|Sen|Rep|Gov|Gen|Col|Maj|Lt|Capt|Cpl|Sgt|Cmdr|Adm|St|Rs|Messrs|Mme|Sr|Smt"
    r"|Amb|Pres|Supt|Insp|Det|Brig|Pvt|Cllr|Atty|Asst|Dist|Msgr|Fr|Ft|Mt|Hr|Sig|Dott|Sn|(?<!\d )M)\.$"
)
_CONSONANTS = "b-df-hj-np-tv-xzßçčłńśšżžбвгджзклмнпрстфхцчшщ"
_BEFORE_FIGURE = re.compile(
    rf"""\b(?:(?:abt|afb|appr|approx|aprox|avg|déc|equiv|févr?|janv|maks|máx|mín|rys|sched|temp|apt|yakl|ok|godz|ust
      |pag|ок|тел|est|excl|exkl|incl|inkl|max|min|env|ca|circa|c|tel|fax|ext|mob|ed|eds|p|s|págs?|hal|abs|nos?|n|núm|num|nº
      |(?-i:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)
      # Any other without a vowel, unless it is a unit behind its figure ("12 km.") or ends a name ("Acme plc.").
      |(?<!\d\ )(?!plc\.)[{_CONSONANTS}](?-i:[{_CONSONANTS}]{{1,3}}))
      |(vols?|figs?|arts?|secs?|chap|ch|para?s?|pts?|app|sch|tab|tit|cap|kap))\.$""",
    re.IGNORECASE | re.VERBOSE,
)
_FIGURE = re.compile(r"[(#~+<>≈]{0,2}(?:[$€£¥₹]|[A-Z]{2,3}[$€£]?\s)?\s?\d")
_NUMERAL = re.compile(r"(?:[IVXLC]{1,5}|[A-H])\b(?!['’])")
# A German ordinal: "Der 1. FC Köln".
_ORDINAL_END = re.compile(r"\b(?:[Dd](?:er|ie|as|en|em|es)|[Ii]m|[Aa]m|[Vv]om|[Zz]u[mr]|[Bb]eim|[Ss]eit)\s\d{1,2}\.$")
_ITEM_MARK = "- "
_NUMBER_ONLY = re.compile(r"^[(\[]?(?:\d{1,3}|[A-Za-z])[.)\]]+$")
_SAID = r"(?:said|says|told|asked|added|replied|wrote|tweeted|shouted|cried|explained|insisted|recalled)"
_ATTRIBUTION = re.compile(rf"(?:[A-Z][\w.'’-]*\s){{1,4}}{_SAID}\b|{_SAID}\s[A-Z]")
_EXCLAIMED_QUOTE_END = re.compile(r"""[!?…]["'”’]$""")
_LOWER_START = re.compile(r"[a-zß-öø-ÿ]+\b")  # all lower case, so neither "iPhone" nor "pic.twitter.com"
_WEB_START = re.compile(r"[a-z]+(?:\.[a-z]|://)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: `article[start:end] == text`, no white space at its ends; `paragraph` counts from 0.

    `begins_item` is true for the first one of a list's item; the item's mark is not part of it.
    """

    text: str
    start: int
    end: int
    paragraph: int
    begins_item: bool = False


def split_sentences(text: str, *, language: str = "en") -> list[Sentence]:
    """All sentences in order; together they hold every non-space character of the text but the marks of list items.

    Line breaks end a paragraph, and so a sentence, as they do in an article's normal form. `language` is an
    ISO 639-1 code; it chooses the abbreviations only, the punctuation of other scripts is always known.
    """
    sentences = []
    for number, (line_start, last) in enumerate(_paragraphs(text)):
        is_item = text.startswith(_ITEM_MARK, line_start)
        first = line_start + len(_ITEM_MARK) if is_item else line_start
        pieces = _refine_quotations(text, _segment(text, first, last, language), language)
        pieces = _split_at_marks(text, _hand_on_openers(text, pieces))
        for start, end in _merge(text, _trim(text, pieces)):
            sentences.append(Sentence(text[start:end], start, end, number, is_item))
            is_item = False
    return sentences


def _paragraphs(text: str) -> Iterator[Span]:
    """Spans of the lines that are not blank."""
    position = 0
    for line in text.split("\n"):
        words = line.strip()
        if words:
            start = position + line.index(words)
            yield start, start + len(words)
        position += len(line) + 1


def _segment(text: str, first: int, last: int, language: str) -> list[Span]:
    """sentencex over text[first:last] in windows; the last piece of one is read again with the next."""
    spans: list[Span] = []
    start = first  # of the sentence that is still open
    position = first
    while position < last:
        window_end = min(position + _WINDOW_CHARACTERS, last)
        bounds = _boundaries(text[position:window_end], position, language)
        for bound in bounds[:-1]:
            spans.append((start, bound))
            start = bound
        # A window without any boundary is the middle of an endless sentence: step over it.
        position = window_end if window_end == last or len(bounds) == 1 else bounds[-2]
    if start < last:
        spans.append((start, last))
    return spans


def _boundaries(window: str, offset: int, language: str) -> list[int]:
    ends = []
    # sentencex panics at a capital, a space of several bytes and a full stop ("A\u00a0."), common in text from the web.
    for piece in sentencex.segment(language, _ANY_SPACE.sub(" ", window)):
        offset += len(piece)
        ends.append(offset)
    return ends


def _refine_quotations(text: str, spans: list[Span], language: str) -> Iterator[Span]:
    for start, end in spans:
        if end - start <= _LONG_QUOTATION_CHARACTERS or not _QUOTE_MARKS.search(text, start, end):
            yield start, end
            continue
        # Without its quote marks sentencex looks inside; same length, so the offsets hold.
        unquoted = _QUOTE_MARKS.sub(" ", text[start:end])
        for inner_start, inner_end in _segment(unquoted, 0, len(unquoted), language):
            yield start + inner_start, start + inner_end


def _split_at_marks(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    for span_start, end in spans:
        start = span_start
        for mark in sorted(
            found.end() for form in (_ELLIPSIS_END, _WIDE_END) for found in form.finditer(text, start, end)
        ):
            yield start, mark
            start = mark
        yield start, end


def _hand_on_openers(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Moves an opening mark that was left at the end of a sentence to the next one."""
    carried: int | None = None
    for start, end in spans:
        begin = start if carried is None else carried
        # Only a short tail is looked at: `$` with a quantifier would rescan a long run of marks.
        tail = max(begin, end - 8)
        opener = _STRANDED_OPENER.search(text[tail:end])
        carried = tail + opener.start() if opener and tail + opener.start() > begin else None
        yield begin, end if carried is None else carried
    if carried is not None:
        yield carried, end


def _trim(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    for start, end in spans:
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            first = start + len(piece) - len(piece.lstrip())
            yield first, first + len(stripped)


def _merge(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    previous: Span | None = None
    for start, end in spans:
        if previous is None:
            previous = start, end
        elif _belongs_together(text, previous, (start, end)):
            previous = previous[0], end
        else:
            yield previous
            previous = start, end
    if previous is not None:
        yield previous


def _belongs_together(text: str, left: Span, right: Span) -> bool:
    before = text[max(left[0], left[1] - 24) : left[1]]
    after = text[right[0] : min(right[1], right[0] + 60)]
    if not re.search(r"\w", after):
        return right[1] - right[0] < 24  # a mark on its own belongs to what it follows
    if _LOWER_START.match(after) and not _WEB_START.match(after):
        return left[1] < right[0]
    return bool(
        _TITLE_END.search(before)
        or _ORDINAL_END.search(before)
        or _awaits_figure(before, after)
        or (_CLOCK_END.search(before) and _AFTER_CLOCK.match(after))
        or (left[1] - left[0] < 8 and _NUMBER_ONLY.match(text[left[0] : left[1]]))
        or (_EXCLAIMED_QUOTE_END.search(before) and _ATTRIBUTION.match(after))
        or (_WIDE_QUOTE_END.search(before) and (after[0] == "と" or right[1] - right[0] <= _MAX_WIDE_ATTRIBUTION))
    )


def _awaits_figure(before: str, after: str) -> bool:
    """True for an abbreviation and the figure that it belongs to ("approx. 300", "Vol. II")."""
    abbreviation = _BEFORE_FIGURE.search(before)
    return abbreviation is not None and bool(
        _FIGURE.match(after) or (abbreviation[1] is not None and _NUMERAL.match(after))
    )
