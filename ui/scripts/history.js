// The last runs, in this browser's storage and nowhere else.

const maxRuns = 10;
const update = (properties) => ({ __type__: "update", ...properties });
let chosen = null;
let lastResult = null;

const runs = () => nutshell.stored("history") ?? [];

const escaped = (text) => text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);

// The list as HTML: Gradio puts it on the page when the fold is opened.
const list = () => {
  const items = runs().map(({ when, article }) => {
    const day = new Date(when).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    const begins = escaped(article.trim().slice(0, 70));
    return `<li><button type="button" data-when="${Number(when)}">${begins}… <small>${day}</small></button></li>`;
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
  add([article, words, format, ...html]) {
    const result = document.getElementById("result");
    if (!this.keeps || !result || result === lastResult) {
      return list();
    }
    lastResult = result;
    const kept = [{ when: Date.now(), article, words, format, html }, ...runs()].slice(0, maxRuns);
    // A browser gives about 5 MB; the oldest make room for the newest.
    while (kept.length > 0 && !nutshell.store("history", kept)) {
      kept.pop();
    }
    return list();
  },

  // Values for article, length, form, preset, progress line, the four parts, and the two folds around them.
  reopen() {
    const run = runs().find(({ when }) => String(when) === chosen);
    if (!run) {
      return Array(11).fill(update({}));
    }
    const line = `<div class="line info">${nutshell.words.reopened}</div>`;
    const visible = update({ visible: true });
    return [run.article, run.words, run.format, nutshell.presetOf(run.words), line, ...run.html, visible, visible];
  },
};

// Before Gradio hears of the click on the list.
document.addEventListener("click", (event) => {
  chosen = event.target.closest?.("#history button")?.dataset.when ?? null;
}, { capture: true });
