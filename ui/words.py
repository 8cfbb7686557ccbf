"""Every English word that the page shows, in one place."""

TITLE = "Nutshell"
TAGLINE = "Paste a news article and read it in a nutshell."
ARTICLE = "Article"
ARTICLE_PLACEHOLDER = "Paste the text of a news article here …"
LENGTH = "Length of the summary, in words at most"
SUMMARIZE = "Summarize"
STOP = "Stop"
SUMMARY = "Summary"
SUMMARY_PLACEHOLDER = "The summary appears here."
COPY = "Copy"
COPIED = "Copied"
SELECTED = "Selected: press Ctrl+C"
SAMPLES = "No article at hand? Try one of these:"
SHORTCUT = "Ctrl+Enter (⌘+Enter on a Mac) summarizes as well."
SOURCES = "Where it comes from"
SOURCES_HINT = (
    "Marked: the article's sentences that the summary rests on. Point at a sentence of the summary to see its own."
)
NOT_FOUND = "not found in the article"
DOUBTS = "Underlined: not found in the article. Check it before you rely on it."
ENGINEERS = "For engineers"
NO_RUN_YET = "After a summary, this shows the model, the tokens, the time and the API call."

SENDING = "Sending the article …"
STOPPED = "Stopped. The article is still here."
DONE = "Done."
NOTHING_TO_DO = "There is no text yet. Paste an article, or try one of the samples."

BADGE_EXTRACTIVE = "Key sentences, taken word for word from the article"
BADGE_ABSTRACTIVE = "Written by the language model {model}"
KEY_SENTENCES_EXPLAINED = (
    "The language model is not at hand, so these are the article's own most important sentences, unchanged."
)

READY = "The language model is ready: summaries are written in new words."
STARTING = "The summarizer is starting. You can paste an article already."
DOWN = "The summarizer is not answering just now. It may be starting again; this page goes on by itself."
LOADING = "The language model is being loaded. Until then you get the article's key sentences."
DOWNLOADING = "The language model is on its way: {done} of {total}. Until then you get the article's key sentences."
FAILED = "Without the language model for now: you get the article's key sentences. {reason}"


def waiting(position: int) -> str:
    """Where a request stands in the line."""
    return "You are next." if position == 1 else f"Waiting: place {position} in the line."


def working(part: int, parts: int, num_words: int) -> str:
    """What goes on inside."""
    where = "" if parts == 1 else f" part {part} of {parts}"
    if num_words == 0:
        return f"Reading{where or ' the article'} …"
    return f"Writing{where} … {num_words} {'word' if num_words == 1 else 'words'} so far."


def counts(num_input_words: int, num_summary_words: int) -> str:
    """How much shorter the summary is."""
    sizes = f"{num_input_words:,} words → {num_summary_words:,}"
    if num_summary_words >= num_input_words:
        return f"{sizes} (already as short as it gets)"
    return f"{sizes}, {round(100 * (1 - num_summary_words / num_input_words))} % shorter"


def coverage(share: float, parts: int) -> str:
    """How much of a long article was read."""
    read = "All of the article was read" if share >= 1 else f"{share:.0%} of the article was read"
    return f"{read}, in {parts} parts."


def megabytes(num_bytes: int) -> str:
    """A size as people say it."""
    return f"{num_bytes / 1e6:,.0f} MB"
