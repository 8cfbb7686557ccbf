"""For engineers: what exactly was run, and the same call from a terminal and from Python."""

import html
import json
import shlex
from dataclasses import asdict

from ui.client import Summary, SummaryRequest

_MAX_INLINE_CHARS = 20_000
"""A longer article is read from a file in the calls: a command line has a limit, and so has patience."""


def details(result: Summary, request: SummaryRequest, base_url: str) -> str:
    """Model, parameters, timings and the API call of this very summary, as HTML."""
    shown = {
        key: value for key, value in result.raw.items() if key not in {"summary", "model_text", "article", "evidence"}
    }
    sections = (
        ("The answer", json.dumps(shown, indent=2, ensure_ascii=False)),
        ("The same from a terminal", _curl(request, base_url)),
        ("The same from Python", _python(request, base_url)),
    )
    return f"<p>{html.escape(_how(result))}</p>" + "".join(
        f'<section><h3>{title}</h3><pre tabindex="0" role="region" aria-label="{title}">{html.escape(code)}</pre>'
        f'<button type="button" class="copy-code">Copy these lines</button></section>'
        for title, code in sections
    )


def _how(result: Summary) -> str:
    """How this summary came about, as far as the answer says."""
    path = "The page posts the article to a Ray Serve deployment."
    if result.method == "extractive":
        return f"{path} No model was run: the sentences are the article's own."
    parts = "in one piece" if result.parts == 1 else f"in {result.parts} parts that fit its window"
    parameters, precision = result.raw.get("parameters"), result.raw.get("precision")
    model = f"The model {result.model}, run in {precision}," if precision else f"The model {result.model}"
    if not parameters:
        return f"{path} {model} read it {parts}."
    search = "greedy search" if parameters["num_beams"] == 1 else "beam search"
    settings = ", ".join(f"{name}={value}" for name, value in parameters.items())
    return f"{path} {model} read it {parts} and wrote with {search} ({settings})."


def _curl(request: SummaryRequest, base_url: str) -> str:
    options = {name: value for name, value in asdict(request).items() if name != "text"}
    if len(request.text) > _MAX_INLINE_CHARS:
        return (
            "# Save the article as article.txt first: it is too long for a command line.\n"
            f"jq -Rs '{{text: .}} + {json.dumps(options)}' article.txt |\n"
            f"  curl {base_url}/summarize -H 'Content-Type: application/json' -d @-"
        )
    body = shlex.quote(json.dumps({"text": request.text, **options}, ensure_ascii=False))
    return f"curl {base_url}/summarize -H 'Content-Type: application/json' -d {body}"


def _python(request: SummaryRequest, base_url: str) -> str:
    is_long = len(request.text) > _MAX_INLINE_CHARS
    text = 'open("article.txt", encoding="utf-8").read()' if is_long else repr(request.text)
    return (
        "import requests\n\n"
        f"article = {text}\n"
        f'response = requests.post("{base_url}/summarize", json={{\n'
        f'    "text": article, "max_words": {request.max_words}, "format": "{request.format}", '
        f'"method": "{request.method}",\n}})\n'
        'print(response.json()["summary"])'
    )
