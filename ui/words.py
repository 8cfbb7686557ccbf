"""Every English word that the page shows, in one place."""

READING_WORDS_PER_MINUTE = 238
"""Silent reading of English non-fiction: Brysbaert, "How many words do we read per minute?" (2019)."""

TITLE = "Nutshell"
TAGLINE = "Paste a news article and read it in a nutshell."
LARGE_TEXT = "Large text"
TAB_ARTICLE = "One article"
TAB_BATCH = "Many articles"

ARTICLE = "Article"
ARTICLE_PLACEHOLDER = "Paste the text of a news article here, or drop a file …"
OPEN_FILE = "Open a file"
CLEAR = "Clear"
PRESET = "How long?"
SHORT, MEDIUM, LONG = "Short", "Medium", "Long"
PRESET_CHOICE = "{name}, {n} words"
LENGTH = "Words at most"
FORMAT = "As what?"
PARAGRAPH, BULLETS = "Paragraph", "Bullet points"
HEADLINE = "Headline above"
SUMMARIZE = "Summarize"
STOP = "Stop"
COMPARE = "Compare"
SAMPLES = "No article? Try:"
SHORTCUT = "Ctrl+Enter (⌘+Enter on a Mac) summarizes as well."

SUMMARY = "Summary"
SUMMARY_PLACEHOLDER = "The summary appears here."
STALE = "This is the summary of another text than the one in the box. Summarize writes a new one."
REDO = "The language model is ready now: summarize again in new words"
COPY = "Copy"
COPIED = "Copied"
SELECTED = "Selected: press Ctrl+C"
SAVE_TEXT = "Save as text"
SAVE_MARKDOWN = "Save as Markdown"
COPY_LINK = "Get a link"
SOURCES = "Where it comes from"
SOURCES_HINT = (
    "Marked: the article's sentences that the summary rests on. Point at a sentence of the summary to see its own."
)
CUTS = "Words that were left out of these sentences are dimmed in the article; “…” shows where a sentence ends early."
NOT_FOUND = "not found in the article"
DOUBTS = "Underlined: not found in the article. Check it before you rely on it."
SUMMARY_OF = "Summary of: {headline}"
DOUBTS_LISTED = "Not found in the article: {doubts}"
WRITTEN_BY_MODEL = "Written by a language model, which can get things wrong"

HISTORY = "Recent summaries"
KEEP_HISTORY = "Remember them in this browser (nowhere else)"
NO_HISTORY = "Nothing here yet."
FORGET = "Forget them all"

ENGINEERS = "About / for engineers"
NO_RUN_YET = "After a summary, this shows the model, the tokens, the time and the API call."
DETAILS_RESULT = "The answer"
DETAILS_CURL = "The same from a terminal"
DETAILS_PYTHON = "The same from Python"
COPY_CODE = "Copy these lines"
DETAILS_LONG = "Save the article as article.txt first: it is too long for a command line."

COMPARE_EXTRACTIVE = "Key sentences, word for word"
COMPARE_ABSTRACTIVE = "The language model's words"
COMPARE_ADDRESS = "There is a web address in the box, not an article. Put the article's text there, then compare."
COMPARE_NO_MODEL = "The language model is not there yet; the line at the top of the page says why."

SENDING = "Sending the article …"
STOPPED = "Stopped. The article is still here."
REOPENED = "From your recent summaries."
FETCHING = "Fetching the page at this address …"
FILE_READ = "This is what {name} says. Look it over, then summarize."
TOO_MANY_RUNS = "You have {limit} summaries under way. Wait for one of them, or stop it."
ADDRESS_ONLY = (
    "This is a web address. Nutshell does not open it: open it in your browser, and paste the article's text here."
)
NOTHING_TO_DO = "There is no text yet. Paste an article, or try one of the samples."

BADGE_EXTRACTIVE = "Key sentences: picked from the article by a rule, word for word"
BADGE_SHORTENED = "Key sentences: picked from the article by a rule, some of them shortened"
BADGE_ABSTRACTIVE = "Written by the language model"

READY = "The language model is ready: summaries are written in new words."
LOADING = "The language model is being loaded. Until then you get the article's key sentences."
DOWNLOADING = "The language model is on its way: {done} of {total}. Until then you get the article's key sentences."
FAILED = "The language model is not here now, so you get the article's own key sentences."


def waiting(position: int) -> str:
    """Where a request stands in the line."""
    return "You are next." if position == 1 else f"Waiting: place {position} in the line."


def working(part: int, parts: int, *, is_writing: bool) -> str:
    """What goes on inside."""
    where = "" if parts == 1 else f" part {part} of {parts}"
    return f"Writing{where} …" if is_writing else f"Reading{where or ' the article'} …"


