// The article's box: counts and warnings while one types, files dropped on it.

// A quarter of English news is these; other languages have few of them. The summarizer looks more closely.
const english = new Set(
  ("the of and to in is was for that on with as by at from his her he she it they has have had are were be been " +
   "who which this but not will said their after an or we you would about into than when there what over").split(" "));

nutshell.fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const number = (n) => n.toLocaleString("en-US");

const readingTime = (words) => {
  const seconds = (60 * words) / nutshell.wordsPerMinute;
  if (seconds < 55) {
    return nutshell.fill(nutshell.words.seconds, { n: Math.max(5, 5 * Math.round(seconds / 5)) });
  }
  const minutes = Math.round(seconds / 60);
  return minutes === 1 ? nutshell.words.minute : nutshell.fill(nutshell.words.minutes, { n: number(minutes) });
};

const looksEnglish = (words) => {
  if (words.length < 25) {
    return true;
  }
  const some = words.slice(0, 400);
  const known = some.filter((word) => english.has(word.toLowerCase().replace(/[^a-z]/g, ""))).length;
  return known / some.length > 0.12;
};

const isAddress = (text) => /^\s*(https?:\/\/|www\.)\S+\s*$/i.test(text);

const adviceFor = (text, words, maxWords) => {
  const limit = Number(document.querySelector("#state [data-max-article-chars]")?.dataset.maxArticleChars);
  if (isAddress(text)) {
    return nutshell.allowsUrls ? "" : nutshell.words.address;
  }
  if (limit && text.length > limit) {
    return nutshell.fill(nutshell.words.tooLong, { chars: number(text.length), limit: number(limit) });
  }
  if (words.length > 0 && words.length <= maxWords) {
    return nutshell.words.tooShort;
  }
  return looksEnglish(words) ? "" : nutshell.words.notEnglish;
};

let lastCall = 0;

// [counts, warning] as HTML; nothing of the article itself is in them. In a long text they wait for a pause in typing.
nutshell.describe = async (text, maxWords) => {
  const call = ++lastCall;
  setTimeout(nutshell.mark, 0);  // once the box shows it
  if ((text ?? "").length > 20_000) {
    await new Promise((resolve) => { setTimeout(resolve, 250); });
    if (call !== lastCall) {
      return [nutshell.update(), nutshell.update()];
    }
  }
  nutshell.tab.hold({ article: text ?? "" });
  const leftOut = nutshell.leftOutAdvice(text ?? "");
  const words = (text ?? "").match(/\S+/g) ?? [];
  if (words.length === 0) {
    return ["", ""];
  }
  const counted = words.length === 1 ? nutshell.words.oneWord
    : nutshell.fill(nutshell.words.counts, { words: number(words.length), minutes: readingTime(words.length) });
  const advice = adviceFor(text, words, maxWords);
  return [`<p>${counted}</p>`, leftOut + (advice && nutshell.line("warning", advice))];
};

// A file dropped anywhere goes the way of the button; the browser would open it in place of the page.
const isFile = (event) => event.dataTransfer?.types.includes("Files") && !event.target.closest?.("#batch-file");
document.addEventListener("dragover", (event) => {
  if (isFile(event)) {
    event.preventDefault();
  }
});
document.addEventListener("drop", (event) => {
  if (!isFile(event)) {
    return;
  }
  event.preventDefault();
  const input = document.querySelector("#inputs input[type=file]");
  if (input && document.getElementById("article")?.offsetParent) {
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
