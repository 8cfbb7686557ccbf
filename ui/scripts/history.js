// The last runs, in this browser's storage and nowhere else.

const maxRuns = 10;
let chosen = null;
let lastResult = null;

// {when, begins, shown: {result, about, details}} each; what another version or a person wrote there is skipped.
const isRun = (run) => Number.isFinite(run?.when) && typeof run.begins === "string" && nutshell.isShown(run.shown);
const runs = () => {
  const stored = nutshell.stored("history");
  return Array.isArray(stored) ? stored.filter(isRun) : [];
};

const ownOf = (run) => new DOMParser().parseFromString(run.shown.result, "text/html").querySelector(".data")?.dataset;

// The list as HTML: Gradio puts it on the page when the fold is opened.
const list = () => {
  const items = runs().map(({ when, begins }) => {
    const day = new Date(when).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    return `<li><button type="button" dir="auto" data-when="${when}">${nutshell.escaped(begins)} <small>${day}</small></button></li>`;
  });
  return items.length ? `<ul>${items.join("")}</ul>` : "<p>Nothing here yet.</p>";
};

nutshell.history = {
  keeps: false,

  start(keeps) {
    this.keeps = keeps;
    return list();
  },

  keep(keeps) {
    this.keeps = keeps;
    nutshell.tab.hold({});
    return keeps ? list() : this.forget();
  },

  forget() {
    nutshell.store("history", []);
    return list();
  },

  // After a run, however it ended: only one that has a result of its own is kept.
  add(data, shown) {
    // Another tab may have switched it off.
    const keeps = nutshell.settings().keepsHistory ?? this.keeps;
    if (!keeps || !data || data === lastResult) {
      return list();
    }
    lastResult = data;
    const begins = data.headline || data.article.trim().slice(0, 70);
    // One entry an article: each length that was tried would look the same in the list.
    const others = runs().filter((run) => ownOf(run)?.article !== data.article);
    const kept = [{ when: Date.now(), begins, shown }, ...others].slice(0, maxRuns);
    // A browser gives about 5 MB; the oldest make room for the newest.
    while (kept.length > 0 && !nutshell.store("history", kept)) {
      kept.pop();
    }
    return list();
  },
};

nutshell.on.forget = () => ({ history: nutshell.history.forget() });

nutshell.on.reopen = () => {
  const run = runs().find(({ when }) => String(when) === chosen);
  if (!run || nutshell.find("#progress .busy")) {
    return {};
  }
  // The result carries its own article: the box may hold another one by the time a run ends.
  const data = ownOf(run);
  const article = data?.article ?? "";
  const length = nutshell.asLength(Number(data?.words));
  const form = nutshell.asForm(data?.format);
  nutshell.tab.hold({ article, length, form, shown: run.shown });
  const note = nutshell.line("info", "From your recent summaries.");
  return { article, length, form, marks: nutshell.markOf(length), note, progress: "", ...run.shown };
};

// Before Gradio hears of the click on the list.
document.addEventListener("click", (event) => {
  chosen = event.target.closest?.("#history button")?.dataset.when ?? null;
}, { capture: true });
