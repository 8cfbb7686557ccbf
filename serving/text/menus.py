"""Menus and paths of a web page that came along with its article: "Home | Login", "Home > News > Politics".

A menu is a line of nothing but short labels with separators between them. Headlines have separators as well ("Live |
Storm reaches the coast"), and tables have rows of labels, so most labels of a menu must be ones that sites use.
"""

import re

from serving.text.clean import has_words

# Where a site's own pages are, in the languages of large news sites.
_OWN_PAGE = re.compile(
    r"""(?:home(?:\ ?page)?|start(?:seite)?|accueil|inicio|início|portada|strona\ główna|hem|главная|ホーム|トップ
          |首页|首頁|الرئيسية|דף\ הבית)
      | menu|menü|search|log\ ?(?:in|out)|sign\ ?(?:in|up|out)|register|subscribe|(?:my\ )?account|contact(?:\ us)?
      | about(?:\ us)?|help|faq|newsletters?|e-?paper|donate|support\ us|site\ ?map|advertise|jobs|careers|podcasts?|rss
      | cookies?|privacy(?:\ policy)?|terms(?:\ (?:of\ use|and\ conditions))?|shop|apps?|share|print|more
      | suche|anmelden|einloggen|registrieren|abo(?:nnieren)?|kontakt|impressum|datenschutz|mein\ konto|hilfe|mehr
      | rechercher?|se\ connecter|connexion|s['’]inscrire|s['’]abonner|abonnez-vous|mon\ compte|mentions\ légales|aide
      | buscar|iniciar\ sesión|entrar|registrarse|suscr[ií]bete|suscribirse|assine|contacto|contato|ayuda|ajuda
      | cerca|accedi|registrati|abbonati|contatti|zoeken|inloggen|abonneren|szukaj|zaloguj(?:\ się)?|subskrybuj
      | sök|logga\ in|prenumerera|поиск|войти|вход|подписаться|検索|ログイン|搜索|登录|登入""",
    re.IGNORECASE | re.VERBOSE,
)
_SECTION = re.compile(
    r"""(?:latest\ )?news|latest|world|uk|u\.?s\.?|local|national|international|politics|business|economy|money|markets
      | finance|tech(?:nology)?|science|health|sports?|football|culture|arts|entertainment|music|film|tv|books|travel
      | weather|food|style|life(?:style)?|opinion|comment|videos?|live|education|environment|climate
      | asia|europe|africa|americas?|middle\ east
      | nachrichten|politik|wirtschaft|kultur|wissen|gesundheit|meinung|wetter|panorama|reise
      | actualités?|politique|monde|économie|société|santé|météo|sciences?|noticias|política|economía|cultura|deportes
      | mundo|salud|notícias|economia|esportes|politica|cronaca|esteri|nieuws|economie|cultuur|wiadomości|polityka
      | gospodarka|kraj|świat|nyheter|новости|политика|экономика|спорт|ニュース|政治|経済|新闻|新聞|体育|أخبار""",
    re.IGNORECASE | re.VERBOSE,
)
_BETWEEN = re.compile(r"\s*[|›•]\s*|\s+(?:>|»|→|/|·|«|‹)\s+|\t\s*|\s{2,}")
_ARROW = re.compile(r"[>›»→/«‹]")
_AROUND = " \t|>›»•·→/▾▼…:+"
_NO_LABEL = re.compile(r"[\d.!?…:;,。！？؟]")
_SENTENCE_END = re.compile(r"[.!?…。！？؟][\"'”’»)]?$")
_MAX_LABEL_WORDS = 3
_MIN_UNKNOWN = 4
_MAX_LINE_CHARS = 300


def without_menus(text: str) -> str:
    """The text without lines that are menus; all of it where nothing else has words.

    Before the first sentence, one label of a site's own is enough, and a line of four and more labels between bars is a
    menu whatever they are.
    """
    lines = text.split("\n")
    rows = [_labels(line) for line in lines]
    kept, is_head = [], True
    for number, (line, labels) in enumerate(zip(lines, rows, strict=True)):
        is_table = any(len(row) == len(labels) for row in rows[max(0, number - 1) : number + 2] if row is not labels)
        if not _is_menu(line, labels, is_head=is_head, is_table=is_table):
            kept.append(line)
            is_head = is_head and len(line) <= _MAX_LINE_CHARS and not _SENTENCE_END.search(line.rstrip())
    rest = "\n".join(kept)
    return rest if has_words(rest) else text


def _labels(line: str) -> list[str]:
    line = line.strip(_AROUND)
    labels = [label.strip(_AROUND) for label in _BETWEEN.split(line)] if len(line) <= _MAX_LINE_CHARS else []
    return [label for label in labels if label]


def _is_menu(line: str, labels: list[str], *, is_head: bool, is_table: bool) -> bool:
    own_pages = {label for label in labels if _OWN_PAGE.fullmatch(label)}
    unknown = [label for label in labels if label not in own_pages and not _SECTION.fullmatch(label)]
    if len(labels) < 2 or not all(map(_is_label, unknown)):
        return False
    if 3 * len(unknown) <= len(labels):
        # A heading inside an article may well be "Jobs / Economy".
        return len(own_pages) > 1 or (is_head and (bool(own_pages) or not is_table))
    is_path = len(labels) > 2 and labels[0] in own_pages and bool(_ARROW.search(line))
    is_bar = len(labels) >= _MIN_UNKNOWN and line.count("|") >= len(labels) - 1
    return is_head and not is_table and (is_path or is_bar)


def _is_label(text: str) -> bool:
    return len(text.split()) <= _MAX_LABEL_WORDS and not text[0].islower() and not _NO_LABEL.search(text)
