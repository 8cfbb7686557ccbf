"""How quick the page itself is, in real Chromium: `python -m benchmarks.page`. Prints Markdown, saves JSON.

- Start: from the page's first answer on its port, and from a warm server, to a page that takes input.
- Typing in a box of 200,000 characters: the browser's own Event Timing, from the key to the next frame.
- Evidence on a 20,000-word article: the server's HTML for it, and the browser's work to show it.
"""

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.engine import machine
from serving.text.evidence import find_evidence
from serving.text.key_sentences import key_sentences
from tests.browser_setup import BROWSER_FLAGS, find_browser
from tests.running_app import RunningApp, wait_until
from tests.watched_page import wait_loaded
from ui.marked import article_html
from ui.samples import SAMPLES

NUM_KEYS = 30
BOX_CHARS = 200_000
ARTICLE_WORDS = 20_000

_WATCH_KEYS = """() => {
  globalThis.keyTimes = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name === "keydown") { keyTimes.push(entry.duration); }
    }
  }).observe({ type: "event", durationThreshold: 16, buffered: false });
}"""
_SHOW_HTML = """(html) => {
  const place = document.createElement("div");
  place.id = "sources";  // for its style
  document.body.append(place);
  const started = performance.now();
  place.innerHTML = html;
  place.getBoundingClientRect();  // layout as well
  const took = performance.now() - started;
  place.remove();
  return took;
}"""


def open_page(page: Page, url: str) -> float:
    """Seconds until the page takes input."""
    started = time.monotonic()
    page.goto(url)
    wait_loaded(page)
    page.get_by_role("button", name="Summarize", exact=True).click(trial=True)
    return time.monotonic() - started


def typing_ms(page: Page) -> dict[str, float]:
    """Milliseconds from a key to the next frame, in a full box; keys under 16 ms count as 16."""
    text = " ".join(sample.text for sample in SAMPLES)
    box = page.get_by_label("Article", exact=True)
    box.fill((text * (BOX_CHARS // len(text) + 1))[: BOX_CHARS - NUM_KEYS])
    page.wait_for_timeout(1500)
    box.focus()
    page.keyboard.press("End")
    page.evaluate(_WATCH_KEYS)
    for _ in range(NUM_KEYS):
        page.keyboard.type("a")
        page.wait_for_timeout(60)
    page.wait_for_timeout(1000)
    slow = page.evaluate("keyTimes")
    times = sorted([*slow, *[16.0] * (NUM_KEYS - len(slow))])
    return {"median": statistics.median(times), "max": times[-1]}


def evidence_ms(page: Page) -> dict[str, float]:
    """Milliseconds to find, write and show the evidence of a long article."""
    sentences = " ".join(sample.text for sample in SAMPLES).split()
    article = "\n\n".join(" ".join([*sentences, "Edition", str(number), "closed."]) for number in range(40))
    article = " ".join(article.split(" ")[:ARTICLE_WORDS])
    summary = " ".join(sentence.text for sentence in key_sentences(article, max_words=120).sentences)
    started = time.perf_counter()
    evidence = [asdict(entry) for entry in find_evidence(summary, article)]
    found = time.perf_counter()
    html = f'<div class="article">{article_html(article, evidence, [])}</div>'
    written = time.perf_counter()
    shown = statistics.median(page.evaluate(_SHOW_HTML, html) for _ in range(5))
    return {"find": 1000 * (found - started), "write": 1000 * (written - found), "show": shown}


def measure() -> dict[str, Any]:
    """Start the application and a browser, and measure everything."""
    with tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_FLAGS)
        started = time.monotonic()
        app = RunningApp(Path(state))
        try:
            wait_until(app.page_is_up, timeout_s=60, what="the page")
            up_s = time.monotonic() - started
            first_s = open_page(browser.new_page(), app.page_url)
            app.wait_ready(abstractive=False)
            warm_s = [open_page(browser.new_context().new_page(), app.page_url) for _ in range(5)]
            page = browser.new_page()
            open_page(page, app.page_url)
            results = {
                "machine": machine(),
                "page_answers_s": up_s,
                "first_open_s": first_s,
                "open_s": statistics.median(warm_s),
                "typing_ms": typing_ms(page),
                "evidence_ms": evidence_ms(page),
            }
        finally:
            browser.close()
            app.stop()
    return results


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "page.json")
    options = parser.parse_args()
    results = measure()
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
