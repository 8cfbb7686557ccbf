"""Quoted and forwarded mail: its words, without the marks, headers and signatures around them.

Libraries for mail (email_reply_parser, mail-parser-reply) do the opposite: they keep the reply and drop what is quoted.
In a forwarded article, what is quoted is the article.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

_QUOTE = re.compile(r"[ \t]*((?:>[ \t]?)+)")
_QUOTED_WORDS = re.compile(r"""[ \t]*(?:>[ \t]?)+["“'‘(\[*_#•-]?\s*[^\W\d_]""")
_LABELS = {
    "from": "from von de da van från fra od lähettäjä от від kimden 差出人 发件人 寄件者 보낸사람",
    "sent": "sent date gesendet datum envoyé enviado inviato verzonden skickat sendt fecha data wysłano odesláno "
    "lähetetty дата отправлено tarih 送信日時 日時 发送时间 日期 寄件日期 날짜",
    "to": "to an à para a aan till til do cc bcc kopie copie reply-to antwort komu vastaanottaja кому копия kime 宛先 "
    "收件人 收件者 抄送 받는사람",
    "subject": "subject betreff objet asunto oggetto onderwerp ämne emne assunto temat předmět aihe тема konu 件名 "
    "主题 主旨 제목",
}
_KIND_OF = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}
_HEADER = re.compile(r"[*_]{0,2}([^\W\d_]+(?:-[^\W\d_]+)*)[ \xa0]?[:：][*_]{0,2}(?:[ \t]*(?<=[：\s*_])(.*))?$")
_REPLY_MARKS = re.compile(r"(?:\[ext(?:ern(?:al)?)?\]\s?|(?:re|fwd?|aw|wg|tr|rv|sv|vs|i|r)\s?:\s*)+", re.IGNORECASE)
_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|a écrit|écrit|escribió|ha scritto|schreef|skrev|escreveu|napisała?)\b.{0,120}[:：]$"
)
_ATTRIBUTION_START = re.compile(r"(?:On|Am|Le|El|Il|Op|Den|Em|W dniu|\d{4}-\d\d-\d\d)\b")
_WHEN_OR_WHO = re.compile(r"\d{1,2}\s?[:.h]\s?\d\d(?!\d)|\S@\S")
_ANY_ATTRIBUTION = re.compile(r"(?=.*(?:\S@\S|\b(?:19|20)\d\d\b)).*[:：]$")
_SEPARATOR = re.compile(
    r"[-_]{2,}\s*(?:original message|forwarded (?:message|by .{1,40})|(?:ursprüngliche|weitergeleitete) nachricht"
    r"|message (?:d['’]origine|transféré)|mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)"
    r"|(?:oorspronkelijk|doorgestuurd) bericht|mensagem original|(?:e-?)?mail original)\s*[-_]{2,}"
    r"|begin forwarded message:|anfang der weitergeleiteten nachricht:|début du message transféré\s?:",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"(?:sent from (?:my|mail for|outlook|yahoo|proton)|get outlook for|von meinem .{1,20} gesendet|envoyé de mon"
    r"|enviado desde mi|inviato da|verstuurd vanaf mijn|skickat från min)\b"
    r".{0,40}",
    re.IGNORECASE,
)
_RUNS_ON = re.compile(r"[^\W\d_]*[a-zß-ÿ]")
_ENDED = re.compile(r"""[.!?…:]["'”’)]*\s*$""")
_SIGNATURE_MARK = re.compile(
    r"--\s?|(?:(?:(?:with )?(?:my )?(?:best|kind|kindest|warm|many)\s)?(?:regards|wishes)|(?:yours )?sincerely"
    r"|yours (?:faithfully|truly)|cheers|mit (?:freundlichen|besten|herzlichen) grüßen|(?:viele|liebe|beste) grüße"
    r"|cordialement|bien à vous|(?:un )?saludos?(?: cordiales)?|atentamente|(?:cordiali|distinti) saluti"
    r"|(?:met )?vriendelijke groet(?:en)?|atenciosamente|pozdrawiam|med vänlig hälsning|med venlig hilsen)[,.!]?\s*",
    re.IGNORECASE,
)
_MAX_SIGNATURE_LINES = 8
_MAX_SIGNATURE_CHARS = 80
_MAX_ATTRIBUTION_CHARS = 300


@dataclass(frozen=True)
class _Line:
    """A line without the marks of how deep it is quoted."""

    text: str
    depth: int

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


