// Pasted web pages: lines of menus, adverts and buttons are left out, said so, and put back at a click.

// Each names a form, not a subject: an article about cookies or adverts keeps its sentences.
const wholeLines = new RegExp("^(?:" + [
  "advert(?:isement|ising)?s?", "ads?", "sponsored(?: content)?", "loading", "menu", "home", "search", "close",
  "(?:show|hide|more) (?:menu|more|less)", "sign in", "log ?in", "log ?out", "sign up", "register", "my account",
  "subscribe(?: now| today)?", "newsletters?", "share(?: this)?(?: article| story| on .{1,12})?", "save(?: article)?",
  "tweet", "e-?mail", "print", "copy (?:link|url)", "link copied!?", "whatsapp", "facebook", "twitter", "instagram",
  "linkedin", "reddit", "telegram", "bluesky", "threads", "pinterest", "follow(?: us)?", "comments?",
  "(?:view |show |leave )?(?:\\d[\\d,]* |all |a )?comments?", "skip to (?:main )?content", "skip to navigation",
  "back to top", "continue reading", "read more", "read next", "more on this(?: story)?", "more stories",
  "related(?: topics| stories| articles| content)?", "recommended(?: for you)?", "you (?:may|might) also like",
  "most (?:read|popular|viewed)", "trending(?: now)?", "top stories", "editors['’] picks", "play", "pause", "mute",
  "watch(?: now| live| the video)?", "listen(?: to this article)?", "\\d+ min(?:ute)?s?(?: read)?", "reading time.{0,20}",
  "image|photo|caption|video|gallery", "accept(?: all)?(?: cookies)?", "reject all", "manage (?:cookies|preferences)",
  "cookie (?:policy|settings)", "privacy(?: policy| notice)?", "terms(?: of (?:use|service))?(?: (?:&|and) conditions)?",
  "contact us", "about us", "help", "(?:story|article) continues below.{0,30}", "next|previous", "[|•·>»…-]+",
].join("|") + ")\\W*$", "i");
const lineStarts = new RegExp("^\\W*(?:" + [
  "(?:read|see|watch|listen)(?: more| also| next| this| here)?:", "(?:also|related)(?: read| stories| articles)?:",
  "(?:also read|read also|read more|see also)\\b", "follow (?:us|@|\\w+ on )", "sign up (?:for|to) ", "subscribe to ",
  "(?:click|tap) here ", "like us on ", "download (?:the|our) .{0,30}app\\b", "getty images\\W*$",
  "(?:image|photo|picture|video)s?(?: (?:source|caption|credit|by|copyright))?:", "media caption", "image (?:source|caption)\\b",
  "©", "\\(c\\) ", "copyright \\W*(?:©|\\d)", "all rights reserved", "we use cookies", "this (?:web)?site uses cookies",
  "by (?:clicking|continuing).{0,80}(?:agree|accept)",
].join("|") + ")", "i");
const maxJunkChars = 160;

const isJunk = (line) => line !== "" && line.length <= maxJunkChars && (wholeLines.test(line) || lineStarts.test(line));

let leftOut = null;

// A warning with a button while the pasted text stands in the box; nothing of the article is in it.
nutshell.leftOutAdvice = (text) => {
  if (leftOut && !text.includes(leftOut.kept)) {
    leftOut = null;
  }
  if (!leftOut) {
    return "";
  }
  const { leftOut: many, leftOutOne: one, putBack } = nutshell.words;
  const said = leftOut.num === 1 ? one : many.replace("{n}", leftOut.num);
  return `<div class="line info">${said} <button type="button" class="link" data-put-back>${putBack}</button></div>`;
};

const box = () => document.querySelector("#article textarea");

const setBox = (value) => {
  box().value = value;
  box().dispatchEvent(new Event("input", { bubbles: true }));
};

document.addEventListener("paste", (event) => {
  const pasted = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n") ?? "";
  if (event.target !== box() || !pasted.includes("\n")) {
    return;
  }
  const lines = pasted.split("\n");
  const good = lines.filter((line) => !isJunk(line.trim()));
  const kept = good.join("\n").replace(/\n{3,}/g, "\n\n").trim();
  if (good.length === lines.length || kept === "") {
    return;
  }
  event.preventDefault();
  leftOut = { kept, pasted, num: lines.length - good.length };
  const { selectionStart: start, selectionEnd: end } = box();
  box().setRangeText(kept, start, end, "end");
  setBox(box().value);
}, { capture: true });

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-put-back]") && leftOut) {
    const { kept, pasted } = leftOut;
    leftOut = null;
    setBox(box().value.replace(kept, () => pasted));
    box().focus();
  }
});
