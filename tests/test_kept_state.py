"""What is set counts from the first moment on, what is shown belongs together, and a reload loses nothing."""

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import blank_page
from tests.little_server import LittleServer, send_json, send_stream, sse
from tests.running_app import free_port
from tests.test_page_states import ARTICLE, RESULT, STATUS, SUMMARY
from tests.watched_page import Watch, box, button, serious, summary, wait_finished
from ui.article_run import SIDES
from ui.client import SummarizerClient
from ui.looks import launch_options
from ui.page import PageConfig, build_page
from ui.patience import BUSY, STARTING
from ui.result import STALE
from ui.samples import SAMPLES

pytestmark = pytest.mark.browser

KEY_SENTENCES = {**RESULT, "method": "extractive", "model": None, "unsupported": [], "summary": "The ferries run all."}


class Site:
    """A page with a summarizer that says what a test wants; `result` and `status` may change."""

    def __init__(self, config: PageConfig) -> None:
        self.result, self.status, self.is_endless = RESULT, STATUS, False
        self.server = LittleServer(self._answer)
        self.blocks = build_page(SummarizerClient(self.server.url), config)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.blocks.launch(server_port=port, **launch_options())

    def _answer(self, handler):
        writes = send_stream(sse("draft", {"text": "Ferries will run"}), repeat_last=True)
        events = writes if self.is_endless else send_stream(sse("result", self.result))
        (send_json(200, self.status) if handler.command == "GET" else events)(handler)

    def close(self):
        self.blocks.close(verbose=False)
        self.server.close()


@pytest.fixture(scope="module")
def site():
    site = Site(PageConfig())
    yield site
    site.close()


@pytest.fixture
def open_page(site, browser):
    site.result, site.status, site.is_endless = RESULT, STATUS, False
    watch, contexts = Watch(), []

    def open_page(url=None, *, context=None, prepare=None) -> Page:
        if context is None:
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            contexts.append(context)
        page = context.new_page() if prepare else blank_page(context)
        watch.over(page, url or site.url)
        if prepare:
            prepare(page)
        page.goto(url or site.url, wait_until="commit")
        return page

    yield open_page
    watch.end()
    for context in contexts:
        context.close()
    # A reload aborts Gradio's open requests, and Gradio does not catch that.
    watch.problems[:] = [text for text in watch.problems if "AbortError" not in text and "errored out" not in text]
    watch.check()


def length(page):
    return page.get_by_role("spinbutton", name="Words at most")


def run(page, text=ARTICLE):
    expect(box(page)).to_be_visible()
    box(page).fill(text)
    button(page, "Summarize").click()
    wait_finished(page)
    # The history and this tab keep it a moment later.
    page.wait_for_function(
        "JSON.parse(sessionStorage.getItem('nutshell.tab') ?? '{}').shown || !nutshell.history.keeps"
    )


