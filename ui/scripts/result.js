// The result: does it belong to what stands in the box, is there a better one; copied, saved, traced to its sources.

const data = () => nutshell.find("#result .data")?.dataset;
const compared = () => nutshell.find("#result .compared")?.dataset;
const isBusy = () => nutshell.find("#progress .busy") !== null || nutshell.find("#result .busy") !== null;
const hasModel = () => nutshell.find("#state [data-model-state]")?.dataset.modelState === "ready";
const plain = (text) => text.replace(/\r\n?/g, "\n").trim().toWellFormed();

const boxText = () => nutshell.find("#article textarea")?.value ?? "";
const isOfTheBox = (own) => {
  const text = boxText();
  // Asked after every change of the page: a text of megabytes that can't be the same is not looked through each time.
  return text.length <= 3 * own.article.length + 1000 && plain(text) === plain(own.article);
};
// What the reader sees chosen.
nutshell.chosen = () => ({
  length: Number(nutshell.find("#length input[type=range]")?.value),
  form: nutshell.find("#form input:checked")?.value,
});
const isAsChosen = (own, { length, form } = nutshell.chosen()) => Number(own.words) === length && own.format === form;
// Key sentences although the model was there: it writes English only, and another try would end the same.
const isForGood = (own) => own.method === "extractive" && (!hasModel() || nutshell.tab.held.hadModel);

let known = null;

// What the page said of a text is no word about another that stands in the box now; a slip mended makes no other.
const saidOf = {};
const isSaidOfAnother = (id, text) => {
  const said = nutshell.find(`#${id}`)?.textContent ?? "";
  if (saidOf[id]?.said !== said) {
    saidOf[id] = { said, text };
  }
  return said !== "" && !isLike(text, saidOf[id].text);
};
const isLike = (text, other) => text === other || [0, 1, 2, 3].some((quarter) => {
  const begin = Math.floor((quarter * other.length) / 4);
  const piece = other.slice(begin, begin + 30);
  return piece.length === 30 && text.includes(piece);
});

// Says of a result that it is of another text than the box holds now, and offers a better one.
nutshell.compareWithBox = () => {
  const own = data();
  if (own && own !== known) {
    const isHeld = known === null && nutshell.tab.held.hadModel !== undefined;
    nutshell.tab.held.hadModel = isHeld ? nutshell.tab.held.hadModel : hasModel();
  }
  known = own ?? known;
  const ofText = own ?? compared();
  const isOld = ofText !== undefined && !isOfTheBox(ofText);
  const better = !own || isOld || isBusy() || isForGood(own) ? ""
    : !isAsChosen(own) ? "Summarize again as chosen now"
      : own.method === "extractive" ? "The language model is ready now: summarize again in new words" : "";
  nutshell.find("#stale")?.toggleAttribute("data-shown", isOld);
  const text = boxText();
  const isOfAnother = isSaidOfAnother("progress", text);
  nutshell.find("#progress")?.toggleAttribute("data-old", isOld || (isOfAnother && !isBusy()));
  nutshell.find("#note")?.toggleAttribute("data-old", isSaidOfAnother("note", text));
  nutshell.find("#result")?.toggleAttribute("data-headline", nutshell.settings().hasHeadline === true);
  nutshell.find("#redo")?.toggleAttribute("data-shown", better !== "");
  if (better) {
    nutshell.labelled("redo", {}, better);
  }
};

nutshell.on.redo = () => { nutshell.find("#run")?.click(); };

// Key sentences are there at once, so another length or form is shown without being asked for.
let pause = null;
nutshell.redoSoon = () => {
  clearTimeout(pause);
  pause = setTimeout(() => {
    const own = data();
    if (own && isOfTheBox(own) && !isAsChosen(own) && isForGood(own) && !isBusy()) {
      nutshell.on.redo();
    }
    nutshell.compareWithBox();
  }, 500);
};

const emptied = () => {
  nutshell.tab.hold({ article: "", shown: null });
  return { progress: "", note: "", ...nutshell.tab.nothing };
};

