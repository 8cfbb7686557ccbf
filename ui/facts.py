"""What is said of a finished summary: who wrote it, how much shorter it is, what to know. Pure functions."""

from ui.client import Summary

READING_WORDS_PER_MINUTE = 238
"""Silent reading of English non-fiction: Brysbaert, "How many words do we read per minute?" (2019)."""

EXTRACTIVE = "Key sentences: picked from the article by a rule, word for word"
SHORTENED = "Key sentences: picked from the article by a rule, some of them shortened"
ABSTRACTIVE = "Written by the language model"
CUTS = "Words that were left out of these sentences are dimmed in the article; “…” shows where a sentence ends early."
DOUBTS = "Underlined: not found in the article. Check it before you rely on it."


def as_read(result: Summary, article: str) -> str:
    """The article that the summary is of: without what the summarizer took for none of it."""
    return result.raw.get("article") or article


def method(result: Summary) -> str:
    """Who wrote it."""
    if result.method == "abstractive":
        return ABSTRACTIVE
    return SHORTENED if result.raw["cuts"] else EXTRACTIVE


def counts(num_input_words: int, num_summary_words: int) -> str:
    """How much shorter the summary is, and what that saves at a reader's pace; neither where it is next to nothing."""
    sizes = f"{num_input_words:,} {'word' if num_input_words == 1 else 'words'} → {num_summary_words:,}"
    if num_summary_words >= num_input_words:
        return f"{sizes} (already as short as it gets)"
    # Down, so that something is left of what is 99.7 % shorter.
    percent = 100 * (num_input_words - num_summary_words) // num_input_words
    shorter = f"{sizes}, {percent} % shorter" if percent else sizes
    saved = (num_input_words - num_summary_words) / READING_WORDS_PER_MINUTE
    if saved < 0.75:
        return shorter
    minutes = round(saved)
    if minutes >= 90:
        return f"{shorter}, saves about {round(minutes / 60):,} hours"
    return f"{shorter}, saves about {minutes} {'minute' if minutes == 1 else 'minutes'}"


def remarks(result: Summary) -> list[str]:
    """What else to know, in sentences."""
    lines = []
    if result.parts > 1:
        lines.append(f"All of the article was read, in {result.parts} parts.")
    if result.raw["cuts"]:
        lines.append(CUTS)
    if result.raw["unsupported"]:
        lines.append(DOUBTS)
    return [*lines, *result.notes]
