// What Gradio's own components cannot do. Runs once, as the page loads.
document.documentElement.lang = "en";

// Screen readers announce what changes inside these. Gradio mounts them after this script, some when a tab is opened.
const announced = new Set(["progress", "state", "advice", "batch-progress"]);
const observer = new MutationObserver(() => {
  for (const id of announced) {
    const region = document.getElementById(id);
    if (region) {
      region.setAttribute("role", "status");
      region.setAttribute("aria-live", "polite");
      announced.delete(id);
    }
  }
  if (announced.size === 0) {
    observer.disconnect();
  }
});
observer.observe(document.body, { childList: true, subtree: true });

// Gradio submits a box of several lines on Shift+Enter only.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    document.getElementById("run")?.click();
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
