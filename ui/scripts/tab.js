// What this browser tab holds: its article and its last result are there again after a reload, Back or a crash. And what
// the page shows of both must belong together.

const config = (id) => globalThis.gradio_config?.components?.find(({ props }) => props?.elem_id === id)?.props;
const put = (id, properties) => Object.assign(config(id) ?? {}, properties);

const parts = ["summary", "facts", "sources", "details"];
const isShown = (shown) => parts.every((part) => typeof shown?.[part] === "string");
const nothing = Object.fromEntries(parts.map((part) => [part, config(part)?.value ?? ""]));

nutshell.tab = {
  // {article, words and format where they were chosen or used in this tab, shown: {summary, facts, sources, details} as HTML, or null, hadModel}
  held: { article: "", shown: null, hadModel: false },

  hold(changes) {
    Object.assign(this.held, changes);
    try {
      if (nutshell.history.keeps) {
        sessionStorage.setItem("nutshell.tab", JSON.stringify(this.held));
      } else {
        sessionStorage.removeItem("nutshell.tab");
      }
    } catch {
      // No storage, or no room in it: then a reload begins anew.
    }
  },

  read() {
    try {
      const { article, words, format, shown, hadModel } = JSON.parse(sessionStorage.getItem("nutshell.tab")) ?? {};
      return {
        article: typeof article === "string" ? article : "",
        words: Number.isFinite(words) ? words : undefined,
        format,
        shown: isShown(shown) ? shown : null,
        hadModel: hadModel === true,
      };
    } catch {
      return { article: "", shown: null, hadModel: false };
    }
  },

  // Before Gradio builds the page from its config: what is typed from then on meets no value that comes late.
  start() {
    const settings = nutshell.stored("settings") ?? {};
    const keeps = settings.keepsHistory ?? config("keeps-history")?.value ?? false;
    const list = nutshell.history.start(keeps);
    const held = keeps && !nutshell.hasLink() ? this.read() : this.held;
    const words = nutshell.asLength(held.words ?? settings.words);
    const format = nutshell.asFormat(held.format ?? settings.format);
    this.held = held;
    put("length", { value: words });
    put("preset", { value: nutshell.presetOf(words) });
    put("form", { value: format });
    put("article", { value: held.article });
    put("batch-length", { value: nutshell.batchLength(words, format) });
    put("headline", { value: settings.hasHeadline === true });
    put("keeps-history", { value: keeps });
    put("history", { value: list });
    if (held.shown) {
      parts.forEach((part) => put(part, { value: held.shown[part] }));
      put("tools", { visible: true });
      put("sources-fold", { visible: held.shown.sources !== "" });
    }
  },

  // Values for article, progress line, the four parts, and the two folds around them.
  clear() {
    document.querySelector("#article textarea")?.focus();
    if (document.querySelector("#progress .busy")) {
      return ["", ...Array(7).fill(nutshell.update())];
    }
    this.hold({ article: "", shown: null });
    const hidden = nutshell.update({ visible: false });
    return ["", "", ...parts.map((part) => nothing[part]), hidden, hidden];
  },
};

const plain = (text) => text.replace(/\r\n?/g, "\n").trim().toWellFormed();

// Says of a result that it is of another text than the box holds now, and offers a better one.
let marked = null;
nutshell.mark = () => {
  const result = document.getElementById("result");
  const box = document.querySelector("#article textarea");
  const hasModel = document.querySelector("#state [data-model-state]")?.dataset.modelState === "ready";
  if (result && result !== marked) {
    const isHeld = marked === null && nutshell.tab.held.shown !== null;
    nutshell.tab.held.hadModel = isHeld ? nutshell.tab.held.hadModel : hasModel;
  }
  marked = result ?? marked;
  const isOld = Boolean(result && box) && plain(box.value) !== plain(result.dataset.article);
  const isBetter = hasModel && result?.dataset.method === "extractive" && !nutshell.tab.held.hadModel && !isOld;
  for (const [id, isTrue] of [["stale", isOld], ["redo", isBetter]]) {
    document.getElementById(id)?.toggleAttribute("data-true", isTrue);
  }
  document.getElementById("summary")?.toggleAttribute("data-headline", nutshell.stored("settings")?.hasHeadline === true);
  document.getElementById("progress")?.toggleAttribute("data-old", isOld);
};

nutshell.tab.start();
