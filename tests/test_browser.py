"""What a person does on the page and sees there, in real Chromium against the real application."""

import os
import re
import signal
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import blank_page
from tests.running_app import wait_until
from tests.watched_page import Watch, box, button, summary, wait_finished, wait_loaded
from ui.article_run import NOTHING_TO_DO
from ui.patience import STARTING, STARTING_AGAIN
from ui.runs import STOPPED
from ui.samples import SAMPLES

pytestmark = [pytest.mark.ray, pytest.mark.browser]

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 740}
SLOW = " ".join(sample.text for sample in SAMPLES) * 30
"""An article that keeps the tiny model busy for a good while."""


@pytest.fixture
def app(model_app):
    return model_app


@pytest.fixture
def open_page(app, browser):
    """Opens pages that watch themselves: no request leaves loopback, nothing is an error in the console."""
    contexts, watch = [], Watch()

    def open_page(**context) -> Page:
        contexts.append(browser.new_context(**{"viewport": DESKTOP, **context}))
        page = watch.over(blank_page(contexts[-1]), app.page_url)
        page.goto(app.page_url)
        expect(summarize(page)).to_be_enabled()
        wait_loaded(page)
        return page

    open_page.problems = watch.problems
    yield open_page
    watch.end()
    for context in contexts:
        context.close()
    watch.check()


def summarize(page):
    return button(page, "Summarize")


def stop(page):
    return button(page, "Stop")


def test_press_before_there_is_a_summarizer_waits_and_is_answered(starting_model_app, browser):
    """The first test on this application: its summarizer is held up until the button is pressed."""
    starting_app = starting_model_app
    wait_until(lambda: starting_app.pids_of("serving.launch"), timeout_s=300, what="the summarizer's process")
    (launch,) = starting_app.pids_of("serving.launch")
    os.kill(launch, signal.SIGSTOP)
    try:
        wait_until(starting_app.page_is_up, timeout_s=300, what="the page")
        context = browser.new_context()
        page = context.new_page()
        page.goto(starting_app.page_url)
        page.get_by_role("button", name=SAMPLES[0].name).click()
        expect(box(page)).to_have_value(SAMPLES[0].text)
        summarize(page).click()
        expect(page.get_by_text(STARTING)).to_be_visible()
    finally:
        os.kill(launch, signal.SIGCONT)
    # Nobody presses again.
    wait_finished(page)
    expect(page.locator(".line.error")).to_have_count(0)
    expect(page.locator("#state summary")).to_have_text("Language model")
    context.close()


