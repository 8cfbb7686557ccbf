// What this browser tab holds: its article and its last result are there again after a reload, Back or a crash.

const parts = ["result", "about", "details"];
nutshell.isShown = (shown) => parts.every((part) => typeof shown?.[part] === "string");

nutshell.tab = {
  // {article, length and form where they were chosen or used in this tab, shown: {result, about, details} as HTML, or null, hadModel}
  held: { article: "", shown: null },
  nothing: Object.fromEntries(parts.map((part) => [part, nutshell.initial(part) ?? ""])),

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
      const kept = nutshell.asObject(JSON.parse(sessionStorage.getItem("nutshell.tab")));
      const { article, length, form, shown, hadModel } = kept;
      return {
        article: typeof article === "string" ? article : "",
        length: Number.isFinite(length) ? length : undefined,
        form,
        shown: nutshell.isShown(shown) ? shown : null,
        hadModel: nutshell.isShown(shown) ? hadModel === true : undefined,  // of the result that is kept
      };
    } catch {
      return { article: "", shown: null };
    }
  },

  // Before Gradio builds the page from its config: what is typed from then on meets no value that comes late.
  start() {
    const settings = nutshell.settings();
    const keeps = settings.keepsHistory ?? nutshell.initial("keeps-history") ?? false;
    const history = nutshell.history.start(keeps);
    const held = keeps && !nutshell.hasLink() ? this.read() : this.held;
    const length = nutshell.asLength(held.length ?? settings.length);
    const form = nutshell.asForm(held.form ?? settings.form);
    this.held = held;
    nutshell.begin({
      length, form, article: held.article, history, marks: nutshell.markOf(length), "keeps-history": keeps, ...held.shown,
      headline: settings.hasHeadline === true, "batch-length": nutshell.inForce(length, form),
    });
  },
};

nutshell.tab.start();
