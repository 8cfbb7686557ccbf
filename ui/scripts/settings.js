// Length, form and text size, remembered in this browser.

const { presets, minWords, maxWords, stepWords } = nutshell;

// What Gradio takes for a component's new properties; none leave it as it is.
nutshell.update = (properties) => ({ __type__: "update", ...properties });

nutshell.stored = (key) => {
  try {
    return JSON.parse(localStorage.getItem(`nutshell.${key}`));
  } catch {
    return null;  // no storage, as in some private windows, or not ours
  }
};

nutshell.store = (key, value) => {
  try {
    localStorage.setItem(`nutshell.${key}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};

nutshell.remember = (changes) => {
  nutshell.store("settings", { ...nutshell.stored("settings"), ...changes });
  const { words, format } = changes;
  nutshell.tab.hold({ ...(words && { words }), ...(format && { format }) });
};

// A preset's value is its number of words.
nutshell.presetOf = (words) => (presets.includes(words) ? words : null);

// A length that the slider can show; what was stored or came with a link may be anything.
nutshell.asLength = (words) => {
  const steps = Number.isFinite(words) ? Math.round(words / stepWords) : nutshell.defaultWords / stepWords;
  return Math.min(maxWords, Math.max(minWords, stepWords * steps));
};

nutshell.asFormat = (format) => (format === "bullets" ? "bullets" : "paragraph");

nutshell.chooseLength = (words) => {
  nutshell.remember({ words });
  return nutshell.presetOf(words);
};

// What is in force for many articles, where it can't be chosen.
nutshell.batchLength = (max, format) => {
  const { batchBullets, batchParagraph } = nutshell.words;
  return `<p>${nutshell.fill(format === "bullets" ? batchBullets : batchParagraph, { n: max })}</p>`;
};

nutshell.showHeadline = (hasHeadline) => {
  nutshell.remember({ hasHeadline });
  nutshell.mark();
};

nutshell.enlarge = (isLarge) => {
  document.documentElement.classList.toggle("large", isLarge);
  document.getElementById("large")?.setAttribute("aria-pressed", String(isLarge));
};

nutshell.toggleLarge = () => {
  const isLarge = !document.documentElement.classList.contains("large");
  nutshell.enlarge(isLarge);
  nutshell.remember({ isLarge });
};

nutshell.enlarge(nutshell.stored("settings")?.isLarge === true);