def so_far(num_words: int) -> str:
    """How long the draft is."""
    return f"{num_words:,} {'word' if num_words == 1 else 'words'} so far"


def done(elapsed_s: float) -> str:
    """A summary is finished."""
    return "Done." if elapsed_s < 1 else f"Done in {elapsed_s:.0f} s."


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
    return f"{shorter}, saves about {minutes:,} {'minute' if minutes == 1 else 'minutes'}"


def coverage(share: float, parts: int) -> str:
    """How much of a long article was read."""
    read = "All of the article was read" if share >= 1 else f"{share:.0%} of the article was read"
    return f"{read}, in {parts} parts."


def megabytes(num_bytes: int) -> str:
    """A size as people say it."""
    return f"{num_bytes / 1e6:,.0f} MB"


def took(elapsed_s: float) -> str:
    """How long it took."""
    seconds = round(elapsed_s)
    return "Took less than a second." if seconds == 0 else f"Took {seconds} {'second' if seconds == 1 else 'seconds'}."


# Counting and warning while one types: the page's script fills in the numbers.
LIVE = {
    "counts": "{words} words, about {minutes} to read",
    "oneWord": "1 word",
    "seconds": "{n} seconds",
    "minute": "1 minute",
    "minutes": "{n} minutes",
    "tooShort": "This is about as short as its summary would be.",
    "tooLong": "This is {chars} characters long; the limit is {limit}. Leave something out before you summarize.",
    "notEnglish": "This does not look like English. You will get key sentences, word for word.",
    "address": "This is a web address, not an article.",
    "leftOut": "Left out {n} lines that looked like a web page's menus or adverts.",
    "leftOutOne": "Left out one line that looked like a web page's menu or advert.",
    "putBack": "Put back",
    "copyLink": COPY_LINK,
    "linkCopied": "Link copied",
    "linkInBar": "It is in the address bar",
    "linkTooLong": "Too long for a link",
    "fromLink": "This article came with the link. Look it over, then summarize.",
    "badLink": "The link that brought you here is damaged, so its article is lost. Ask for the link again.",
    "copyCode": COPY_CODE,
    "copy": COPY,
    "copied": COPIED,
    "selected": SELECTED,
    "reopened": REOPENED,
    "noHistory": NO_HISTORY,
    "batchFileName": "summaries.csv",
    "batchParagraph": "Each summary: at most {n} words, as a paragraph.",
    "batchBullets": "Each summary: at most {n} words, as bullet points.",
}

# Sharing
SHARED_TITLE = "This page is shared"
SHARED_QR = "QR code of the public link"
SHARED_LOGIN = "Visitors log in as {user} with the password {password}."
SHARED_CAN = "Visitors can summarize articles and files of their own. What they paste is worked on by this computer."
SHARED_CANNOT = (
    "They can't see your articles or each other's, nor your files. Nobody gets more than two places at a time, and the "
    "link ends when Nutshell ends."
)
LOGIN = (
    "Nutshell: paste a news article, get a summary. Whoever invited you has the user name and the password. "
    "If one of them was wrong, type both again."
)
VISITOR = (
    "You are a guest on somebody's computer: what you paste is sent there, and not kept. "
    "Other guests don't see it. When it is busy, you wait in line."
)

# Many articles
BATCH_INTRO = (
    "Up to {limit} articles in one file: a table (.csv) with a column of texts, a .txt with lines of dashes between "
    "articles, or a .zip of files. Length and form are chosen under “One article”."
)
BATCH_FILE = "File with articles"
BATCH_RUN = "Summarize all"
BATCH_STOP = "Stop here"
BATCH_SAVE = "Save the table"
BATCH_NO_FILE = "Choose a file first."
BATCH_RESULTS = "Summaries so far"
BATCH_COLUMNS = ("Row in the file", "Article", "Summary")
BATCH_COLUMNS_SAVED = (
    "In the saved table: row, where the article stands in your file (in a .csv the spreadsheet's row, the headings "
    "being row 1); name, its title or first words; summary; words_in and words_out, how long article and summary are; "
    "method, extractive for key sentences and abstractive for the model's words; problem, why there is no summary."
)


def batch_progress(position: int, total: int, name: str) -> str:
    """Which article it is at."""
    return f"Article {position} of {total}: {name}."


def batch_outcome(num_done: int, total: int, num_failed: int, *, was_stopped: bool) -> str:
    """How a batch ended."""
    sentence = f"{'Stopped after' if was_stopped else 'Done:'} {num_done} of {total}."
    return f"{sentence} {num_failed} could not be summarized; the table says why." if num_failed else sentence


# Files and web pages

FILES_SEVERAL = "One file at a time, please. Several articles at once are summarized under “Many articles”."
