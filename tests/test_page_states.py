"""The page's rarer states in real Chromium: in line, in doubt, shared, with a login, opening web addresses.

The page is the real one; the summarizer behind it is a little server that says what a test wants to see.
"""

import functools
import itertools
import re
import threading

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import blank_page
from tests.little_server import LittleServer, send_json, send_stream, sse
from tests.running_app import free_port
from tests.watched_page import Watch, serious, wait_finished, wait_loaded
from ui import article_run
from ui.article_run import NOTHING_TO_DO
from ui.client import SummarizerClient
from ui.facts import DOUBTS
from ui.fetching.public_network import WEB_NOT_PUBLIC, Web
from ui.fetching.web import fetch_article
from ui.login import password_check
from ui.looks import launch_options
from ui.page import PageConfig, build_page
from ui.sharing import Sharing

pytestmark = pytest.mark.browser

ARTICLE = "The ferries run all night from May. The city council said so on Tuesday. A ticket costs two euros."
SUMMARY = "Ferries will run all night from June, says Anna Berg."
RESULT = {
    "summary": SUMMARY, "method": "abstractive", "model": "tiny", "finish_reason": "stop",
    "num_input_words": 1900, "num_input_tokens": 2500, "num_summary_words": 10, "num_summary_tokens": 14,
    "parts": 4, "elapsed_s": 2.5, "model_text": SUMMARY,
    "evidence": [{"start": 0, "end": len(SUMMARY), "sources": [{"start": 0, "end": 35, "score": 0.5}]}],
    "cuts": [],
    "unsupported": [
        {"start": SUMMARY.index("June"), "end": SUMMARY.index("June") + 4, "text": "June", "kind": "date"},
        {"start": SUMMARY.index("Anna"), "end": len(SUMMARY) - 1, "text": "Anna Berg", "kind": "name"},
    ],
    "notes": [],
}  # fmt: skip
STATUS = {
    "model": "tiny", "method": "abstractive", "model_state": "ready", "model_reason": None, "downloaded_bytes": None,
    "total_bytes": None, "limits": {"max_article_chars": 200_000},
}  # fmt: skip
EVENTS = [
    ("queued", {"position": 3}),
    ("progress", {"part": 2, "parts": 4, "num_tokens": 0}),
    ("draft", {"text": "Ferries will run"}),
    ("progress", {"part": 3, "parts": 4, "num_tokens": 5}),
    ("result", RESULT),
]


@pytest.fixture
def open_page(browser, monkeypatch):
    """Launches a page with a configuration and opens it; nothing leaves loopback, nothing is a console error."""
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    ends, watch = [], Watch()

    def launch(config: PageConfig, host, auth, go) -> str:
        events = send_stream(*(sse(name, data) for name, data in EVENTS), go=go)
        answers = {"GET": send_json(200, STATUS), "POST": events}
        server = LittleServer(lambda handler: answers[handler.command](handler))
        blocks, port = build_page(SummarizerClient(server.url), config), free_port()
        blocks.launch(server_port=port, **launch_options(allow_urls=config.allow_urls, auth=auth))
        ends.extend([functools.partial(blocks.close, verbose=False), server.close])
        return f"http://{host}:{port}"

    def open_page(
        config: PageConfig | None = None, *, url=None, host="127.0.0.1", auth=None, expect_page=True, go=None, **context
    ) -> Page:
        url = url or launch(config or PageConfig(), host, auth, go)
        opened = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
        ends.insert(0, opened.close)
        page = watch.over(blank_page(opened), url)
        page.goto(url)
        if expect_page:
            wait_loaded(page)
        return page

    open_page.problems = watch.problems
    yield open_page
    watch.end()
    for end in ends:
        end()
    watch.check()


def run(page: Page, article: str = ARTICLE) -> None:
    page.get_by_label("Article", exact=True).fill(article)
    page.get_by_role("button", name="Summarize", exact=True).click()


def test_place_in_line_part_and_draft_are_shown_while_it_works(open_page):
    seen = threading.Semaphore(0)
    page = open_page(go=seen)
    run(page)
    for line in ("Waiting: place 3 in the line.", "Reading part 2 of 4 …", "3 words so far", "Writing part 3 of 4 …"):
        expect(page.get_by_text(line)).to_be_visible()
        if line.startswith("Writing"):
            expect(page.locator("#progress .clock")).to_have_text(re.compile(r"[1-9]\d* s"))
        seen.release()
    seen.release()  # the result is the last
    expect(page.get_by_text("Done in")).to_be_visible()
    expect(page.get_by_text("1,900 words → 10, 99 % shorter, saves about 8 minutes")).to_be_visible()
    expect(page.get_by_text("All of the article was read, in 4 parts.")).to_be_visible()


def test_facts_that_the_article_lacks_are_underlined_and_explained(open_page):
    page = open_page()
    run(page)
    expect(page.get_by_text(DOUBTS)).to_be_visible()
    doubts = page.locator(".doubt")
    expect(doubts).to_have_text(["June", "Anna Berg"])
    doubts.first.focus()
    why = "getComputedStyle(document.querySelector('.doubt'), '::after')"
    assert "not found in the article" in page.evaluate(f"{why}.content")
    assert page.evaluate(f"{why}.opacity") == "1"
    # What is explained is not part of the text that people copy.
    assert page.get_by_role("region", name="Summary").inner_text().strip() == SUMMARY
    assert serious(page) == []


