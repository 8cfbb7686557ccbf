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

// Gradio's server refuses a number outside the slider's bounds with a message of its own, so it gets to hear of none: what
// is too large becomes the largest, what is too small so far waits until it is typed to its end.
let lastLength = defaultWords;
const numberBox = (target) => (target?.matches?.("#length input[type=number]") ? target : null);
const complete = (field) => {
  if (field && !(field.valueAsNumber >= minWords)) {
    field.value = Number.isNaN(field.valueAsNumber) ? lastLength : minWords;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
};
nutshell.completeLength = () => complete(numberBox(document.activeElement));
document.addEventListener("change", (event) => complete(numberBox(event.target)), { capture: true });
document.addEventListener("input", (event) => {
  const field = numberBox(event.target);
  if (field && field.valueAsNumber > maxWords) {
    field.value = maxWords;
  }
  if (field && !(field.valueAsNumber >= minWords)) {
    event.stopImmediatePropagation();
  } else if (field) {
    lastLength = field.valueAsNumber;
  }
}, { capture: true });

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