def slow(page):
    """A machine and a network that are busy with other things."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    conditions = {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", conditions)


REMEMBERED = "localStorage.setItem('nutshell.settings', JSON.stringify({ length: 120, form: 'bullets' }))"


@pytest.mark.parametrize("what", ["article and length", "article and preset", "sample and form"])
def test_what_is_set_in_the_first_moment_stays_and_counts(site, open_page, what):
    def prepare(page):
        page.add_init_script(REMEMBERED)
        slow(page)

    page = open_page(prepare=prepare)
    expect(box(page)).to_be_visible()
    wanted = {"text": ARTICLE, "max_words": 120, "format": "bullets"}
    if what == "sample and form":
        page.get_by_label("Text", exact=True).check()
        button(page, SAMPLES[1].name).click()
        wanted |= {"text": SAMPLES[1].text, "format": "paragraph"}
    elif what == "article and preset":
        page.get_by_role("radio", name="Short").check()
        wanted["max_words"] = 40
    else:
        length(page).fill("30")
        length(page).press("Tab")
        wanted["max_words"] = 30
    if what != "sample and form":
        box(page).fill(ARTICLE)
    num_before = len(site.server.bodies)
    page.wait_for_timeout(1500)
    expect(box(page)).to_have_value(wanted["text"])
    expect(length(page)).to_have_value(str(wanted["max_words"]))
    button(page, "Summarize").click()
    expect(page.locator("#result .data")).to_be_attached()
    assert site.server.bodies[num_before:] == [{**wanted, "method": "auto"}]


def test_remembered_settings_are_there_from_the_first_moment(open_page):
    seen = "window.seen = new Set(); new MutationObserver(() => { const own = document.querySelector"
    seen += "('#length input[type=number]'); own && seen.add(own.value); }).observe(document, {childList: true, "
    seen += "subtree: true, attributes: true});"
    page = open_page(prepare=lambda page: (page.add_init_script(REMEMBERED), page.add_init_script(seen)))
    expect(length(page)).to_have_value("120")
    page.wait_for_timeout(1000)
    assert page.evaluate("[...seen]") == ["120"]


def test_reload_and_back_keep_article_length_and_result(site, open_page):
    page = open_page()
    expect(length(page)).to_be_visible()
    length(page).fill("45")
    length(page).press("Tab")
    run(page)
    for again in (page.reload, lambda: (page.goto("about:blank"), page.go_back())):
        again()
        expect(box(page)).to_have_value(ARTICLE)
        expect(length(page)).to_have_value("45")
        expect(summary(page)).to_contain_text(SUMMARY.split(" from")[0])
        expect(page.locator("#about .badge")).to_be_visible()
        expect(button(page, "Copy")).to_be_visible()
        expect(page.locator("#about mark").first).to_be_visible()
        expect(page.get_by_text(STALE)).to_be_hidden()
    expect(page.locator("#counts")).to_contain_text("words")


def test_text_that_was_only_typed_is_there_again(open_page):
    page = open_page()
    expect(box(page)).to_be_visible()
    box(page).press_sequentially("Half an article")
    page.reload()
    expect(box(page)).to_have_value("Half an article")


def test_tabs_do_not_overwrite_one_another(open_page):
    first = open_page()
    run(first)
    second = open_page(context=first.context)
    expect(box(second)).to_have_value("")
    box(second).fill("Another article.")
    length(second).fill("90")
    length(second).press("Tab")
    first.reload()
    expect(box(first)).to_have_value(ARTICLE)
    expect(length(first)).to_have_value("60")
    second.reload()
    expect(box(second)).to_have_value("Another article.")
    expect(length(second)).to_have_value("90")


def test_shared_page_keeps_nothing(browser):
    site = Site(PageConfig(is_shared=True))
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.url)
    run(page)
    assert page.evaluate("[sessionStorage.length, localStorage.getItem('nutshell.history')]") == [0, None]
    page.reload()
    expect(box(page)).to_have_value("")
    context.close()
    site.close()


def test_foreign_things_in_the_tabs_storage_do_no_harm(open_page):
    page = open_page(prepare=lambda page: None)
    for stored in ("{", "null", "[1]", '{"article": 7, "length": "x", "shown": {"result": 1}}', '"a"'):
        # The one that was added last has the last word.
        page.add_init_script(f"sessionStorage.setItem('nutshell.tab', {stored!r})")
        page.reload()
        expect(box(page)).to_have_value("")
        expect(length(page)).to_have_value("60")


@pytest.mark.parametrize("how", ["sample", "typing", "link"])
def test_result_of_another_text_says_so(open_page, how):
    page = open_page()
    run(page)
    expect(page.get_by_text("Done")).to_be_visible()
    expect(page.get_by_text(STALE)).to_be_hidden()
    if how == "sample":
        button(page, SAMPLES[0].name).click()
    elif how == "typing":
        box(page).press("End")
        box(page).press_sequentially(" More.")
    else:
        box(page).fill("")
    expect(page.get_by_text(STALE)).to_be_visible()
    expect(page.get_by_text("Done")).to_be_hidden()
    box(page).fill(ARTICLE + "\n")
    expect(page.get_by_text(STALE)).to_be_hidden()


def test_clear_takes_the_result_away(open_page):
    page = open_page()
    run(page)
    button(page, "Clear").click()
    expect(box(page)).to_have_value("")
    expect(summary(page)).to_contain_text("The summary will stand here.")
    for gone in ("#result .data", "#about mark", "#progress .line"):
        expect(page.locator(gone)).to_have_count(0)
    expect(button(page, "Copy")).to_be_hidden()
    expect(page.get_by_text(STALE)).to_be_hidden()
    page.reload()
    expect(box(page)).to_have_value("")
    expect(summary(page)).to_contain_text("The summary will stand here.")


def test_model_that_arrives_is_offered_for_key_sentences_only(site, open_page):
    site.status, site.result = {**STATUS, "model_state": "loading"}, KEY_SENTENCES
    page = open_page()
    expect(page.locator("#state [data-model-state=loading]")).to_be_attached()  # it has asked since the test before
    run(page)
    redo = button(page, "The language model is ready now: summarize again in new words")
    expect(redo).to_be_hidden()
    site.status, site.result = STATUS, RESULT
    expect(redo).to_be_visible()
    redo.click()
    expect(summary(page)).to_contain_text(SUMMARY.split(" from")[0])
    expect(redo).to_be_hidden()


def test_key_sentences_that_the_model_would_not_better_are_left_alone(site, open_page):
    """Another language gets them though the model is there."""
    site.result = KEY_SENTENCES
    page = open_page()
    expect(page.locator("#state summary")).to_have_text("Language model")
    run(page)
    page.wait_for_timeout(1000)
    expect(button(page, "The language model is ready now: summarize again in new words")).to_be_hidden()


def test_headline_stands_over_the_summary_when_asked_for(open_page):
    page = open_page()
    run(page)
    shown = summary(page).get_by_text("The ferries run all night from May", exact=True)
    expect(shown).to_be_hidden()
    page.get_by_label("Headline").check()
    expect(shown).to_be_visible()
    page.locator("#save summary").click()
    with page.expect_download() as download:
        button(page, "As text").click()
    assert download.value.suggested_filename == "the-ferries-run-all-night-from-may-summary.txt"
    assert download.value.path().read_text().startswith("The ferries run all night from May\n\nFerries will run")
    page.reload()
    expect(page.get_by_label("Headline")).to_be_checked()
    expect(shown).to_be_visible()
    page.get_by_label("Headline").uncheck()
    expect(shown).to_be_hidden()
    page.get_by_role("button", name="Recent summaries").click()
    expect(page.locator("#history").get_by_role("button").first).to_contain_text("The ferries run all night from May")


def test_missing_model_is_told_once_to_guests_and_explained_to_the_host(site, open_page):
    reason = "The model x is not on this machine, and HF_HUB_OFFLINE forbids fetching it."
    site.status = {**STATUS, "method": "extractive", "model_state": "failed", "model_reason": reason}
    site.result = KEY_SENTENCES
    page = open_page()
    expect(page.locator("#state summary")).to_have_text("Key sentences")
    run(page)
    page.locator("#state summary").click()
    expect(page.locator("#state").get_by_text("The language model is not here now")).to_be_visible()
    expect(page.locator("#state-said")).to_be_empty()  # what is read out stands there for a moment
    shown = page.locator("body").inner_text()
    assert shown.count("language model") == 1
    assert "HF_HUB_OFFLINE" not in shown
    page.get_by_role("button", name="About / for engineers").click()
    expect(page.get_by_text(reason)).to_be_visible()


def test_batch_shows_the_length_in_force(open_page):
    page = open_page()
    expect(length(page)).to_be_visible()
    for num_words, form, said in [
        (None, None, "Each summary: at most 60 words, as text."),
        ("45", "Points", "Each summary: at most 45 words, as points."),
    ]:
        if num_words:
            page.get_by_role("tab", name="One article").click()
            length(page).fill(num_words)
            length(page).press("Tab")
            page.get_by_label(form, exact=True).check()
        page.get_by_role("tab", name="Many articles").click()
        expect(page.get_by_text(said)).to_be_visible()


def test_comparison_stands_in_the_summarys_place_and_goes_again(open_page):
    page = open_page()
    run(page)
    button(page, "Compare").click()
    for side in SIDES.values():
        expect(page.get_by_role("region", name=side)).to_contain_text(SUMMARY)
    expect(button(page, "Summarize")).to_be_visible()
    expect(button(page, "Copy")).to_be_hidden()
    box(page).fill("Another text.")
    expect(page.get_by_text(STALE)).to_be_visible()
    box(page).fill(ARTICLE)
    expect(page.get_by_text(STALE)).to_be_hidden()
    button(page, "Back to the summary").click()
    expect(summary(page)).to_contain_text(SUMMARY)
    expect(button(page, "Copy")).to_be_visible()


def test_nothing_is_compared_with_itself(site, open_page):
    site.status, site.result = {**STATUS, "model_state": "failed"}, KEY_SENTENCES
    page = open_page()
    run(page)
    expect(button(page, "Copy")).to_be_visible()
    expect(button(page, "Compare")).to_be_hidden()


def start_endless(site, open_page, **options) -> Page:
    """A page whose run, started by keyboard, writes and never ends."""
    site.is_endless = True
    page = open_page(**options)
    expect(box(page)).to_be_visible()
    box(page).fill(ARTICLE)
    button(page, "Summarize").focus()
    page.keyboard.press("Enter")
    expect(summary(page)).to_contain_text("Ferries will run")
    return page


def test_escape_stops_and_the_keyboard_is_where_it_was(site, open_page):
    page = start_endless(site, open_page)
    expect(button(page, "Summarize")).to_be_hidden()
    expect(button(page, "Stop")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(summary(page)).to_contain_text("Ferries will run")
    expect(button(page, "Summarize")).to_be_focused()


def test_clear_ends_a_run_too(site, open_page):
    page = start_endless(site, open_page)
    button(page, "Clear").click()
    expect(button(page, "Summarize")).to_be_visible()
    expect(summary(page)).to_contain_text("The summary will stand here.")
    expect(box(page)).to_have_value("")
    expect(page.locator("#progress")).not_to_contain_text("Stopped")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_states_that_pass(site, open_page, monkeypatch, scheme):
    page = start_endless(site, open_page, prepare=lambda page: page.emulate_media(color_scheme=scheme))
    found = {"writing": serious(page)}
    page.keyboard.press("Escape")
    expect(page.get_by_text("Stopped.")).to_be_visible()
    found["stopped"] = serious(page)
    for said, status, error in (
        (BUSY, 429, {"error": "busy", "retry_after_s": 60}),
        (STARTING, 503, {"error": "not_ready", "retry_after_s": 10}),
        ("Far too long.", 413, {"error": "too_large"}),
    ):
        refuse = send_json(status, {"message": said, **error})
        answers = {"GET": send_json(200, STATUS), "POST": refuse}
        monkeypatch.setattr(site.server, "answer", lambda handler, answers=answers: answers[handler.command](handler))
        button(page, "Summarize").click()
        expect(page.get_by_text(said)).to_be_visible()
        found[said] = serious(page)
        page.keyboard.press("Escape")
        expect(button(page, "Summarize")).to_be_visible()
    assert not any(found.values()), found


def test_a_button_that_can_not_be_pressed_looks_like_none_in_the_dark(site, open_page):
    page = open_page(prepare=lambda page: page.emulate_media(color_scheme="dark"))
    main, other = button(page, "Summarize"), button(page, "Open a file")
    expect(main).to_be_visible()
    colours = [part.evaluate("(part) => getComputedStyle(part).backgroundColor") for part in (main, other)]
    main.evaluate("(part) => { part.disabled = true; }")
    for colour in colours:  # it fades
        expect(main).not_to_have_css("background-color", colour)
