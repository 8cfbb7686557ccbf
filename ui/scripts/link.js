// A link that holds the article itself. It stands behind the #, which browsers send to no server.

const maxLinkChars = 30_000;  // mail and chat programs cut longer ones
const maxArticleChars = 1_000_000;
const marker = "#article=";

const squeezed = async (text) => {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const unsqueezed = async (packed) => {
  const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (mark) => mark.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
};

nutshell.copyLink = async (article, words, format) => {
  const button = document.getElementById("copy-link");
  const packed = await squeezed(JSON.stringify({ article, words, format }));
  // The presenter's own address is of no use to others; the public one is on the page where there is one.
  const base = document.querySelector("#sharing a")?.href ?? location.href.split("#")[0];
  let said = nutshell.words.linkTooLong;
  if (packed.length <= maxLinkChars) {
    try {
      await navigator.clipboard.writeText(base + marker + packed);
      said = nutshell.words.linkCopied;
    } catch {
      history.replaceState(null, "", marker + packed);
      said = nutshell.words.linkInBar;
    }
  }
  nutshell.sayOn(button, said, nutshell.words.copyLink);
};

// In a tab that shows the page already, the browser would only change the address.
addEventListener("hashchange", () => {
  if (nutshell.hasLink()) {
    location.reload();
  }
});

nutshell.hasLink = () => location.hash.startsWith(marker);

// What came with the address: {article, words, format}, {} for nothing, or {isBad} for a damaged link.
nutshell.readLink = async () => {
  if (!nutshell.hasLink()) {
    return {};
  }
  const packed = location.hash.slice(marker.length);
  // Once only: a reload shall not bring back what the reader has replaced since.
  history.replaceState(null, "", location.pathname + location.search);
  try {
    const { article, words, format } = JSON.parse(await unsqueezed(packed.slice(0, maxLinkChars)));
    const fits = typeof article === "string" && article.length <= maxArticleChars;
    if (!fits) {
      return { isBad: true };
    }
    return { article: article.toWellFormed?.() ?? article, words: Number.isFinite(words) ? words : undefined, format };
  } catch {
    return { isBad: true };
  }
};

// What a reader has touched before the link was unpacked stays as it is.
const touched = new Set();
document.addEventListener("input", (event) => {
  ["article", "length", "preset", "form"].filter((id) => event.target.closest(`#${id}`)).forEach((id) => touched.add(id));
}, { capture: true });

// Values for article, progress line, slider, presets and form, as the page loads.
nutshell.openLink = async () => {
  nutshell.enlarge(nutshell.stored("settings")?.isLarge === true);  // now that the button is there
  const link = await nutshell.readLink();
  const line = link.isBad ? nutshell.line("warning", nutshell.words.badLink) : nutshell.line("info", nutshell.words.fromLink);
  if (link.article === undefined) {
    return [nutshell.update(), link.isBad ? line : nutshell.update(), ...Array(3).fill(nutshell.update())];
  }
  const settings = nutshell.stored("settings") ?? {};
  const words = nutshell.asLength(link.words ?? settings.words);
  const format = nutshell.asFormat(link.format ?? settings.format);
  const isFree = (...ids) => !ids.some((id) => touched.has(id));
  if (!isFree("article")) {
    return Array(5).fill(nutshell.update());
  }
  const hasLength = isFree("length", "preset");
  nutshell.tab.hold({ ...(hasLength && { words }), ...(isFree("form") && { format }) });
  return [
    link.article,
    line,
    hasLength ? words : nutshell.update(),
    hasLength ? nutshell.presetOf(words) : nutshell.update(),
    isFree("form") ? format : nutshell.update(),
  ];
};
