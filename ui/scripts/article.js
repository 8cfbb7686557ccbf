// The article's box: counts and warnings while one types, samples, files dropped on it.

const number = (n) => n.toLocaleString("en-US");

const readingTime = (numWords) => {
  const seconds = (60 * numWords) / nutshell.told.wordsPerMinute;
  if (seconds < 55) {
    return `${Math.max(5, 5 * Math.round(seconds / 5))} seconds`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes >= 90) {
    return `${number(Math.round(minutes / 60))} hours`;
  }
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
};

const isAddress = (text) => /^\s*(https?:\/\/|www\.)\S+\s*$/i.test(text);

const adviceFor = (text, numWords, maxWords) => {
  const limit = Number(nutshell.find("#state [data-max-article-chars]")?.dataset.maxArticleChars);
  if (limit && text.length > 2 * limit) {  // a character is at most two of JavaScript's
    return `This is much longer than the limit of ${number(limit)} characters. Leave something out before you summarize.`;
  }
  const numChars = [...text].length;
  if (isAddress(text)) {
    return nutshell.told.allowsUrls ? "" : "This is a web address, not an article.";
  }
  if (limit && numChars > limit) {
    return `This is ${number(numChars)} characters long; the limit is ${number(limit)}. `
      + "Leave something out before you summarize.";
  }
  if (numWords > 0 && numWords <= maxWords) {
    return "This is about as short as its summary would be.";
  }
  return "";
};

let lastCall = 0;
const maxCountedChars = 4_000_000;  // twice the largest limit that can be set; counting more takes seconds

// Nothing of the article itself is in what is said. In a long text it waits for a pause in typing.
nutshell.on.describe = async ({ article, length }) => {
  const text = article ?? "";
  const call = ++lastCall;
  setTimeout(nutshell.compareWithBox, 0);  // once the box shows it
  if (text.length > 20_000) {
    await new Promise((resolve) => { setTimeout(resolve, 250); });
    if (call !== lastCall) {
      return {};
    }
  }
  nutshell.tab.hold({ article: text });
  const leftOut = nutshell.leftOutAdvice(text);
  if (text.length > maxCountedChars) {
    return { counts: "", advice: nutshell.line("warning", adviceFor(text)) };
  }
  if (!/[\p{L}\p{N}]/u.test(text)) {
    return { counts: "", advice: "" };
  }
  const numWords = nutshell.countWords(text);
  const counted = `${number(numWords)} ${numWords === 1 ? "word" : "words"}`;
  const advice = adviceFor(text, numWords, length);
  return {
    counts: `<p>${counted}${numWords === 1 ? "" : `<span class="reading-time">, about ${readingTime(numWords)} to read</span>`}</p>`,
    advice: leftOut + (advice && nutshell.line("warning", advice)),
  };
};

nutshell.on.sample = ({ text }) => {
  nutshell.retype(text);
  return { note: "" };
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
  const tab = nutshell.find("#article")?.offsetParent ? "#article-foot" : "#batch-file";
  const input = nutshell.find(`${tab} input[type=file]`);
  if (input) {
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