def test_presenter_sees_the_link_and_visitors_what_they_may_do(open_page):
    # The public name is this machine's other one, so that one browser can come both ways.
    config = PageConfig(is_shared=True, sharing=Sharing("http://localhost", ("guest", "secret")))
    presenter = open_page(config)
    presenter.locator("#sharing summary").click()
    panel = presenter.locator("#sharing .popup")
    expect(panel.get_by_role("link", name="http://localhost")).to_be_visible()
    expect(panel).to_contain_text("secret")
    assert serious(presenter) == []
    panel.get_by_role("button", name="QR code, full screen").click()
    invitation = presenter.get_by_role("dialog", name="This page is shared")
    code = invitation.get_by_role("img", name="QR code of the public link").bounding_box()
    assert min(code["width"], code["height"]) > 400
    expect(invitation).to_contain_text("secret")
    presenter.keyboard.press("Escape")
    expect(invitation).to_be_hidden()
    visitor = open_page(config, host="localhost")
    visitor.locator("#sharing summary").click()
    expect(visitor.get_by_text("You are a guest on somebody's computer")).to_be_visible()
    visitor.keyboard.press("Escape")
    expect(visitor.get_by_text("secret")).to_have_count(0)
    visitor.get_by_role("button", name="Recent summaries").click()
    expect(visitor.get_by_label("Remember them in this browser")).not_to_be_checked()
    run(visitor)
    wait_finished(visitor)
    assert visitor.evaluate("localStorage.getItem('nutshell.history')") is None


def test_login_says_what_it_is_for_and_lets_in(open_page):
    page = open_page(auth=("guest", "secret"), expect_page=False)
    expect(page.get_by_text("Whoever invited you has the user name and the password.")).to_be_visible()
    page.get_by_label("username").fill("guest")
    page.get_by_label("password").fill("secret")
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_label("Article", exact=True)).to_be_visible()


def test_web_address_is_opened_where_it_is_allowed(open_page, monkeypatch):
    story = "\n\n".join([ARTICLE] * 3)
    site = LittleServer(lambda handler: _send_text(handler, story))
    web = Web(
        resolve=lambda host, port: ["127.0.0.1"],
        is_allowed=lambda address: address == "127.0.0.1",
        ports=frozenset([site.port]),
    )
    monkeypatch.setattr(article_run, "fetch_article", functools.partial(fetch_article, web=web))
    page = open_page(PageConfig(allow_urls=True))
    run(page, f"http://news.test:{site.port}/story")
    expect(page.get_by_label("Article", exact=True)).to_have_value(story)
    wait_finished(page)
    site.close()


def test_address_of_the_own_network_is_not_opened(open_page):
    reached = []
    site = LittleServer(lambda handler: reached.append(handler.path))
    page = open_page(PageConfig(allow_urls=True))
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1"):
        run(page, f"http://{host}:{site.port}/admin")
        expect(page.get_by_text(WEB_NOT_PUBLIC)).to_be_visible()
        run(page, "")
        expect(page.get_by_text(NOTHING_TO_DO)).to_be_visible()
    site.close()
    assert reached == []


def _send_text(handler, text):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/plain; charset=utf-8")
    handler.send_header("Content-Length", str(len(text.encode())))
    handler.end_headers()
    handler.wfile.write(text.encode())


def test_page_is_english_in_every_browser(open_page):
    def said(locale, url=None):
        page = open_page(url=url, locale=locale)
        page.get_by_role("tab", name="Many articles").click()
        expect(page.get_by_text("Click to Upload")).to_be_visible()
        named = "[...document.querySelectorAll('[aria-label], [title], [placeholder]')]"
        labels = page.evaluate(f"{named}.map((part) => part.ariaLabel ?? part.title ?? part.placeholder)")
        text, direction = page.locator("#batch-file").inner_text(), page.evaluate("document.documentElement.dir")
        return page.url, (text, labels, direction)

    url, english = said("en-US")
    for locale in ("de-DE", "zh-CN", "ar", "pt-BR", "ja"):
        assert said(locale, url)[1] == english, locale


def test_login_is_english_in_every_browser(open_page):
    url = None
    for locale in ("de-DE", "ar"):
        page = open_page(url=url, auth=("guest", "secret"), expect_page=False, locale=locale)
        expect(page.get_by_role("button", name="Login")).to_be_visible()
        expect(page.get_by_label("password")).to_be_visible()
        url = page.url


def test_wrong_password_is_told_and_both_are_asked_again(open_page):
    page = open_page(auth=password_check("guest", "canoe-lemon-amber"), expect_page=False)
    for password in ("canoe-lemon", "Canoe lemon amber"):
        expect(page.get_by_text("If one of them was wrong, type both again.")).to_be_visible()
        page.get_by_label("username").fill("Guest")
        page.get_by_label("password").fill(password)
        page.get_by_role("button", name="Login").click()
        if password == "canoe-lemon":
            expect(page.get_by_text("Incorrect Credentials")).to_be_visible()
    expect(page.get_by_label("Article", exact=True)).to_be_visible()
    open_page.problems.remove("Failed to load resource: the server responded with a status of 400 (Bad Request)")


def test_name_and_pills_stand_beside_each_other_on_a_phone(open_page):
    sharing = Sharing(url="https://abc123.gradio.live", login=("guest", "secret"))
    url = None
    for width in (320, 360, 390):
        page = open_page(PageConfig(sharing=sharing), url=url, viewport={"width": width, "height": 740})
        url = page.url
        expect(page.locator("#state .pill")).to_contain_text("Language model")
        parts = (
            page.get_by_role("heading", name="Nutshell"),
            page.locator("#sharing .pill"),
            page.locator("#state .pill"),
        )
        boxes = [part.bounding_box() for part in parts]
        for before, after in itertools.pairwise(boxes):
            is_beside = before["x"] + before["width"] <= after["x"]
            assert is_beside or before["y"] + before["height"] <= after["y"], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
