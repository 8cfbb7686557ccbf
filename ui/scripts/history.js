// The last runs, in this browser's storage and nowhere else.

const maxRuns = 10;
let chosen = null;
let lastResult = null;

// {when, begins, html: [summary, facts, sources, details]} each; what another version or a person wrote there is skipped.
const isRun = (run) => Number.isFinite(run?.when) && typeof run.begins === "string"
  && run.html?.length === 4 && run.html.every((part) => typeof part === "string");
const runs = () => {
  const stored = nutshell.stored("history");
  return Array.isArray(stored) ? stored.filter(isRun) : [];
};

const escaped = (text) => text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);

// The list as HTML: Gradio puts it on the page when the fold is opened.
const list = () => {
  const items = runs().map(({ when, begins }) => {
    const day = new Date(when).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    return `<li><button type="button" data-when="${when}">${escaped(begins)} <small>${day}</small></button></li>`;
  });
  return items.length ? `<ul>${items.join("")}</ul>` : `<p>${nutshell.words.noHistory}</p>`;
};

nutshell.history = {
  start(keeps) {
    this.keeps = keeps;
    return list();
  },

  keep(keeps) {
    this.keeps = keeps;
    nutshell.remember({ keepsHistory: keeps });
    return keeps ? list() : this.forget();
  },

  forget() {
    nutshell.store("history", []);
    return list();
  },

  // After a run, however it ended: only one that has a result of its own is kept.
  add(html) {
    const result = document.getElementById("result");
    const [summary, facts, sources, details] = html;
    nutshell.tab.hold({ shown: result ? { summary, facts, sources, details } : null });
    if (result) {
      nutshell.tab.hold({ words: Number(result.dataset.words), format: result.dataset.format });
    }
    // Another tab may have switched it off.
    const keeps = nutshell.stored("settings")?.keepsHistory ?? this.keeps;
    if (!keeps || !result || result === lastResult) {
      return list();
    }
    lastResult = result;
    const begins = result.dataset.headline || result.dataset.article.trim().slice(0, 70);
    const kept = [{ when: Date.now(), begins, html }, ...runs()].slice(0, maxRuns);
    // A browser gives about 5 MB; the oldest make room for the newest.
    while (kept.length > 0 && !nutshell.store("history", kept)) {
      kept.pop();
    }
    return list();
  },

  // Values for article, length, form, preset, progress line, the four parts, and the two folds around them.
  reopen() {
    const run = runs().find(({ when }) => String(when) === chosen);
    if (!run || document.querySelector("#progress .busy")) {
      return Array(11).fill(nutshell.update());
    }
    // The result carries its own article: the box may hold another one by the time a run ends.
    const result = new DOMParser().parseFromString(run.html[1], "text/html").getElementById("result");
    const { article, words, format } = result?.dataset ?? {};
    const length = nutshell.asLength(Number(words));
    const line = nutshell.line("info", nutshell.words.reopened);
    const visible = nutshell.update({ visible: true });
    const [summary, facts, sources, details] = run.html;
    nutshell.tab.hold({
      article: article ?? "", words: length, format: nutshell.asFormat(format), shown: { summary, facts, sources, details },
    });
    const wish = [article ?? "", length, nutshell.asFormat(format), nutshell.presetOf(length)];
    return [...wish, line, ...run.html, visible, visible];
  },
};

// Before Gradio hears of the click on the list.
document.addEventListener("click", (event) => {
  chosen = event.target.closest?.("#history button")?.dataset.when ?? null;
}, { capture: true });
