// Counts words as the summarizer does: separated by white space, or, in scripts that have none between words, so many
// characters a word (two in Chinese and Japanese, five code points in Thai, Lao, Khmer and Burmese).

const han = "\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const thai = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff";
// White space and letters as the summarizer has them; JavaScript's \s and \w are others.
const space = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const marks = `[^\\p{L}\\p{N}_${space}${han}${thai}]*`;
const unspaced = new RegExp(`[${han}${thai}]`, "u");
const word = new RegExp(
  `${marks}[${han}]{1,2}${marks}|${marks}[${thai}]{1,5}${marks}|[^${space}${han}${thai}]+`, "gu");
const spacedWord = new RegExp(`[^${space}]+`, "gu");

nutshell.spacedWords = (text) => text.match(spacedWord) ?? [];
nutshell.countWords = (text) => (unspaced.test(text) ? text.match(word) : text.match(spacedWord))?.length ?? 0;
