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

nutshell.remember = (changes) => nutshell.store("settings", { ...nutshell.stored("settings"), ...changes });

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

nutshell.enlarge = (isLarge = !document.documentElement.classList.contains("large")) => {
  document.documentElement.classList.toggle("large", isLarge);
  document.getElementById("large")?.setAttribute("aria-pressed", String(isLarge));
  nutshell.remember({ isLarge });
};

// Values for article, progress line, slider, presets, form, history switch and list, as the page loads.
nutshell.restore = async (keepsHistory) => {
  const settings = nutshell.stored("settings") ?? {};
  nutshell.enlarge(settings.isLarge === true);
  const keeps = settings.keepsHistory ?? keepsHistory;
  const link = await nutshell.readLink();
  const words = nutshell.asLength(link.words ?? settings.words);
  const format = nutshell.asFormat(link.format ?? settings.format);
  const line = link.isBad ? nutshell.line("warning", nutshell.words.badLink)
    : link.article ? nutshell.line("info", nutshell.words.fromLink) : "";
  const article = link.article ?? nutshell.update();
  return [article, line, words, nutshell.presetOf(words), format, keeps, nutshell.history.start(keeps)];
};
