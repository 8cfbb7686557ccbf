"""The box that asks for consent to cookies, where it was pasted along with an article.

It is a run of lines that speak to the reader of what such boxes are about, above buttons, or behind one of the
sentences that they open with. A sentence about such boxes, or a quotation from one, is none of these.
"""

import re
from collections.abc import Iterable, Sequence

from serving.text.clean import has_words

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_MAX_CONTROL_CHARS = 80
_MAX_HEADING_WORDS = 8
_LOOKED_AT_CHARS = 600


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_AGREE = _words_of("""
    accept agree consent allow enable reject refuse decline deny disable disagree manage customise customize
    akzeptieren akzeptiere zustimmen stimme zulassen erlauben ablehnen einverstanden anpassen accepter j'accepte refuser
    paramétrer personnaliser gérer aceptar acepto rechazar configurar gestionar aceitar aceito rejeitar gerir accetta
    accetto rifiuta rifiutare personalizza accepteren akkoord weigeren beheren zaakceptuj akceptuję akceptuj odrzuć
    zarządzaj godkänn acceptera avvisa godta avvis godkend tillad afvis hyväksy sell share
""")
_SURE = _words_of("""
    all cookie cookies alle allen alles tout tous toutes todo todos todas tudo tutti tutto wszystko wszystkie alla
    kaikki consent privacy information choices
""")
_BESIDES = _words_of("""
    i yes no not do don't my the our your and or to of in as only without continue proceed close save exit confirm show
    view see list use more learn options option settings preferences policy notice vendors purposes partners necessary
    essential optional non-essential strictly required personal data everything selection selected
    ich und oder zu nur mehr weiter schließen speichern auswahl notwendige erforderliche einstellungen datenschutz
    datenschutzerklärung datenschutzhinweise impressum je et ou les des continuer sans fermer plus choix options
    paramètres s'abonner enregistrer yo y o las los el continuar sin cerrar más opciones suscribirse solo necesarias
    ajustes e os as fechar mais opções apenas necessários il la le e continua chiudi solo necessari opzioni impostazioni
    ja en of alleen noodzakelijke instellingen i tylko niezbędne ustawienia och bara nödvändiga inställningar og kun
    nødvendige
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
      | (?:we\ use|wir\ verwenden|nous\ utilisons|usamos|utilizamos|utilizziamo|(?:wij|we)\ gebruiken)\ (?:\S+\ ){0,3}
        cookies\ (?:to|on|and|for|so|um|und|auf|pour|sur|para|y|e|per|om|en|op)\b
      | (?:this\ (?:web)?site|our\ (?:web)?site)\ uses\ (?:\S+\ ){0,2}cookies\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_ADDRESS = re.compile(
    r"""(?!["“„«‘]).*\b(?:we|our|your?|wir|unsere?[mnr]?|(?-i:Sie|Ihnen|Ihre?[mnr]?)|nous|nos|vous|votre|nosotros|nuestr[oa]s
      |usted|tus?|puedes?|utilizamos|usamos|noi|nostri|tu[oa]i?|puoi|utilizziamo|wij|onze|uw|jouw|nós|nossos|você|nasi
      |twoj\w*|państwa|våra|dina|vores)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SUBJECTS = [
    re.compile(subject, re.IGNORECASE)
    for subject in (
        r"cookie|traceurs|ciasteczk",
        r"\bconsen|einwillig|zustimm|toestemming|samt(?:yck|ykk)|\bzgod",
        r"partner|vendor|third part|drittanbiet|partenaire|\bsocios|terceros|parceiro|fornitor|dostawc",
        r"privacy|privatsphäre|datenschutz|vie privée|confidentialité|privacidad|prywatno",
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
    gone: set[int] = set()
    run: list[str] = []
    for number, line in enumerate([*lines, "."]):
        if not line or _is_control(line) or _START.match(line) or _is_about_consent(line):
            run.append(line)
        elif run:
            begin = number - len(run)
            gone |= {begin + place for place in _box(run) if run[place]}
            run = []
    rest = "\n".join(line for number, line in enumerate(lines) if number not in gone)
    return rest if has_words(rest) else text


def _box(run: Sequence[str]) -> Iterable[int]:
    """Which lines of a run are a box, or a button that can be nothing else."""
    controls = [place for place, line in enumerate(run) if _is_control(line)]
    buttons = [place for place in controls if not _AGREE.isdisjoint(_words(run[place]))]
    if any(map(_START.match, run)):
        return range(len(run))
    if buttons and any(_is_about_consent(line) for line in run[: buttons[-1]]):
        return range(controls[-1] + 1)
    return [place for place in buttons if not _SURE.isdisjoint(_words(run[place]))]


def _words(line: str) -> list[str]:
    return _WORD.findall(line.lower().replace("’", "'"))


def _is_control(line: str) -> bool:
    """True for a button of such a box, and for a link that stands beside one."""
    words = _words(line) if len(line) <= _MAX_CONTROL_CHARS else []
    return bool(words) and _CONTROLS.issuperset(words)


def _is_about_consent(line: str) -> bool:
    """True for a heading or a paragraph that speaks to the reader of one or two of the subjects of such a box."""
    if not _ADDRESS.match(line, 0, _LOOKED_AT_CHARS):
        return False
    num_subjects = sum(bool(subject.search(line, 0, _LOOKED_AT_CHARS)) for subject in _SUBJECTS)
    return num_subjects > (len(line[:_LOOKED_AT_CHARS].split()) > _MAX_HEADING_WORDS)