def test_paste_slide_summarize(open_page):
    page = open_page()
    expect(box(page)).to_be_focused()
    box(page).fill(SAMPLES[1].text)
    page.get_by_role("spinbutton", name="Words at most").fill("30")
    page.get_by_role("spinbutton", name="Words at most").press("Tab")
    summarize(page).click()
    wait_finished(page)
    text = summary(page).inner_text()
    assert 0 < len(text.split()) <= 30
    num_words = len(SAMPLES[1].text.split())
    expect(page.get_by_text(f"{num_words} words → {len(text.split())}")).to_be_visible()
    expect(page.get_by_text("Written by the language model")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    expect(stop(page)).to_be_hidden()
    expect(summarize(page)).to_be_enabled()


def test_sample_fills_the_box(open_page):
    page = open_page()
    for sample in SAMPLES:
        page.get_by_role("button", name=sample.name).click()
        expect(box(page)).to_have_value(sample.text)


def test_by_keyboard_alone(open_page):
    page = open_page()
    expect(box(page)).to_be_focused()
    page.keyboard.insert_text(SAMPLES[0].text)
    page.keyboard.press("Control+Enter")
    wait_finished(page)
    focused = []
    for _ in range(16):
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.innerText || document.activeElement.type"))
    assert "Summarize" in focused, focused


def test_draft_grows_while_it_is_written(open_page):
    page = open_page()
    box(page).fill(SLOW)
    summarize(page).click()
    expect(page.get_by_text("Writing")).to_be_visible()
    drafts = []
    while len(drafts) < 3:
        text = summary(page).inner_text()
        if text not in drafts:
            drafts.append(text)
        page.wait_for_timeout(200)
    expect(page.get_by_text(re.compile(r"part \d+ of \d+"))).to_be_visible()
    stop(page).click()
    expect(page.get_by_text(STOPPED)).to_be_visible()


@pytest.mark.parametrize("way", ["Stop", "closed tab", "reload"])
def test_leaving_frees_the_cpu(app, open_page, way):
    page = open_page()
    box(page).fill(SLOW)
    summarize(page).click()
    expect(page.get_by_text("Writing")).to_be_visible()
    leave = {"Stop": lambda: stop(page).click(), "closed tab": page.close, "reload": page.reload}
    leave[way]()
    app.wait_idle()
    if way == "reload":
        # It aborts Gradio's open requests, and Gradio does not catch that.
        assert all("AbortError" in problem or "errored out" in problem for problem in open_page.problems)
        open_page.problems.clear()
    if way == "Stop":
        expect(page.get_by_text(STOPPED)).to_be_visible()
        expect(box(page)).to_have_value(SLOW)
        expect(summarize(page)).to_be_enabled()


def test_stop_at_any_moment_stops_and_frees_the_page(app, open_page):
    page = open_page()
    box(page).fill(SLOW)
    for after_s in (0.0, 0.1, 0.3, 0.7, 1.0):
        summarize(page).click()
        expect(stop(page)).to_be_visible()
        expect(page.get_by_text(STOPPED)).to_have_count(0)
        time.sleep(after_s)
        stop(page).click()
        expect(page.get_by_text(STOPPED)).to_be_visible()
        expect(summarize(page)).to_be_enabled()
        expect(stop(page)).to_be_hidden()
        app.wait_idle()


def test_two_people_at_once_do_not_block_each_other(app, open_page):
    first, second = open_page(), open_page()
    box(first).fill(SLOW)
    summarize(first).click()
    expect(first.get_by_text("Writing")).to_be_visible()
    second.get_by_role("button", name=SAMPLES[0].name).click()
    expect(box(second)).to_have_value(SAMPLES[0].text)
    summarize(second).click()
    wait_finished(second)
    expect(first.get_by_text("Writing")).to_be_visible()
    stop(first).click()
    expect(first.get_by_text(STOPPED)).to_be_visible()


def test_pointing_at_a_sentence_shows_where_it_comes_from(open_page):
    page = open_page()
    # Another language gets key sentences, so that there is evidence to point at whatever the tiny model says.
    box(page).fill(
        "Die Fähren der Stadt fahren ab dem ersten Mai die ganze Nacht. Das hat der Rat am Dienstag nach vier Stunden "
        "beschlossen. Bisher ging das letzte Boot um zehn vor zwölf. Wer später Dienst hatte, musste ein Taxi nehmen, "
        "und das kostet 38 Euro. Der Rat erwartet 1200 Fahrgäste in der Nacht und gibt dafür zwei Millionen Euro aus."
    )
    summarize(page).click()
    expect(page.get_by_text("The model writes English only")).to_be_visible()
    sentence = page.locator(".sentence").first
    sentence.hover()
    lit = page.locator("#about mark.lit")
    expect(lit).to_have_count(1)
    assert lit.inner_text() == sentence.inner_text()
    assert 0 < page.locator("#about mark").count() < 5


def test_nothing_pasted_is_a_sentence(open_page):
    page = open_page()
    summarize(page).click()
    expect(page.get_by_text(NOTHING_TO_DO)).to_be_visible()
    box(page).fill("😀 !!!")
    summarize(page).click()
    expect(page.get_by_text("There are no words in this text.")).to_be_visible()


def test_markup_in_an_article_is_shown_not_run(open_page):
    page = open_page()
    box(page).fill(
        "<img src=x onerror=alert(1)> <script>alert(2)</script> The town council met on Monday evening. " * 5
    )
    summarize(page).click()
    expect(page.get_by_text("words →")).to_be_visible()


def test_too_long_an_article_is_a_sentence(open_page):
    page = open_page()
    box(page).fill("news " * 40_001)
    summarize(page).click()
    expect(page.get_by_text("The article has 200,005 characters; the limit is 200,000")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone(open_page, scheme):
    page = open_page(viewport=PHONE, color_scheme=scheme, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name=SAMPLES[0].name).tap()
    expect(box(page)).to_have_value(SAMPLES[0].text)
    summarize(page).tap()
    wait_finished(page)
    # Without a scroll the summary would be below the fold.
    expect(summary(page)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_run_broken_by_a_killed_replica_is_done_again_by_itself(app, open_page):
    page, text = open_page(), SLOW[: len(SLOW) // 4]
    box(page).fill(text)
    summarize(page).click()
    expect(page.get_by_text("Writing")).to_be_visible()
    os.kill(app.replica_pids()[0], signal.SIGKILL)
    # Nobody presses again: what was broken off is done once more.
    expect(page.get_by_text(STARTING_AGAIN)).to_be_visible()
    expect(page.get_by_text("words →")).to_be_visible(timeout=300_000)
    expect(page.get_by_text(STOPPED)).to_have_count(0)
    expect(box(page)).to_have_value(text)
    expect(page.locator("#state summary")).to_have_text("Language model")
    box(page).fill(SAMPLES[0].text)
    summarize(page).click()
    wait_finished(page)
