// The result: copied, or saved as a file that the browser makes itself.

nutshell.copy = async () => {
  const region = document.querySelector("#summary [role=region]");
  const button = document.getElementById("copy");
  try {
    // It exists on https and on this computer only; a visitor over plain http gets the text selected.
    await navigator.clipboard.writeText(region.innerText.trim());
    button.textContent = nutshell.words.copied;
  } catch {
    getSelection().selectAllChildren(region);
    button.textContent = nutshell.words.selected;
  }
  setTimeout(() => { button.textContent = nutshell.words.copy; }, 2000);
};

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
  save(result.dataset[kind], type, `${nutshell.words.fileName}.${ending}`);
};

nutshell.saveBatch = () => {
  save(document.querySelector("#batch-table [data-csv]").dataset.csv, "text/csv", nutshell.words.batchFileName);
};
