"""The box that asks for consent to cookies, where it was pasted along with an article.

It is a run of lines that speak to the reader of what such boxes are about, above buttons, or behind one of the
sentences that they open with. A sentence about such boxes, or a quotation from one, is none of these.
"""

import re
from collections.abc import Sequence
from typing import Literal

from serving.text.clean import has_words

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_MAX_CONTROL_CHARS = 80
_MAX_HEADING_WORDS = 8
_LOOKED_AT_CHARS = 600
# Of a line between others of a box that does not clearly belong to it.
_MAX_NEAR_WORDS = 25
_MIN_NEAR_SUBJECTS = 3

_Kind = Literal["button", "control", "start", "clear", "near", "other"]
"""What a line is to a box: its button, a control beside that, how it opens, clearly its text, or perhaps."""


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_AGREE = _words_of("""
    accept agree consent allow enable reject refuse decline deny disable disagree manage customise customize
    akzeptieren akzeptiere zustimmen stimme zulassen erlauben ablehnen einverstanden anpassen accepter j'accepte
    refuser paramétrer personnaliser gérer aceptar acepto rechazar configurar gestionar aceitar aceito rejeitar
    gerir accetta accetto rifiuta rifiutare personalizza accepteren akkoord weigeren beheren zaakceptuj akceptuję
    akceptuj odrzuć zarządzaj godkänn acceptera avvisa godta avvis godkend tillad afvis hyväksy got ok okay
    understood verstanden entendido
""")
_SURE = _words_of("""
    all cookie cookies alle allen alles tout tous toutes todo todos todas tudo tutti tutto wszystko wszystkie alla
    kaikki consent privacy information choices
""")
_BESIDES = _words_of("""
    i yes no not do don't it sell share my the our your and or to of in as only without continue proceed close save
    exit confirm show view see list use more learn options option settings preferences policy notice vendors
    purposes partners necessary additional essential optional non strictly required personal data everything
    selection selected essenzielle ich und oder zu nur mehr weiter schließen speichern auswahl notwendige
    erforderliche einstellungen datenschutz datenschutzerklärung datenschutzhinweise impressum je et ou les des mes
    mon continuer sans fermer plus choix paramètres s'abonner enregistrer yo y o las los el continuar sin cerrar más
    opciones suscribirse solo necesarias ajustes de política privacidad privacidade e os fechar mais opções apenas
    necessários il la le di più scopri continua chiudi necessari opzioni impostazioni ja en alleen noodzakelijke
    instellingen aanpassen przejdź serwisu zaawansowane tylko niezbędne ustawienia och bara nödvändiga inställningar
    og kun nødvendige
""")
"""Other words of buttons, and of links beside them."""
_CONTROLS = _AGREE | _SURE | _BESIDES