_BLANK = _Line("", 0)


def without_mail_marks(text: str) -> str:
    """The text without quote marks, headers, "On ... wrote:" and signatures; a header's subject stays as a heading."""
    lines = _without_attributions(_without_headers(_unquoted(text.split("\n"))))
    pieces: list[str] = []
    before = _BLANK
    for line in _without_signatures(lines):
        is_other = before.depth != line.depth and not before.is_blank and not line.is_blank
        if is_other and before.depth > line.depth and _RUNS_ON.match(line.text) and not _ENDED.search(before.text):
            # A program broke a quoted line that had become too long, and left the rest of it without a mark.
            pieces[-1] += f" {line.text}"
            continue
        # Another author's words are another paragraph.
        pieces.append(f"\n{line.text}" if is_other else line.text)
        before = line
    return "\n".join(pieces)


def _unquoted(lines: Sequence[str]) -> list[_Line]:
    if not any(_QUOTED_WORDS.match(line) for line in lines):
        return [_Line(line, 0) for line in lines]
    result = []
    for line in lines:
        mark = _QUOTE.match(line)
        result.append(_Line(line[mark.end() :], mark[0].count(">")) if mark else _Line(line, 0))
    return result


def _without_headers(lines: Sequence[_Line]) -> Iterator[_Line]:
    header: list[tuple[_Line, str, str]] = []
    for line in [*lines, _BLANK]:
        found = _HEADER.match(line.text.strip())
        kind = _KIND_OF.get(found[1].lower(), "other") if found else ""
        if found and (kind != "other" or header or "-" in found[1]):
            header.append((line, kind, found[2] or ""))
        elif header and line.text[:1] in {" ", "\t"} and not line.is_blank:
            header.append((line, "other", ""))
        else:
            yield from _read_header(header)
            header = []
            yield line


def _read_header(header: Sequence[tuple[_Line, str, str]]) -> Iterator[_Line]:
    kinds = {kind for _, kind, _ in header}
    if not ("from" in kinds and kinds & {"sent", "subject"}) and len(kinds - {"other"}) < 3:
        yield from (line for line, _, _ in header)
        return
    for line, kind, value in header:
        subject = _REPLY_MARKS.sub("", value) if kind == "subject" else ""
        yield from (_Line(text, line.depth) for text in ("", subject, ""))


def _without_attributions(lines: Iterable[_Line]) -> Iterator[_Line]:
    """The lines without those that say who wrote what is quoted below them, on one line or on two."""
    rest = list(lines)
    deeper = [False] * len(rest)  # is the next line that is not blank quoted deeper?
    below: _Line | None = None
    for number in range(len(rest) - 1, -1, -1):
        deeper[number] = below is not None and below.depth > rest[number].depth
        below = below if rest[number].is_blank else rest[number]
    number = 0
    while number < len(rest):
        line = rest[number]
        after = rest[number + 1] if number + 1 < len(rest) else _BLANK
        both = f"{line.text.strip()} {after.text.strip()}"
        if _is_attribution(line.text.strip(), deeper[number]):
            yield _Line("", line.depth)
        elif _ATTRIBUTION_START.match(both) and not after.is_blank and _is_attribution(both, deeper[number + 1]):
            yield _Line("", line.depth)
            number += 1
        elif not (_SEPARATOR.fullmatch(line.text.strip()) or _SENT_FROM.fullmatch(line.text.strip())):
            yield line
        number += 1


def _is_attribution(text: str, is_quoted_below: bool) -> bool:
    if len(text) >= _MAX_ATTRIBUTION_CHARS:
        return False
    if is_quoted_below:  # in whatever language
        return bool(_WROTE.search(text) or (_WHEN_OR_WHO.search(text) and _ANY_ATTRIBUTION.match(text)))
    return bool(_WROTE.search(text) and _ATTRIBUTION_START.match(text) and _WHEN_OR_WHO.search(text))


def _without_signatures(lines: Iterable[_Line]) -> Iterator[_Line]:
    for _, same_depth in groupby(lines, key=attrgetter("depth")):
        group = list(same_depth)
        end = len(group)
        num_below = 0
        for number in range(len(group) - 1, -1, -1):
            text = group[number].text
            if _SIGNATURE_MARK.fullmatch(text):
                end, num_below = number, 0
            elif text.strip():
                num_below += 1
            if num_below > _MAX_SIGNATURE_LINES or len(text) > _MAX_SIGNATURE_CHARS:
                break
        yield from group[:end]
