"""Where things stand on the page: at the sizes of common windows, zoomed, large, by keyboard, on paper."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsers import blank_page
from tests.watched_page import Watch, box, button, serious, summary, wait_finished, wait_loaded
from ui.article_run import NOTHING_TO_DO
from ui.samples import SAMPLES

pytestmark = [pytest.mark.ray, pytest.mark.browser]

DESKTOPS = [(1280, 720), (1366, 768), (1920, 1080)]
PHONES = [(390, 844), (360, 740)]
ZOOMED = {"200 %": (640, 360), "400 %": (320, 180)}
"""What is left of 1280 by 720 CSS pixels."""

COUNT_SHIFTS = """() => {
  globalThis.shifts = [];
  const note = (list) => shifts.push(...list.getEntries().map((entry) => entry.value));
  new PerformanceObserver(note).observe({ type: "layout-shift" });
}"""
"""Also those just after a press, which the usual measure (https://web.dev/articles/cls) forgives."""


@pytest.fixture
def open_page(key_sentences_app, browser):
    watch, contexts = Watch(), []

    def open_page(size=(1280, 720), *, before=None, **context) -> Page:
        width, height = size
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **context))
        page = contexts[-1].new_page() if before else blank_page(contexts[-1])
        watch.over(page, key_sentences_app.page_url)
        if before:
            before(page)
        page.goto(key_sentences_app.page_url)
        wait_loaded(page)
        page.locator("#state [data-max-article-chars]").wait_for(state="attached")
        return page

    yield open_page
    watch.end()
    for context in contexts:
        context.close()
    watch.check()


def press(page: Page, text: str = SAMPLES[3].text) -> None:
    box(page).fill(text)
    button(page, "Summarize").click()
    wait_finished(page)
    settled(page)


def settled(page: Page) -> None:
    """Wait until nothing scrolls any more."""
    page.wait_for_function("""() => new Promise((done) => {
      const before = scrollY;
      setTimeout(() => done(scrollY === before), 250);
    })""")


def is_inside(page: Page, part: Locator, *, top_only: bool = False) -> bool:
    """Whether a part is wholly in the window, or at least its first line, with nothing over it."""
    return part.evaluate(
        """(part, topOnly) => {
          const { top, bottom, left, right } = part.getBoundingClientRect();
          const end = topOnly ? top + Math.min(bottom - top, 24) : bottom;
          const over = document.elementFromPoint((left + right) / 2, (top + end) / 2);
          const isBare = part.contains(over) || over?.contains(part);
          return isBare && top >= 0 && left >= 0 && end <= innerHeight && right <= innerWidth;
        }""",
        top_only,
    )


