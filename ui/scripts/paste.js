// Pasted web pages: lines of menus, adverts and buttons are left out, said so, and put back at a click.

// Forms that no sentence of an article has: these words and nothing else on a line, and no full stop after them.
const networks = "(?:whatsapp|facebook|twitter|x|instagram|linkedin|reddit|telegram|bluesky|pinterest|youtube|tiktok)";
const wholeLine = new RegExp("^[\\s|•·>»▶]*(?:" + [
  "advert(?:isement|ising)?s?", "ads?", "sponsored(?: content)?", "loading", "menu", "home", "search", "close",
  "(?:show|hide|more) (?:menu|more|less)", "sign in", "log ?in", "log ?out", "sign up", "register", "my account",
  "subscribe(?: now| today)?", "newsletters?", `share(?: this)?(?: article| story)?(?: (?:on|via) ${networks})?`, networks,
  "save(?: article)?", "tweet", "e-?mail", "print", "copy (?:link|url)", "link copied!?", "follow(?: us)?",
  "(?:(?:view |show |leave )?(?:\\d[\\d,]* |all |a )?)?comments?", "skip to (?:main )?content", "skip to navigation",
  "back to top", "continue reading", "read (?:more|next)", "more on this(?: story)?", "more stories",
  "related(?: topics| stories| articles| content)?", "recommended(?: for you)?", "you (?:may|might) also like",
  "most (?:read|popular|viewed)", "trending(?: now)?", "top stories", "editors['’] picks",
  "watch(?: now| live| the video)", "listen to this article", "\\d+ min(?:ute)?s? read", "reading time:? \\d+ .{0,12}",
  "privacy(?: policy| notice)", "terms(?: of (?:use|service))?(?: (?:&|and) conditions)?", "contact us", "about us",
  "(?:story|article) continues below.{0,30}",
].join("|") + ")[\\s:|•·>»…-]*$", "i");
// Beginnings of links and credits, on lines that do not end as sentences do.
const lineStart = new RegExp("^[\\s|•·>»▶-]*(?:" + [
  "(?:read|see|watch|listen)(?: more| also| next| this| here)?:", "(?:also|related)(?: read| stories| articles)?:",
  "(?:also read|read also|read more|see also)\\s*[:|–—-]", `follow (?:us on |@|.{1,30} on ${networks}\\b)`,
  "sign up (?:for|to) (?:our|the|your) ", "subscribe to (?:our|the) ", "(?:click|tap) here ", "like us on ",
  "download (?:the|our) .{0,30}app\\b", "(?:image|photo|picture|video)s?(?: (?:source|caption|credit|by|copyright))?:",
  "media caption", "image (?:source|caption)\\b", "getty images\\W*$",
].join("|") + ")", "i");
const notice = new RegExp("^\\s*(?:" + [
  "©", "copyright\\W*(?:©|\\(c\\)|(?:19|20)\\d\\d\\b)", "\\(c\\) (?:19|20)\\d\\d\\b", "all rights reserved\\W*$",
  "by (?:clicking|continuing|using)\\b.{0,80}\\byou (?:agree|accept|consent)",
  "(?:sign up|subscribe)\\b.{0,60}\\bnewsletter",
].join("|") + ")", "i");
const sentenceEnd = /[.!?]["”’)]*\s*$/;
const maxJunkChars = 160;

// Boxes that ask for consent: their buttons, how they open, and what the paragraphs between those speak of.
const all = "(?: (?:all|everything))?(?: (?:and|&) (?:close|continue|proceed))?";
const consentButton = new RegExp("^[\\s|•·>»▶✓✕×]*(?:" + [
  `(?:i )?(?:accept|agree|consent)(?: to)?${all}(?: (?:all |our |the )?cookies)?${all}`, "yes, i (?:accept|agree|consent)",
  "(?:allow|enable|reject|refuse|decline|deny|disable) (?:all)?(?: ?(?:non-essential |optional )?cookies)?", "do not consent",
  "(?:accept |allow |use )?(?:only )?(?:strictly )?(?:necessary|essential)(?: cookies)?(?: only)?",
  "continue without (?:accepting|agreeing)",
  "(?:manage|change|review|set|customi[sz]e)(?: my| your)?(?: (?:cookies?|privacy|consent|options|settings|choices|preferences))+",
  "(?:cookies?|privacy|consent) (?:policy|settings|preferences|options|choices)", "more options", "your privacy choices",
  "(?:show|view|see)(?: our)? (?:vendors?|purposes|partners|details)", "list of (?:partners|vendors)(?: \\(vendors\\))?",
  "(?:save|confirm)(?: (?:and|&) (?:exit|close)| (?:my )?(?:choices|preferences|settings))", "got it!?",
  "do not (?:sell|share)(?: or (?:sell|share))? my (?:personal )?(?:information|data)",
  "(?:alle(?: cookies)? |ich )?(?:akzeptieren|zustimmen|ablehnen|akzeptiere|stimme zu)",
  "alles? (?:accepteren|weigeren)", "nur notwendige(?: cookies)?",
  "(?:tout |continuer sans )?(?:accepter|refuser)(?: et (?:fermer|continuer))?", "(?:j['’]accepte|je refuse)", "paramétrer(?: les cookies)?",
  "(?:aceptar|rechazar|aceitar|rejeitar)(?: (?:todo|todas|tudo))?(?: (?:las |os )?cookies)?", "(?:accetta|rifiuta|acconsento)(?: tutti?| tutto)?",
  "(?:zaakceptuj|odrzuć)(?: wszystk(?:o|ie))?", "(?:godkänn|acceptera|godta|accepter|tillad) alla?e?",
].join("|") + ")[\\s:|•·>»…-]*$", "i");
const consentStart = new RegExp("^\\s*(?:" + [
  "(?:we (?:value|respect|care about) )?your (?:online )?privacy(?: (?:matters|is important)(?: to us)?|,? your choice)?[\\s.!]*$",
  "about (?:your privacy|(?:our )?cookies)\\s*$",
  "(?:your )?(?:cookie|privacy|consent) (?:consent|notice|preference cent(?:er|re))\\s*$",
  "(?:we,? (?:and|along with)|wir und|nous et|nosotros y|nós e|noi e|(?:wij|we) en|my i) .{0,40}"
    + "\\b(?:partner|vendor|third part|partenaire|socio|parceiro|fornitor).{0,200}(?:cookie|consen|device|technolog|personal|"
    + "gerät|einwillig|appareil|terminal|dispositivo|personnelle|pessoa|apparaat|toestemming|urządze|zgod)",
  "(?:we use|wir verwenden|nous utilisons|usamos|utilizamos|utilizziamo|(?:wij|we) gebruiken) (?:\\S+ ){0,3}cookies "
    + "(?:to|on|and|for|so|um|und|auf|pour|sur|para|y|e|per|om|en|op)\\b",
  "(?:this (?:web)?site|our (?:web)?site|\\S+) uses (?:\\S+ ){0,2}cookies to\\b",
  "(?:wir (?:schätzen|respektieren) ihre privatsphäre|ihre privatsphäre ist uns wichtig)[\\s.!]*$",
  "(?:nous (?:respectons|valorisons) )?votre (?:vie privée|confidentialité)(?: nous (?:importe|tient à cœur))?[\\s.!]*$",
  "(?:valoramos|respetamos) (?:tu|su) privacidad[\\s.!]*$", "(?:valorizamos|respeitamos) a sua privacidade[\\s.!]*$",
  "(?:rispettiamo la|teniamo alla) tua privacy[\\s.!]*$", "(?:wij|we) (?:respecteren|waarderen) (?:je|uw) privacy[\\s.!]*$",
  "cenimy (?:twoją|państwa) prywatność[\\s.!]*$",
].join("|") + ")", "i");
const consentTopics = ["consent", "cookie", "partner|vendor", "privacy|personal data", "advertis|\\bads\\b", "preferences|settings|choices",
  "\\bdevice", "legitimate interest", "web ?site|\\bsite\\b", "\\bclick|\\bbutton", "geolocation", "process|store",
].map((topic) => new RegExp(topic, "i"));
const consentAddress = /^(?!["“‘]).*\b(?:we|our|you|your)\b/i;
const isAboutConsent = (line) => consentAddress.test(line) && consentTopics.filter((topic) => topic.test(line)).length >= 2;

const isJunk = (line) => consentButton.test(line) || consentStart.test(line) || isMenu(line) || (line.trim() !== ""
  && line.length <= maxJunkChars
  && (wholeLine.test(line) || notice.test(line) || (lineStart.test(line) && !sentenceEnd.test(line))));

// Menus and paths in one line, "Home | Login" and "Home > News > Politics": labels with separators between them, two thirds
// of which sites use for their own pages and sections. The summarizer leaves out more, as it knows what stands around.
const home = "home(?: ?page)?|start(?:seite)?|accueil|inicio|início|portada|strona główna|hem|главная|ホーム|トップ|首页|首頁|الرئيسية|דף הבית";
const homePage = new RegExp(`^(?:${home})$`, "i");
const ownPage = new RegExp("^(?:" + [home,
  "menu|menü|search|log ?(?:in|out)|sign ?(?:in|up|out)|register|subscribe|(?:my )?account|contact(?: us)?|about(?: us)?|help|faq",
  "newsletters?|e-?paper|donate|support us|site ?map|advertise|jobs|careers|podcasts?|rss|cookies?|privacy(?: policy)?",
  "terms(?: (?:of use|and conditions))?|shop|apps?|share|print|more|suche|anmelden|einloggen|registrieren|abo(?:nnieren)?|kontakt",
  "impressum|datenschutz|mein konto|hilfe|mehr|rechercher?|se connecter|connexion|s['’]inscrire|s['’]abonner|abonnez-vous",
  "mon compte|mentions légales|aide|buscar|iniciar sesión|entrar|registrarse|suscr[ií]bete|suscribirse|assine|contacto|contato",
  "ayuda|ajuda|cerca|accedi|registrati|abbonati|contatti|zoeken|inloggen|abonneren|szukaj|zaloguj(?: się)?|subskrybuj",
  "sök|logga in|prenumerera|поиск|войти|вход|подписаться|検索|ログイン|搜索|登录|登入",
].join("|") + ")$", "i");
const section = new RegExp("^(?:" + [
  "(?:latest )?news|latest|world|uk|u\\.?s\\.?|local|national|international|politics|business|economy|money|markets|finance",
  "tech(?:nology)?|science|health|sports?|football|culture|arts|entertainment|music|film|tv|books|travel|weather|food|style",
  "life(?:style)?|opinion|comment|videos?|live|education|environment|climate|nachrichten|politik|wirtschaft|kultur|wissen|wetter",
  "gesundheit|meinung|panorama|reise|actualités?|politique|monde|économie|société|santé|météo|sciences?|noticias|política|economía",
  "cultura|deportes|mundo|salud|notícias|economia|esportes|politica|cronaca|esteri|nieuws|economie|cultuur|wiadomości|polityka",
  "gospodarka|kraj|świat|nyheter|новости|политика|экономика|спорт|ニュース|政治|経済|新闻|新聞|体育|أخبار",
].join("|") + ")$", "i");
const isMenu = (line) => {
  const labels = line.length > maxJunkChars ? []
    : line.split(/\s*[|›•]\s*|\s+[>»→/·«‹]\s+|\t\s*|\s{2,}/)
      .map((label) => label.replace(/^[\s>»·:+]+|[\s>»·▾▼…:+]+$/g, "")).filter(Boolean);
  const own = labels.filter((label) => ownPage.test(label));
  const unknown = labels.filter((label) => !ownPage.test(label) && !section.test(label));
  return labels.length > 1 && 3 * unknown.length <= labels.length
    && (own.length > 1 || (own.length === 1 && (labels.length > 2 || homePage.test(labels[0]))))
    && unknown.every((label) => label.split(/\s+/).length <= 3 && !/[\d.!?…:;,]/.test(label));
};

// The text without junk, and how much that was. Blank lines go only where junk stood between two of them.
const withoutJunk = (text) => {
  const kept = [];
  let num = 0;
  let isAfterJunk = false;
  let isInConsent = false;
  for (const line of text.split("\n")) {
    const isBlank = line.trim() === "";
    isInConsent = consentStart.test(line) || (isInConsent && (isBlank || isAboutConsent(line) || consentButton.test(line)));
    if (isJunk(line) || (isInConsent && !isBlank)) {
      num += 1;
      isAfterJunk = true;
    } else if (!(isBlank && isAfterJunk && (kept.at(-1) ?? "").trim() === "")) {
      kept.push(line);
      isAfterJunk &&= isBlank;
    }
  }
  while (isAfterJunk && kept.at(-1)?.trim() === "") {
    kept.pop();
  }
  return { text: kept.join("\n"), num };
};

const box = () => document.querySelector("#article textarea");

// The browser's own way of typing keeps Undo whole, but takes seconds for a very long text.
const maxTypedChars = 30_000;
const replace = (start, end, text) => {
  box().focus();
  box().setSelectionRange(start, end);
  const [command, ...what] = text ? ["insertText", false, text] : ["delete"];
  if (text.length > maxTypedChars || !document.execCommand(command, ...what)) {
    box().setRangeText(text, start, end, "end");
    box().dispatchEvent(new Event("input", { bubbles: true }));
  }
};

// Another text in the box, which Undo takes back.
nutshell.retype = (text) => {
  const before = document.activeElement;
  replace(0, box().value.length, text);
  if (before !== box()) {
    before?.focus();
  }
};

let leftOut = [];  // of each cleaned paste: {start, kept, pasted, num}

// A note with a button while the pasted texts stand in the box; nothing of the article is in it.
nutshell.leftOutAdvice = (text) => {
  leftOut = leftOut.filter(({ kept }) => text.includes(kept));
  if (leftOut.length === 0) {
    return "";
  }
  const num = leftOut.reduce((sum, own) => sum + own.num, 0);
  const said = num === 1 ? "Left out one line that looked like a web page's menu or advert."
    : `Left out ${num} lines that looked like a web page's menus or adverts.`;
  return nutshell.line("info", `${said} <button type="button" class="link" data-put-back>Put back</button>`);
};

document.addEventListener("paste", (event) => {
  const pasted = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n") ?? "";
  if (event.target !== box() || !pasted.includes("\n")) {
    return;
  }
  const { text, num } = withoutJunk(pasted);
  if (num === 0 || text.trim() === "") {
    return;
  }
  event.preventDefault();
  const { selectionStart: start, selectionEnd: end, value } = box();
  // Where junk stood at the edge, its line's end is still between the words on both sides.
  const lines = pasted.split("\n");
  const before = isJunk(lines[0]) && !/(^|\n)$/.test(value.slice(0, start)) ? "\n" : "";
  const after = isJunk(lines.at(-1)) && !/^(\n|$)/.test(value.slice(end)) ? "\n" : "";
  const kept = before + text + after;
  leftOut.push({ start, kept, pasted, num });
  replace(start, end, kept);
}, { capture: true });

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-put-back]")) {
    const all = leftOut;
    leftOut = [];
    for (const { start, kept, pasted } of all.reverse()) {
      const after = box().value.indexOf(kept, start);
      const at = after >= 0 ? after : box().value.lastIndexOf(kept);
      if (at >= 0) {
        replace(at, at + kept.length, pasted);
      }
    }
  }
});
