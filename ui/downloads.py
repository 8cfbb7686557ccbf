"""A summary as a file: plain text, or Markdown. The browser saves them; nothing is kept on this machine."""

from ui.client import Summary, SummaryRequest
from ui.facts import as_read, counts, method
from ui.headline import headline


def as_text(result: Summary, request: SummaryRequest) -> str:
    """The summary and, below it, where it comes from; ends with a line feed."""
    return f"{result.summary}\n\n--\n" + "".join(f"{fact}\n" for fact in _facts(result, request))


def as_markdown(result: Summary, request: SummaryRequest) -> str:
    """The same with a heading and a list."""
    facts = "".join(f"- {_literal(fact)}\n" for fact in _facts(result, request))
    return f"# {_literal(_title(result, request)) or 'Summary'}\n\n{_literal(result.summary)}\n\n---\n\n{facts}"


def _title(result: Summary, request: SummaryRequest) -> str:
    return headline(as_read(result, request.text))


def _facts(result: Summary, request: SummaryRequest) -> list[str]:
    size = counts(result.num_input_words, result.num_summary_words)
    facts = [f"Summary of: {_title(result, request)}", size]
    doubts = ", ".join(fact["text"] for fact in result.raw["unsupported"])
    if doubts:
        facts.append(f"Not found in the article: {doubts}")
    is_written = result.method == "abstractive"
    return [*facts, "Written by a language model, which can get things wrong" if is_written else method(result)]


def _literal(text: str) -> str:
    """Keep what Markdown would take for markup."""
    for mark in "\\`*_[]<>#":
        text = text.replace(mark, "\\" + mark)
    return text