def has_no_horizontal_scroll(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", DESKTOPS)
def test_a_window_holds_article_controls_and_the_whole_summary(open_page, size):
    page = open_page(size)
    controls = [box(page), page.locator("#length"), page.locator("#marks"), button(page, "Summarize")]
    assert [is_inside(page, part) for part in controls] == [True] * 4
    page.evaluate(COUNT_SHIFTS)
    press(page)
    assert [is_inside(page, part) for part in [*controls, summary(page), page.locator("#tools")]] == [True] * 6
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("shifts.reduce((sum, shift) => sum + shift, 0)") < 0.05
    assert has_no_horizontal_scroll(page)


@pytest.mark.parametrize("size", PHONES)
def test_a_phone_shows_box_and_button_first_and_then_the_summary(open_page, size):
    page = open_page(size, has_touch=True, is_mobile=True)
    assert is_inside(page, box(page))
    assert is_inside(page, button(page, "Summarize"))
    assert is_inside(page, page.get_by_role("tab", name="Many articles"))
    assert page.locator("#large").is_hidden()
    box(page).fill(SAMPLES[3].text)
    page.evaluate(COUNT_SHIFTS)
    button(page, "Summarize").tap()
    wait_finished(page)
    settled(page)
    assert is_inside(page, page.get_by_role("heading", name="Summary"))
    assert is_inside(page, summary(page), top_only=True)
    assert is_inside(page, button(page, "Summarize"))
    assert page.evaluate("shifts.reduce((sum, shift) => sum + shift, 0)") < 0.05
    assert has_no_horizontal_scroll(page)
    sizes = page.locator("input:visible, textarea:visible").evaluate_all(
        "(fields) => fields.map((field) => parseFloat(getComputedStyle(field).fontSize))"
    )
    assert min(sizes) >= 16


@pytest.mark.parametrize(
    ("size", "is_large"), [(DESKTOPS[0], True), *((size, False) for size in [*DESKTOPS, *PHONES, *ZOOMED.values()])]
)
def test_nothing_that_matters_is_out_of_sight_after_a_press(open_page, size, is_large):
    page = open_page(size)
    if is_large:
        page.evaluate("document.documentElement.classList.add('large')")
    button(page, "Summarize").click()
    said = page.get_by_text(NOTHING_TO_DO)
    expect(said).to_be_visible()
    settled(page)
    assert is_inside(page, said, top_only=True)
    for start, sample in (("scrollTo(0, 0)", 3), ("scrollTo(0, document.documentElement.scrollHeight)", 0)):
        page.evaluate(start)
        # By keyboard, which does not need to bring the button into view.
        box(page).evaluate("(box) => box.focus({ preventScroll: true })")
        press(page, SAMPLES[sample].text)
        assert is_inside(page, summary(page), top_only=True)
        assert is_inside(page, button(page, "Summarize"))
    assert has_no_horizontal_scroll(page)


def test_another_length_or_form_is_shown_at_once(open_page):
    page = open_page()
    press(page)
    before = summary(page).inner_text()
    page.get_by_role("radio", name="Long").check()
    expect(page.locator("#result .data[data-words='120']")).to_be_attached()
    assert len(summary(page).inner_text().split()) > len(before.split())
    expect(page.get_by_role("spinbutton", name="Words at most")).to_have_value("120")
    page.get_by_role("radio", name="Points").check()
    expect(summary(page).get_by_role("listitem").first).to_be_visible()
    page.get_by_role("button", name="Recent summaries").click()
    expect(page.locator("#history button")).to_have_count(1)


def test_a_mark_is_lit_at_its_own_length_only(open_page):
    page = open_page()
    number = page.get_by_role("spinbutton", name="Words at most")
    for length, lit in (("200", []), ("120", ["120"]), ("125", []), ("40", ["40"])):
        number.fill(length)
        expect(page.locator("#marks input:checked")).to_have_count(len(lit))
    page.get_by_role("radio", name="Long").check()
    number.fill("200")
    page.get_by_role("radio", name="Long").check()
    expect(number).to_have_value("120")


def test_a_number_that_cannot_be_becomes_the_nearest_that_can(open_page):
    page = open_page()
    press(page)
    number = page.get_by_role("spinbutton", name="Words at most")
    for typed, taken in {"": "60", "9999": "250", "-3": "20", "1e3": "250", "5": "20", "33": "3[35]"}.items():
        number.fill("")
        number.press_sequentially(typed)
        number.press("Tab")
        expect(number).to_have_value(re.compile(f"^{taken}$"))
        expect(page.locator("#result .data")).to_have_attribute("data-words", number.input_value())
        expect(page.locator(".toast-body")).to_have_count(0)


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
def test_a_summary_from_before_is_brought_into_the_window(open_page, size):
    page = open_page(size)
    press(page)
    before = summary(page).inner_text()
    press(page, SAMPLES[0].text)
    page.wait_for_function("JSON.parse(localStorage.getItem('nutshell.history') ?? '[]').length === 2")
    page.get_by_role("button", name="Recent summaries").click()
    page.locator("#history").get_by_role("button").nth(1).click()
    expect(summary(page)).to_contain_text(before)
    settled(page)
    assert is_inside(page, summary(page), top_only=True)


def test_arrow_keys_move_in_each_group_of_choices(open_page):
    page = open_page()
    page.get_by_role("radio", name="Medium").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Long")).to_be_checked()
    expect(page.get_by_role("radio", name="Long")).to_be_focused()
    expect(page.get_by_role("spinbutton", name="Words at most")).to_have_value("120")
    page.get_by_role("radio", name="Text").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Points")).to_be_checked()
    expect(page.get_by_role("radio", name="Long")).to_be_checked()
    for group in ("Length", "Form"):
        expect(page.get_by_role("radiogroup", name=group)).to_be_visible()


def test_a_keyboard_comes_from_the_box_to_the_summary_in_eight_tabs(open_page):
    page = open_page()
    press(page)
    box(page).focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#result') !== null"):
            return
    pytest.fail("the summary is further away than eight tabs")


def test_focus_goes_to_the_summarys_heading_on_request(open_page):
    page = open_page()
    press(page)
    page.get_by_role("link", name="Go to the summary").focus()
    expect(page.get_by_role("link", name="Go to the summary")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Summary")).to_be_focused()
    page.keyboard.press("Tab")
    expect(summary(page).locator("*").or_(summary(page)).and_(page.locator(":focus"))).to_have_count(1)


def test_folds_say_whether_they_are_open(open_page):
    page = open_page()
    fold = page.get_by_role("button", name="Recent summaries")
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")


def test_text_from_right_to_left_stands_on_the_right(open_page):
    page = open_page()
    direction = "(part) => getComputedStyle(part).direction"
    for text in (
        "عادت العبّارات إلى العمل طوال الليل. قال المجلس ذلك يوم الثلاثاء.",
        "המעבורות חזרו לפעול כל הלילה. כך אמרה העירייה ביום שלישי.",
    ):
        press(page, text)
        assert box(page).evaluate(direction) == "rtl"
        expect(summary(page).locator("p").last).to_contain_text(text[:20])
        assert summary(page).locator("p").last.evaluate(direction) == "rtl"
        assert page.locator("#about .article p").first.evaluate(direction) == "rtl"
    page.get_by_role("button", name="Recent summaries").click()
    expect(page.locator("#history button")).to_have_count(2)
    assert page.locator("#history button").evaluate_all(f"(parts) => parts.map({direction})") == ["rtl", "rtl"]


def test_words_are_counted_as_the_summarizer_counts_them(open_page, key_sentences_app):
    page = open_page()
    for text, counted in {
        "渡轮将整夜运行。市议会星期二这样说。": "9 words",
        "フェリーは夜通し運航する。": "6 words",
        "One": "1 word",
        "a b\u00a0c\u200ad": "4 words",
    }.items():
        box(page).fill(text)
        expect(page.locator("#counts")).to_contain_text(counted)
        answer = key_sentences_app.post("/summarize", {"text": text}).json()
        assert answer["num_input_words"] == int(counted.split()[0])


def test_paper_holds_title_summary_and_source_only(open_page):
    page = open_page()
    press(page)
    page.emulate_media(media="print")
    shown = page.evaluate("document.body.innerText").split("\n")
    shown = [line for line in shown if line.strip()]
    wanted = [*page.locator("#summary-heading").all_inner_texts(), *summary(page).inner_text().split("\n")]
    assert set(wanted) <= set(shown)
    assert any(line.startswith("Summary of: A violin") for line in shown)
    for word in ("Summarize", "Copy", "Words at most", "Recent summaries", "Many articles", "Key sentences ▾"):
        assert word not in "\n".join(shown)


def test_choice_and_slider_stay_visible_in_forced_colours(open_page):
    page = open_page(forced_colors="active")
    colour = "(part) => getComputedStyle(part).backgroundColor"
    chosen = page.locator("#marks label:has(input:checked)").evaluate(colour)
    assert chosen != page.locator("#marks label:not(:has(input:checked))").first.evaluate(colour)
    assert page.locator("#length input[type=range]").evaluate("(part) => getComputedStyle(part).appearance") == "auto"


@pytest.mark.parametrize(
    ("size", "scheme"),
    [((1280, 720), "light"), ((1280, 720), "dark"), ((390, 844), "dark"), (ZOOMED["400 %"], "light")],
)
def test_axe_finds_nothing_serious(open_page, size, scheme, tmp_path):
    page = open_page(size, color_scheme=scheme)
    found = {"empty": serious(page)}
    press(page)
    found["done"] = serious(page)
    box(page).fill("Another text.")
    expect(page.locator("#stale")).to_be_visible()
    found["of another text"] = serious(page)
    for fold in ("Recent summaries", "About / for engineers"):
        page.get_by_role("button", name=fold).click()
    expect(page.get_by_role("region", name="The same from a terminal")).to_be_visible()
    page.evaluate(FADED_IN)  # half-faded text has little contrast
    found["folds"] = serious(page)
    page.locator("#state summary").click()
    found["pill"] = serious(page)
    page.keyboard.press("Escape")
    expect(page.locator("#state .popup")).to_be_hidden()
    page.get_by_role("tab", name="Many articles").click()
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"text\nThe ferries run all night from May."}
    page.locator("#batch-file input[type=file]").set_input_files(file)
    expect(page.locator("#batch-file a[download]")).to_have_attribute("download", "a.csv")
    button(page, "Summarize all").click()
    expect(page.get_by_text("Done: 1 of 1.")).to_be_visible()
    found["batch"] = serious(page)
    assert not any(found.values()), found


FADED_IN = """() => Promise.all(document.getAnimations()
  .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
  .map((animation) => animation.finished.catch(() => {})))"""

HEAR = """() => {
  globalThis.heard = [];
  const regions = () => [...document.querySelectorAll("[role=status], [aria-live=polite], [role=alert]")];
  const said = new Map(regions().map((region) => [region, region.textContent]));
  const listen = () => regions().forEach((region) => {
    // What is hidden from everybody or from screen readers is not read out.
    const copy = region.cloneNode(true);
    copy.querySelectorAll("[aria-hidden=true]").forEach((part) => part.remove());
    const text = copy.textContent.trim();
    if (text !== (said.get(region) ?? "").trim()) {
      said.set(region, text);
      text && heard.push(text);
    }
  });
  listen();
  heard = [];
  new MutationObserver(listen).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def test_only_our_sentences_are_read_out_and_each_once(open_page, key_sentences_app):
    page = open_page(before=lambda page: page.clock.install())
    page.clock.run_for(2_000)  # the state that it found is said by now
    page.wait_for_timeout(100)
    page.evaluate(HEAR)
    for _ in range(30):  # an idle minute
        page.clock.run_for(2_000)
        page.wait_for_timeout(100)
    assert page.evaluate("heard") == []
    page.clock.resume()
    box(page).fill(SAMPLES[3].text)
    button(page, "Summarize").click()
    expect(page.locator("#result .data")).to_be_attached()
    page.wait_for_function("heard.at(-1)?.startsWith('The summary is there.')")
    page.wait_for_timeout(1_000)  # nothing more
    heard = page.evaluate("heard")
    assert heard[-1].startswith("The summary is there.")
    assert len(heard) == len(set(heard))
    assert set(heard[:-1]) <= {"Sending the article …", "Reading the article …", "You are next."}
