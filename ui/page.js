// Runs once when the page has loaded: what Gradio's own components cannot do.
() => {
  document.documentElement.lang = "en";

  // Screen readers announce what changes inside these. Gradio mounts them after this script has begun.
  const announce = () => {
    const regions = ["progress", "state"].map((id) => document.getElementById(id));
    if (regions.some((region) => !region)) {
      requestAnimationFrame(announce);
      return;
    }
    for (const region of regions) {
      region.setAttribute("role", "status");
      region.setAttribute("aria-live", "polite");
    }
  };
  announce();

  // Gradio submits a box of several lines on Shift+Enter only.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      document.getElementById("run")?.click();
    }
  });

  // On a phone the summary is below the fold; without this, a click on Summarize would seem to do nothing.
  document.addEventListener("click", (event) => {
    const place = document.getElementById("progress");
    if (event.target.closest("#run") && place.getBoundingClientRect().top > innerHeight / 2) {
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      setTimeout(() => place.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" }), 300);
    }
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
}
