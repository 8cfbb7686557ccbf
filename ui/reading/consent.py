"""Boxes that ask a page's reader for consent, by what they say and not by who made them."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from ui.reading.blocks import blocks_of, is_prose

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HOLDS_ARTICLE = ".//h1 | .//main | .//article | self::main | self::article | self::body"
"""What only an element has that is more than a box."""

# Subjects of boxes that ask for consent, in the languages of large news sites; an article has a few of them, but no
# button to agree with.
_SUBJECTS = [
    re.compile(subject, re.IGNORECASE)
    for subject in (
        r"cookie|クッキー|traceurs|ciasteczk|кук[иа]",
        r"\bconsen|einwillig|zustimm|toestemming|samt(?:yck|ykk)|\bzgod|souhlas|suostu|соглас|同意",
        r"partner|vendor|third part|drittanbiet|partenaire|socios|parceiro|fornitor|dostawc",
        r"privacy|privatsphäre|datenschutz|vie privée|confidentialité|privacidad|prywatno|soukrom|プライバシー",
        r"personal data|your data|personali[sz]ed|personenbez|données|datos|dati personali|dados|gegevens|danych|údaj",
        r"\bdevice|endgerät|appareil|dispositivo|apparaat|urządze|zařízen",
        r"advertis|werbung|publicité|publicidad|pubblicità|publicidade|advertent|reklam|реклам|広告",
        r"preferen|settings|einstellung|paramètre|ajustes|impostazion|instelling|ustawie",
        r"legitimate interest|purposes|zwecke|finalité|finalidad|finalità|doeleinden|geolocation|analytics",
    )
]
_BUTTON = re.compile(
    r"""\W*(?:(?:i\ )?(?:accept|agree|consent) | allow | reject | got\ it | ok\b | okay | manage
      | (?:alle[sn]?\ )?(?:akzeptier|zustimm|einverstanden|accepteren|weigeren|toestaan) | ablehnen | akkoord
      | (?:tout\ )?accepter | j.accepte | continuer\ sans | refuser | acept | rechaz | accett | rifiut | acconsento
      | aceit | rejeit | concordo | zaakcept | zgadzam | akceptuj | godkänn | acceptera | godta | godkend | tillad
      | tillåt | přijm | souhlas | hyväksy | elfogad | принять | согла | 同意 | すべて)""",
    re.IGNORECASE | re.VERBOSE,
)
_NAME = re.compile(r"cookie|consent|gdpr|ccpa|\bcmp|privacy|tcf|didomi|onetrust|sp_message", re.IGNORECASE)
_MAX_BUTTON_CHARS = 60
_MAX_BOX_CHARS = 30_000
_MAX_LOOKED_AT_CHARS = 1_000
_MAX_LEVELS = 12
"""From the button out to the box."""
_ADDRESS = re.compile(
    r"\b(?:we|our|you|your|wir|unsere?n?|sie|ihre?[mnr]?|nous|nos|vous|votre|vos|nosotros|nuestr[oa]s|usted|su|sus|tu|noi|nostri|tuoi?"
    r"|wij|onze|uw|jouw|nós|nossos|seus?|my|nasi|twoj\w*|państwa|vi|våra|dina|vores|naši|vaše|мы|наши|вы|ваш\w*)\b"
    r"|当社|弊社|お客様|あなた|我们|您",
    re.IGNORECASE,
)
_QUOTED = re.compile('["“”„«»]')


def consent_boxes(page: "HtmlElement") -> list["HtmlElement"]:
    """Around each button to agree with, the largest element that speaks of consent and holds no article."""
    judged: dict[HtmlElement, bool] = {}
    boxes: dict[HtmlElement, None] = {}
    for element in _candidates(page):
        box = None
        for around in islice((element, *element.iterancestors()), _MAX_LEVELS):
            if not _is_box(around, judged):
                break
            box = around
        if box is not None:
            boxes[box] = None
    return [box for box in boxes if any(is_prose(block.text) for block in blocks_of(box))]


def _candidates(page: "HtmlElement") -> Iterator["HtmlElement"]:
    for button in page.xpath("//button | //a | //*[@role='button'] | //input[@type='button' or @type='submit']"):
        label = (button.get("value") or button.text_content()).strip()
        if label and len(label) <= _MAX_BUTTON_CHARS and _BUTTON.match(label):
            yield button
    for named in page.xpath("//body//*[self::div or self::section or self::aside or self::form][@id or @class]"):
        if _NAME.search(f"{named.get('id')} {named.get('class')}"):
            yield named


def _is_box(element: "HtmlElement", judged: dict["HtmlElement", bool]) -> bool:
    if element not in judged:
        judged[element] = not element.xpath(HOLDS_ARTICLE) and _speaks_of_consent(element)
    return judged[element]


def _speaks_of_consent(element: "HtmlElement") -> bool:
    """Whether all sentences in it are about what such boxes are about, most of them to the reader."""
    if len(element.text_content()) > _MAX_BOX_CHARS:
        return False
    num_chars, num_clear_chars, subjects = 0, 0, set()
    for text in (block.text for block in blocks_of(element)):
        own = {subject for subject in _SUBJECTS if subject.search(text, 0, _MAX_LOOKED_AT_CHARS)}
        subjects |= own
        if is_prose(text):
            is_addressed = bool(_ADDRESS.search(text, 0, _MAX_LOOKED_AT_CHARS)) and not _QUOTED.search(text)
            if not own and not is_addressed:
                return False
            num_chars += len(text)
            num_clear_chars += len(text) if own and is_addressed else 0
    return 2 * num_clear_chars >= num_chars and (len(subjects) > 1 or not num_chars)
