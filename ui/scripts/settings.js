// Length, form and text size, remembered in this browser.

const { marks, minWords, maxWords, stepWords, defaultWords } = nutshell.told;

const remember = (changes) => nutshell.store("settings", { ...nutshell.settings(), ...changes });

// A mark's value is its number of words.
nutshell.markOf = (length) => (marks.includes(length) ? length : null);

// A length that the slider can show; what was stored or came with a link may be anything.
nutshell.asLength = (length) => {
  const steps = Math.round((Number.isFinite(length) ? length : defaultWords) / stepWords);
  return Math.min(maxWords, Math.max(minWords, stepWords * steps));
};

nutshell.asForm = (form) => (form === "bullets" ? "bullets" : "paragraph");

nutshell.on.choose = ({ length, form }) => {
  const chosen = { ...(length !== undefined && { length }), ...(form !== undefined && { form }) };
  remember(chosen);
  nutshell.tab.hold(chosen);
  nutshell.redoSoon();
  return length === undefined ? {} : { marks: nutshell.markOf(length) };
};

nutshell.on.mark = ({ marks: length }) => {
  nutshell.on.choose({ length });
  return { length };
};

nutshell.on.headline = ({ headline }) => {
  remember({ hasHeadline: headline });
  nutshell.compareWithBox();
};

// What is in force for many articles, where it can't be chosen.
nutshell.inForce = (length, form) => `<p>Each summary: at most ${length} words, as ${form === "bullets" ? "points" : "text"}.</p>`;
nutshell.on.inForce = ({ length, form }) => ({ "batch-length": nutshell.inForce(length, form) });

const enlarge = (isLarge) => {
  document.documentElement.classList.toggle("large", isLarge);
  nutshell.labelled("large", { "aria-pressed": String(isLarge), "aria-label": "Large text" });
};

nutshell.on.enlarge = () => {
  const isLarge = !document.documentElement.classList.contains("large");
  enlarge(isLarge);
  remember({ isLarge });
};

nutshell.on.keep = ({ "keeps-history": keeps }) => {
  remember({ keepsHistory: keeps });
  return { history: nutshell.history.keep(keeps) };
};

nutshell.showSettings = () => enlarge(nutshell.settings().isLarge === true);
