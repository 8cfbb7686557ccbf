"""The box that asks for consent to cookies, where it was pasted along with an article.

It opens in one of a few ways and goes on while its paragraphs speak to the reader of consent; its buttons are lines
that hold nothing else. A sentence about such boxes, or a quotation from one, is none of these.
"""

import re

from serving.text.clean import has_words

_BUTTON = re.compile(
    r"""[\s|•·>»▶✓✕×-]*(?:
        (?:i\ )?(?:accept|agree|consent)(?:\ to)?(?:\ (?:all|everything))?(?:\ (?:our\ |the\ )?cookies)?
        (?:\ (?:and|&)\ (?:close|continue|proceed))?
      | yes,\ i\ (?:accept|agree|consent) | do\ not\ consent | continue\ without\ (?:accepting|agreeing)
      | (?:allow|enable|reject|refuse|decline|deny|disable)\ (?:all)?(?:\ ?(?:non-essential\ |optional\ )?cookies)?
      | (?:accept\ |allow\ |use\ )?(?:only\ )?(?:strictly\ )?(?:necessary|essential)\ cookies(?:\ only)?
      | (?:manage|change|review|customi[sz]e)(?:\ my|\ your)?
        (?:\ (?:cookies?|privacy|consent|options|settings|choices|preferences))+
      | (?:cookies?|privacy|consent)\ (?:policy|settings|preferences|options|choices) | your\ privacy\ choices
      | (?:show|view|see)(?:\ our)?\ (?:vendors?|purposes|partners) | list\ of\ (?:partners|vendors)(?:\ \(vendors\))?
      | save\ (?:and|&)\ exit | (?:save|confirm)\ (?:my\ )?(?:choices|preferences|settings)
      | do\ not\ (?:sell|share)(?:\ or\ (?:sell|share))?\ my\ (?:personal\ )?(?:information|data)
      | alle(?:\ cookies)?\ (?:akzeptieren|zulassen|ablehnen)
      | (?:ich\ )?(?:akzeptiere|stimme\ zu) | akzeptieren | ablehnen
      | nur\ notwendige(?:\ cookies)? | alles?\ (?:accepteren|weigeren) | paramétrer(?:\ les\ cookies)?
      | (?:tout\ |continuer\ sans\ )(?:accepter|refuser)(?:\ et\ (?:fermer|continuer))? | j['’]accepte
      | (?:aceptar|rechazar|aceitar|rejeitar)\ (?:todo|todas|tudo)(?:\ (?:las\ |os\ )?cookies)?
      | (?:accetta|rifiuta)\ tutt[io]
      | (?:zaakceptuj|odrzuć)\ wszystk(?:o|ie) | (?:godkänn|acceptera|godta|tillad)\ all[ae]
    )[\s:|•·>»…!.-]*""",
    re.IGNORECASE | re.VERBOSE,
)
_START = re.compile(
    r"""\s*(?:
        (?:we\ (?:value|respect|care\ about)\ )?your\ (?:online\ )?privacy
        (?:\ (?:matters|is\ important)(?:\ to\ us)?|,?\ your\ choice)?[\s.!]*$
      | about\ (?:your\ privacy|(?:our\ )?cookies)\s*$
      | (?:your\ )?(?:cookie|privacy|consent)\ (?:consent|notice|preference\ cent(?:er|re))\s*$
      | (?:we,?\ (?:and|along\ with)|wir\ und|nous\ et|nosotros\ y|nós\ e|noi\ e|(?:wij|we)\ en|my\ i)\ .{0,40}
        \b(?:partner|vendor|third\ part|partenaire|socio|parceiro|fornitor).{0,200}
        (?:cookie|consen|device|technolog|personal|gerät|einwillig|appareil|terminal|dispositivo|personnelle|pessoa
          |apparaat|toestemming|urządze|zgod)
      | (?:we\ use|wir\ verwenden|nous\ utilisons|usamos|utilizamos|utilizziamo|(?:wij|we)\ gebruiken)\ (?:\S+\ ){0,3}
        cookies\ (?:to|on|and|for|so|um|und|auf|pour|sur|para|y|e|per|om|en|op)\b
      | (?:this\ (?:web)?site|our\ (?:web)?site)\ uses\ (?:\S+\ ){0,2}cookies\b
      | (?:wir\ (?:schätzen|respektieren)\ ihre\ privatsphäre|ihre\ privatsphäre\ ist\ uns\ wichtig)[\s.!]*$
      | (?:nous\ (?:respectons|valorisons)\ )?votre\ (?:vie\ privée|confidentialité)
        (?:\ nous\ (?:importe|tient\ à\ cœur))?[\s.!]*$
      | (?:valoramos|respetamos)\ (?:tu|su)\ privacidad[\s.!]*$
      | (?:valorizamos|respeitamos)\ a\ sua\ privacidade[\s.!]*$
      | (?:rispettiamo\ la|teniamo\ alla)\ tua\ privacy[\s.!]*$
      | (?:wij|we)\ (?:respecteren|waarderen)\ (?:je|uw)\ privacy[\s.!]*$
      | cenimy\ (?:twoją|państwa)\ prywatność[\s.!]*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_ADDRESS = re.compile(r"(?![\"“‘]).*\b(?:we|our|you|your)\b", re.IGNORECASE)
_TOPICS = [
    re.compile(topic, re.IGNORECASE)
    for topic in (
        r"consent",
        r"cookie",
        r"partner|vendor",
        r"privacy|personal data",
        r"advertis|\bads\b",
        r"preferences|settings|choices",
        r"\bdevice",
        r"geolocation",
        r"legitimate interest",
        r"web ?site|\bsite\b",
        r"\bclick|\bbutton",
        r"process|store",
    )
]


def without_consent_box(text: str) -> str:
    """The text without the lines of a box that asks for consent; all of it where nothing else has words."""
    kept = []
    is_inside = False
    for line in text.split("\n"):
        is_button = bool(_BUTTON.fullmatch(line))
        is_inside = bool(_START.match(line)) or (is_inside and (not line or is_button or _is_about_consent(line)))
        if not line or not (is_inside or is_button):
            kept.append(line)
    rest = "\n".join(kept)
    return rest if has_words(rest) else text


def _is_about_consent(line: str) -> bool:
    """True for a paragraph that speaks to the reader of two of the subjects of such a box."""
    return bool(_ADDRESS.match(line)) and sum(bool(topic.search(line)) for topic in _TOPICS) > 1
