// What Gradio's own components cannot do, for the keyboard, for screen readers and for small windows.

// Gradio mounts components after this script, some when a tab is opened, and some anew: what is wanted of them waits.
const wanted = {};  // attributes, and text where there is some, by the component's name
nutshell.labelled = (id, attributes, text) => {
  wanted[id] = { ...wanted[id], attributes: { ...wanted[id]?.attributes, ...attributes }, text };
  settle(id);
};
const setAttributes = (element, values) => {
  for (const [name, value] of Object.entries(values)) {
    if (element.getAttribute(name) !== value) {
      element.setAttribute(name, value);
    }
  }
};
const settle = (id) => {
  const element = document.getElementById(id);
  const { attributes, text } = wanted[id];
  if (element) {
    setAttributes(element, attributes);
  }
  if (element && text !== undefined && element.textContent !== text) {
    element.textContent = text;
  }
};

document.documentElement.classList.toggle("mac", /Mac|iPhone|iPad/.test(navigator.platform));

// Screen readers announce what changes inside these. Gradio's components hold, beside what we write, a hidden tracker that
// writes how long each event has taken; only what we write is announced.
const announced = ["progress", "note", "advice", "batch-progress"].map((id) => `#${id} .prose`).join();

const setAll = (selector, values) => {
  for (const element of document.querySelectorAll(selector)) {
    setAttributes(element, values(element));
  }
};

// A new state of the summarizer comes as a new pill: one that was open stays so.
const pills = {};  // by place
const keepOpen = () => {
  for (const place of ["state", "sharing"]) {
    const pill = nutshell.find(`#${place} details.pill`);
    if (pill && pill !== pills[place]) {
      pill.open = pills[place]?.open ?? false;
      pills[place] = pill;
    }
  }
};

// The summarizer's state counts megabytes up while a model is fetched: only a state of another kind is announced.
let stateKind = null;
const announceState = () => {
  const pill = nutshell.find("#state .pill");
  const said = nutshell.find("#state-said");
  if (pill && said && pill.className !== stateKind) {
    said.textContent = stateKind === null ? "" : pill.querySelector("p").textContent;
    setTimeout(() => { said.textContent = ""; }, 1000);  // who reads on finds it in the pill
    stateKind = pill.className;
  }
};

const amend = () => {
  Object.keys(wanted).forEach(settle);
  setAll(announced, () => ({ role: "status", "aria-live": "polite" }));
  announceState();
  keepOpen();
  setAll("#article textarea", () => ({ dir: "auto" }));
  // Each of Gradio's radios has a name of its own, so that none belongs to a group and arrow keys lead nowhere.
  setAll(".choice input[type=radio]", (radio) => ({ name: radio.closest(".choice").id }));
  setAll("fieldset.choice", (group) => ({ "aria-label": group.id === "marks" ? "Length" : "Form", role: "radiogroup" }));
  setAll("button.label-wrap", (fold) => ({ "aria-expanded": String(fold.classList.contains("open")) }));
};

// The clock ticks here: an unchanged line from the server is not put on the page again, so it is read out once only.
const since = {};
setInterval(() => {
  for (const id of ["progress", "batch-progress", "compare-extractive", "compare-abstractive"]) {
    const clock = nutshell.find(`#${id} .line.busy .clock`);
    if (clock?.dataset.countdownS) {
      // Each wait has an element of its own.
      clock.since ??= performance.now();
      const left = Number(clock.dataset.countdownS) - (performance.now() - clock.since) / 1000;
      clock.textContent = `in ${Math.max(0, Math.ceil(left))} s`;
    } else if (clock) {
      since[id] ??= performance.now();
      clock.textContent = `${Math.floor((performance.now() - since[id]) / 1000)} s`;
    } else {
      delete since[id];
    }
  }
}, 500);

// A button that goes takes the keyboard's focus with it; the one in its place gets it, so that the next key is not lost.
const partners = {
  run: ["stop"], stop: ["run"], compare: ["stop", "back"], back: ["compare", "copy"], redo: ["stop", "run"],
  "batch-run": ["batch-stop"], "batch-stop": ["batch-run"],
};
let focused = "";
document.addEventListener("focusin", (event) => { focused = event.target.id; });
document.addEventListener("pointerdown", () => { focused = ""; });
const keepFocus = () => {
  if (focused in partners && document.activeElement === document.body) {
    [focused, ...partners[focused]].map((id) => document.getElementById(id)).find((own) => own?.offsetParent)?.focus();
  }
};

let isDue = false;
new MutationObserver(() => {
  if (!isDue) {
    isDue = true;
    setTimeout(() => {
      isDue = false;
      amend();
      keepFocus();
      nutshell.compareWithBox();
    }, 50);
  }
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "disabled"] });

const inSight = (...ids) => ids.map((id) => document.getElementById(id)).find((element) => element?.offsetParent);

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    nutshell.completeLength();
    event.preventDefault();  // Gradio submits a box of several lines on Shift+Enter only
    inSight("run", "batch-run")?.click();
  } else if (event.key === "Escape") {
    const open = nutshell.find("details.pill[open], details.menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    } else if (!nutshell.find("dialog[open]")) {
      inSight("stop", "batch-stop")?.click();
    }
  }
});

// What a press fills may be out of the window: below it on a phone, above it where its reader had scrolled on.
const answers = { run: "result-head", compare: "result-head", redo: "result-head", "batch-run": "batch-progress" };
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  const answer = document.getElementById(button?.closest("#history") ? "result-head" : answers[button?.id]);
  const top = answer?.getBoundingClientRect().top;
  if (answer && (top < 0 || top > innerHeight / 2)) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    answer.scrollIntoView({ behavior: isCalm ? "auto" : "smooth", block: "start" });
  }
});

// One popup at a time, closed by a press elsewhere. And what shall fill the screen, for an audience.
document.addEventListener("click", (event) => {
  const { target } = event;
  for (const open of document.querySelectorAll("details.pill[open], details.menu[open]")) {
    if (!open.contains(target) || target.closest(".menu button")) {
      open.open = false;
    }
  }
  const dialog = document.getElementById(target.closest?.("[data-open]")?.dataset.open);
  dialog?.showModal();
  dialog?.requestFullscreen?.().catch(() => {});  // where that is not allowed, it fills the window
  if (target.closest?.("[data-close]")) {
    target.closest("dialog").close();
  }
});
document.addEventListener("fullscreenchange", () => {
  if (!document.fullscreenElement) {
    nutshell.find("dialog[open]")?.close();
  }
});
document.addEventListener("close", () => document.fullscreenElement && document.exitFullscreen(), { capture: true });
