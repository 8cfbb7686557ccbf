// The result: copied, or saved as a file that the browser makes itself.

nutshell.sayOn = (button, said, usual) => {
  button.textContent = said;
  setTimeout(() => { button.textContent = usual; }, 2000);
};

const copy = async (element, text, button, usual) => {
  try {
    // It exists on https and on this computer only; a visitor over plain http gets the text selected.
    await navigator.clipboard.writeText(text);
    nutshell.sayOn(button, nutshell.words.copied, usual);
  } catch {
    getSelection().selectAllChildren(element);
    nutshell.sayOn(button, nutshell.words.selected, usual);
  }
};

nutshell.copy = () => {
  const region = document.querySelector("#summary [role=region]");
  return copy(region, region.innerText.trim(), document.getElementById("copy"), nutshell.words.copy);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.copy-code");
  if (button) {
    const code = button.parentElement.querySelector("pre");
    copy(code, code.textContent, button, nutshell.words.copyCode);
  }
});

const save = (content, type, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

nutshell.save = (kind) => {
  const result = document.getElementById("result");
  const [type, ending] = kind === "markdown" ? ["text/markdown", "md"] : ["text/plain", "txt"];
  const { headline, fileName } = result.dataset;
  const hasTitle = kind === "text" && headline && nutshell.stored("settings")?.hasHeadline === true;
  save((hasTitle ? `${headline}\n\n` : "") + result.dataset[kind], type, `${fileName ?? "summary"}.${ending}`);
};

nutshell.saveBatch = () => {
  save(document.querySelector("#batch-table [data-csv]").dataset.csv, "text/csv", nutshell.words.batchFileName);
};