nutshell.on.ran = (shown) => {
  const own = data();
  const buttons = { run: nutshell.update({ visible: true }), stop: nutshell.update({ visible: false }) };
  if (isCleared) {
    isCleared = false;
    return { ...buttons, ...emptied() };
  }
  if (!nutshell.find("#result .comparison")) {  // the summary from before a comparison is wanted again
    nutshell.tab.hold({ shown: own ? shown : null, ...(own && { length: Number(own.words), form: own.format }) });
  }
  // Also where the connection broke in mid-way, and nobody said that it ended.
  return { ...buttons, history: nutshell.history.add(own, shown) };
};

// Clear ends a run as well; what it still shows of itself goes when it has ended.
let isCleared = false;
nutshell.on.clear = () => {
  nutshell.find("#article textarea")?.focus();
  nutshell.retype("");
  if (isBusy()) {
    isCleared = true;
    nutshell.find("#stop")?.click();
    return {};
  }
  return emptied();
};

nutshell.on.back = () => nutshell.tab.held.shown ?? nutshell.tab.nothing;

const sayOn = (button, said) => {
  const usual = button.textContent;
  if (button.dataset.says === undefined) {
    button.dataset.says = usual;
    setTimeout(() => {
      button.textContent = usual;
      delete button.dataset.says;
    }, 2000);
  }
  button.textContent = said;
};
nutshell.sayOn = sayOn;

const copy = async (element, text, button) => {
  try {
    // It exists on https and on this computer only; a visitor over plain http gets the text selected.
    await navigator.clipboard.writeText(text);
    sayOn(button, "Copied");
  } catch {
    getSelection().selectAllChildren(element);
    sayOn(button, "Selected: press Ctrl+C");
  }
};

nutshell.on.copy = () => {
  const region = nutshell.find("#result [role=region]");
  // The marks of its points are in no element's text.
  const points = [...region.querySelectorAll("li")].map((point) => `- ${point.innerText.trim()}`);
  return copy(region, points.join("\n") || region.innerText.trim(), nutshell.find("#copy"));
};

const save = (content, type, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

nutshell.on.saveBatch = () => {
  save(nutshell.find("#batch-table [data-csv]").dataset.csv, "text/csv", "summaries.csv");
};

// The table of another file goes, unless it is just being filled.
nutshell.on.otherFile = () => nutshell.find("#batch-progress .busy") ? {} : {
  "batch-progress": "", "batch-table": "", "batch-save": nutshell.update({ visible: false }),
};

document.addEventListener("click", (event) => {
  const code = event.target.closest?.("button.copy-code");
  if (code) {
    const lines = code.parentElement.querySelector("pre");
    copy(lines, lines.textContent, code);
  }
  const kind = event.target.closest?.("[data-save]")?.dataset.save;
  if (kind) {
    const [type, ending] = kind === "markdown" ? ["text/markdown", "md"] : ["text/plain", "txt"];
    const { headline, fileName, [kind]: content } = data();
    const hasTitle = kind === "text" && headline && nutshell.settings().hasHeadline === true;
    save((hasTitle ? `${headline}\n\n` : "") + content, type, `${fileName}.${ending}`);
  }
});

// Pointing at a sentence of the summary lights up what it rests on, and brings the first of it into view.
const light = (event) => {
  const sentence = event.target.closest?.("#result .sentence");
  if (!sentence) {
    return;
  }
  document.querySelectorAll("#about mark.lit").forEach((mark) => mark.classList.remove("lit"));
  const own = document.querySelectorAll(`#about mark.source-${sentence.dataset.sentence}`);
  own.forEach((mark) => mark.classList.add("lit"));
  const box = own[0]?.closest(".article");
  if (box) {
    box.scrollTop += own[0].getBoundingClientRect().top - box.getBoundingClientRect().top - 30;
  }
};
document.addEventListener("mouseover", light);
document.addEventListener("focusin", light);
