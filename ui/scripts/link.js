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

nutshell.on.link = async ({ article, length, form }) => {
  const packed = await squeezed(JSON.stringify({ article, words: length, format: form }));
  // The presenter's own address is of no use to others; the public one is on the page where there is one.
  const base = nutshell.find("#sharing a")?.href ?? location.href.split("#")[0];
  let said = "Too long for a link";
  if (packed.length <= maxLinkChars) {
    try {
      await navigator.clipboard.writeText(base + marker + packed);
      said = "Link copied";
    } catch {
      history.replaceState(null, "", marker + packed);
      said = "It is in the address bar";
    }
  }
  nutshell.sayOn(nutshell.find("#link"), said);
};

nutshell.hasLink = () => location.hash.startsWith(marker);

// In a tab that shows the page already, the browser would only change the address.
addEventListener("hashchange", () => {
  if (nutshell.hasLink()) {
    location.reload();
  }
});

// What came with the address: {article, length, form}, {} for nothing, or {isBad} for a damaged link.
const readLink = async () => {
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
    return { article: article.toWellFormed?.() ?? article, length: Number.isFinite(words) ? words : undefined, form: format };
  } catch {
    return { isBad: true };
  }
};

// What a reader has touched before the link was unpacked stays as it is.
const touched = new Set();
document.addEventListener("input", (event) => {
  ["article", "length", "marks", "form"].filter((id) => event.target.closest?.(`#${id}`)).forEach((id) => touched.add(id));
}, { capture: true });

nutshell.on.open = async () => {
  nutshell.showSettings();  // now that the button is there
  // Not `autofocus`, which scrolls a zoomed page down to the box; and no keyboard over half of a phone's window.
  if (document.activeElement === document.body && matchMedia("(pointer: fine)").matches) {
    nutshell.find("#article textarea")?.focus({ preventScroll: true });
  }
  const link = await readLink();
  if (link.isBad) {
    const bad = "The link that brought you here is damaged, so its article is lost. Ask for the link again.";
    return { note: nutshell.line("warning", bad) };
  }
  if (link.article === undefined || touched.has("article")) {
    // Gradio tells of no change for what was there from the start.
    const { article } = nutshell.tab.held;
    return article ? nutshell.on.describe({ article, length: nutshell.chosen().length }) : {};
  }
  const settings = nutshell.settings();
  const length = nutshell.asLength(link.length ?? settings.length);
  const form = nutshell.asForm(link.form ?? settings.form);
  const hasLength = touched.has("length") || touched.has("marks");
  const asked = { ...(!hasLength && { length }), ...(!touched.has("form") && { form }) };
  nutshell.tab.hold(asked);
  const note = nutshell.line("info", "This article came with the link. Look it over, then summarize.");
  return { article: link.article, note, ...asked, ...(!hasLength && { marks: nutshell.markOf(length) }) };
};
