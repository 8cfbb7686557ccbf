// Length, form and text size, remembered in this browser.

const presets = nutshell.presets;  // {name: words}

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

nutshell.presetOf = (words) => Object.keys(presets).find((name) => presets[name] === words) ?? null;

nutshell.choosePreset = (name) => {
  nutshell.remember({ words: presets[name] });
  return presets[name];
};

nutshell.chooseLength = (words) => {
  nutshell.remember({ words });
  return nutshell.presetOf(words);
};

nutshell.enlarge = (isLarge = !document.documentElement.classList.contains("large")) => {
  document.documentElement.classList.toggle("large", isLarge);
  document.getElementById("large")?.setAttribute("aria-pressed", String(isLarge));
  nutshell.remember({ isLarge });
};

// Values for the slider, the presets, the form, the history switch and its list, as the page loads.
nutshell.restore = (keepsHistory) => {
  const settings = nutshell.stored("settings") ?? {};
  const words = Number.isFinite(settings.words) ? settings.words : nutshell.defaultWords;
  nutshell.enlarge(settings.isLarge === true);
  const keeps = settings.keepsHistory ?? keepsHistory;
  const format = settings.format === "bullets" ? "bullets" : "paragraph";
  return [words, nutshell.presetOf(words), format, keeps, nutshell.history.start(keeps)];
};
