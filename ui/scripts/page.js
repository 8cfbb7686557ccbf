// What Gradio's own components cannot do. Runs once, as the page loads.
document.documentElement.lang = "en";

nutshell.line = (kind, text) => `<div class="line ${kind}">${text}</div>`;

// Screen readers announce what changes inside these. Gradio mounts them after this script, some when a tab is opened.
const announced = new Set(["progress", "state", "advice", "batch-progress"]);
const markLiveRegions = () => {
  for (const id of announced) {
    const region = document.getElementById(id);
    if (region) {
      region.setAttribute("role", "status");
      region.setAttribute("aria-live", "polite");
      announced.delete(id);
    }
  }
};

// The clock ticks here: an unchanged line from the server is not put on the page again, so it is read out once only.
const since = {};
setInterval(() => {
  for (const id of ["progress", "batch-progress", "compare-extractive", "compare-abstractive"]) {
    const clock = document.querySelector(`#${id} .line.busy .clock`);
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

// A button that is switched off loses the keyboard's focus; its partner takes it, so that the next key is not lost.
const partners = { run: "stop", stop: "run", compare: "stop", "batch-run": "batch-stop", "batch-stop": "batch-run" };
let focused = "";
document.addEventListener("focusin", (event) => { focused = event.target.id; });
document.addEventListener("focusout", (event) => {
  if (!event.target.disabled) {
    focused = "";  // its reader went elsewhere
  }
});
const keepFocus = () => {
  if (focused in partners && document.activeElement === document.body) {
    [focused, partners[focused]].map((id) => document.getElementById(id)).find((own) => own && !own.disabled)?.focus();
  }
};

let isDue = false;
new MutationObserver(() => {
  if (!isDue) {
    isDue = true;
    setTimeout(() => {
      isDue = false;
      markLiveRegions();
      keepFocus();
      nutshell.mark();
    }, 100);
  }
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });

// Gradio submits a box of several lines on Shift+Enter only.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    ["run", "batch-run"].map((id) => document.getElementById(id)).find((button) => button?.offsetParent)?.click();
  }
});

// What a click fills may be below the fold, on a phone always; without this, it would seem to do nothing.
const shows = { run: "progress", compare: "comparison" };
document.addEventListener("click", (event) => {
  const place = shows[event.target.closest("button")?.id];
  setTimeout(() => {
    const shown = place && document.getElementById(place);
    if (shown && shown.getBoundingClientRect().top > innerHeight / 2) {
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      shown.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
    }
  }, 300);
});

// Pointing at a sentence of the summary lights up what it rests on, and brings the first of it into view.
const light = (event) => {
  const sentence = event.target.closest?.(".sentence");
  if (!sentence) {
    return;
  }
  document.querySelectorAll("#sources mark.lit").forEach((mark) => mark.classList.remove("lit"));
  const own = document.querySelectorAll(`#sources mark.source-${sentence.dataset.sentence}`);
  own.forEach((mark) => mark.classList.add("lit"));
  const box = own[0]?.closest(".article");
  if (box) {
    box.scrollTop += own[0].getBoundingClientRect().top - box.getBoundingClientRect().top - 40;
  }
};
document.addEventListener("mouseover", light);
document.addEventListener("focusin", light);
