// Between Gradio's components and these scripts: values by name, in and out (`ui/browser.py`), and the browser's storage.

document.documentElement.lang = "en";

nutshell.on = {};  // what handles the components' events, by name

nutshell.update = (properties) => ({ __type__: "update", ...properties });

nutshell.call = async (name, reads, writes, given, values) => {
  const known = Object.fromEntries(reads.map((part, i) => [part, values[i]]));
  const changes = (await nutshell.on[name]({ ...known, ...given })) ?? {};
  const unknown = Object.keys(changes).filter((part) => !writes.includes(part));
  if (unknown.length > 0) {
    throw new Error(`${name} changes ${unknown}, which it was not given`);
  }
  // null is a value too: no choice at all.
  const all = writes.map((part) => (changes[part] === undefined ? nutshell.update() : changes[part]));
  return writes.length === 1 ? all[0] : all;
};

// A component's properties as Gradio will read them: set here, a value is there before anything can be typed.
const config = (part) => globalThis.gradio_config?.components?.find(({ props }) => props?.elem_id === part)?.props;
nutshell.initial = (part) => config(part)?.value;
nutshell.begin = (values) => {
  for (const [part, value] of Object.entries(values)) {
    Object.assign(config(part) ?? {}, { value });
  }
};

nutshell.find = (selector) => document.querySelector(selector);
nutshell.line = (kind, text) => `<div class="line ${kind}">${text}</div>`;
nutshell.escaped = (text) => text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);

nutshell.stored = (key) => {
  try {
    return JSON.parse(localStorage.getItem(`nutshell.${key}`));
  } catch {
    return null;  // no storage, as in some private windows, or not ours
  }
};

// What another version or a person wrote there may be a list or a text, whose length is no length of a summary.
nutshell.asObject = (value) => (value?.constructor === Object ? value : {});
nutshell.settings = () => nutshell.asObject(nutshell.stored("settings"));

nutshell.store = (key, value) => {
  try {
    localStorage.setItem(`nutshell.${key}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};