# How boxes without buttons open.
_START = re.compile(
    r"""\s*(?:
        (?:we,?\ (?:and|along\ with)|wir\ und|nous\ et|nosotros\ y|nós\ e|noi\ e|(?:wij|we)\ en|my\ i)\ .{0,40}
        \b(?:partner|vendor|third\ part|partenaire|socio|parceiro|fornitor).{0,200}
        (?:cookie|consen|device|technolog|personal|gerät|einwillig|appareil|terminal|dispositivo|personnelle|pessoa
          |apparaat|toestemming|urządze|zgod)
      | (?:we\ use|wir\ verwenden|nous\ utilisons|(?:nosotros\ |nós\ )?(?:usamos|utilizamos)|utilizziamo
        |(?:wij|we)\ gebruiken)\ (?:\S+\ ){0,3}cookies\ (?:to|on|and|for|so|um|und|auf|pour|sur|para|y|e|per|om|en|op)\b
      | (?:this|our|diese|ce|este|questo|deze|ta)\ (?:web)?(?:site|seite|sitio|sito|strona)
        \ (?:uses|verwendet|nutzt|utilise|utiliza|usa|utilizza|gebruikt|używa)\ (?:\S+\ ){0,2}cookies?\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_QUOTED = re.compile(r"\s*[\"“„«‘]")
_ADDRESS = re.compile(
    r"""\b(?:we|our|your?|wir|unsere?[mnr]?|(?-i:Sie|Ihnen|Ihre?[mnr]?)|nous|nos|vous|votre|nosotros|nuestr[oa]s
      |usted|tus?|puedes?|utilizamos|usamos|noi|nostri|tu[oa]i?|puoi|utilizziamo|wij|onze|uw|jouw|nós|nossos|você|nasi
      |twoj\w*|państwa|våra|dina?|vores)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SUBJECTS = [
    re.compile(subject, re.IGNORECASE)
    for subject in (
        r"cookie|traceurs|ciasteczk",
        r"\bconsen|einwillig|zustimm|toestemming|samt(?:yck|ykk)|\bzgod",
        r"partner|vendor|third part|drittanbiet|partenaire|\bsocios|terceros|parceiro|fornitor|dostawc",
        r"privacy|privatsphäre|datenschutz|vie privée|confidentialité|privacidad|integritet|prywatno",
        r"personal data|your data|personali[sz]ed|personenbez|données|datos|dati personali|dados|gegevens|danych",
        r"\bdevice|endgerät|appareil|dispositivo|apparaat|urządze",
        r"advertis|\bads\b|werbung|anzeigen|publicité|publicidad|pubblicità|publicidade|advertent|reklam",
        r"preferen|settings|choices|einstellung|paramètre|ajustes|impostazion|instelling|ustawie",
        r"legitimate interest|purposes|zwecke|finalité|finalidad|finalità|doeleinden|geolocation",
        r"web ?site|\bsite\b",
        r"\bclick|\bbutton|cliquant|pulsando|klick",
        r"\bprocess|\bstore|speicher|stocker|almacen",
    )
]


def without_consent_box(text: str) -> str:
    """The text without the lines of a box that asks for consent; all of it where nothing else has words."""
    lines = text.split("\n")
    kinds = [_kind_by_form(line) for line in lines]
    if {"button", "start"}.isdisjoint(kinds):
        return text
    gone: set[int] = set()
    run: list[tuple[int, _Kind]] = []
    for number, line in enumerate([*lines, "."]):
        kind = kinds[number] if number < len(lines) else "other"
        kind = _kind_by_subjects(line) if kind == "other" and line else kind
        if kind == "near" and run and run[-1][1] == "near":
            kind = "other"
        if kind != "other":
            run.append((number, kind))
        elif line and run:
            gone |= set(_box(run, lines))
            run = []
    rest = "\n".join(line for number, line in enumerate(lines) if number not in gone)
    return rest if has_words(rest) else text


def _box(run: Sequence[tuple[int, _Kind]], lines: Sequence[str]) -> list[int]:
    """Which lines of a run are a box, or a button that can be nothing else."""
    places: dict[_Kind, list[int]] = {}
    for place, (_, kind) in enumerate(run):
        places.setdefault(kind, []).append(place)
    buttons, clear = places.get("button", []), places.get("clear", [])
    sure = [place for place, (_, kind) in enumerate(run) if kind != "near"]
    starts = places.get("start", [])
    if starts and not buttons:
        last = sure[-1]
    elif starts or (buttons and clear and clear[0] < buttons[-1]):
        last = max([*starts, *buttons, *places.get("control", [])])
    else:
        return [run[place][0] for place in buttons if not _SURE.isdisjoint(_words(lines[run[place][0]]))]
    first = starts[0] if starts else sure[0]
    while first and run[first - 1][1] != "near":
        first -= 1
    return [number for number, _ in run[first : last + 1]]


def _words(line: str) -> list[str]:
    return _WORD.findall(line.lower().replace("’", "'"))


def _kind_by_form(line: str) -> _Kind:
    words = _words(line) if len(line) <= _MAX_CONTROL_CHARS else []
    if words and _CONTROLS.issuperset(words):
        return "control" if _AGREE.isdisjoint(words) else "button"
    return "start" if _START.match(line) else "other"


def _kind_by_subjects(line: str) -> _Kind:
    if _QUOTED.match(line):
        return "other"
    num_subjects = sum(bool(subject.search(line, 0, _LOOKED_AT_CHARS)) for subject in _SUBJECTS)
    num_words = len(line[:_LOOKED_AT_CHARS].split())
    if _ADDRESS.search(line, 0, _LOOKED_AT_CHARS):
        if num_subjects > (num_words > _MAX_HEADING_WORDS):
            return "clear"
        return "near" if num_words <= _MAX_NEAR_WORDS else "other"
    return "near" if num_subjects >= _MIN_NEAR_SUBJECTS else "other"
