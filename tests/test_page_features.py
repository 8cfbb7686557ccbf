"""What else a person does on the page: files, presets, downloads, history, comparison, batches; in real Chromium."""

import base64
import csv
import io
import json
import subprocess
import zlib

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import blank_page
from tests.running_app import RunningApp
from tests.watched_page import Watch, button, wait_finished, wait_loaded
from tests.watched_page import box as article
from ui.article_run import ADDRESS_ONLY, NOTHING_TO_DO
from ui.headline import file_name, headline
from ui.reading.kinds import FILE_PICTURE
from ui.samples import SAMPLES

pytestmark = [pytest.mark.ray, pytest.mark.browser]


@pytest.fixture
def app(key_sentences_app):
    return key_sentences_app


@pytest.fixture
def page(app, browser):
    """A page that watches itself: no request leaves loopback, nothing is an error in the console."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    watch = Watch()
    page = watch.over(blank_page(context), app.page_url)
    open_(page, app)
    yield page
    watch.end()
    context.close()
    watch.check()


def open_(page: Page, app: RunningApp) -> None:
    page.goto(app.page_url)
    wait_loaded(page)


def preset(page, name):
    return page.get_by_role("radio", name=name)


def summarize(page, sample=SAMPLES[0]):
    button(page, sample.name).click()
    expect(article(page)).to_have_value(sample.text)
    button(page, "Summarize").click()
    wait_finished(page)


def saved(page, name):
    if name.startswith("As"):
        page.locator("#save summary").click()
    with page.expect_download() as download:
        button(page, name).click()
    return download.value.suggested_filename, download.value.path().read_bytes().decode("utf-8")


def test_counts_and_warnings_before_sending(page):
    expect(page.locator("#state [data-max-article-chars]")).to_be_attached()
    article(page).fill("The council met on Monday. " * 100)
    expect(page.locator("#counts")).to_have_text("500 words, about 2 minutes to read")
    expect(page.locator("#advice")).to_be_empty()
    article(page).fill("The council met on Monday.")
    expect(page.get_by_text("This is about as short as its summary would be.")).to_be_visible()
    article(page).fill("news of the day and " * 12_000)
    expect(page.get_by_text("the limit is 200,000")).to_be_visible()
    button(page, "Clear").click()
    expect(article(page)).to_have_value("")
    expect(page.locator("#counts")).to_be_empty()


def test_web_address_is_recognised_and_not_opened(page):
    article(page).fill("https://news.example/story")
    expect(page.get_by_text("This is a web address, not an article.")).to_be_visible()
    button(page, "Summarize").click()
    expect(page.get_by_text(ADDRESS_ONLY)).to_be_visible()


def test_file_is_opened_and_a_picture_is_refused(page, tmp_path):
    (tmp_path / "story.txt").write_text(SAMPLES[1].text)
    page.locator("#article-foot input[type=file]").set_input_files(tmp_path / "story.txt")
    expect(article(page)).to_have_value(SAMPLES[1].text)
    expect(page.get_by_text("This is what story.txt says.")).to_be_visible()
    (tmp_path / "story.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    page.locator("#article-foot input[type=file]").set_input_files(tmp_path / "story.pdf")
    expect(page.get_by_text(FILE_PICTURE)).to_be_visible()
    expect(article(page)).to_have_value(SAMPLES[1].text)
    (tmp_path / "large.txt").write_bytes(b"a " * 3_000_000)
    page.locator("#article-foot input[type=file]").set_input_files(tmp_path / "large.txt")
    expect(page.get_by_text("This file is larger than 5 MB")).to_be_visible()
    page.locator("#article-foot input[type=file]").set_input_files([tmp_path / "story.txt", tmp_path / "story.pdf"])
    expect(page.get_by_text("One file at a time, please.")).to_be_visible()


def drop(page, name, text, on):
    page.evaluate(
        """([name, text, on]) => {
          const data = new DataTransfer();
          data.items.add(new File([text], name, { type: "text/plain" }));
          const options = { dataTransfer: data, bubbles: true, cancelable: true };
          document.querySelector(on).dispatchEvent(new DragEvent("drop", options));
        }""",
        [name, text, on],
    )


def test_file_dropped_anywhere_is_read(page):
    drop(page, "dropped.txt", SAMPLES[2].text, "#result")
    expect(article(page)).to_have_value(SAMPLES[2].text)
    page.get_by_role("tab", name="Many articles").click()
    drop(page, "dropped.csv", f'title,text\nViolin,"{SAMPLES[3].text}"\n', "#batch-intro")
    expect(page.locator("#batch-file").get_by_text("dropped")).to_be_visible()


def test_what_was_said_of_one_text_is_not_said_of_another(page, tmp_path):
    button(page, "Summarize").click()
    expect(page.get_by_text(NOTHING_TO_DO)).to_be_visible()
    button(page, SAMPLES[0].name).click()
    expect(page.get_by_text(NOTHING_TO_DO)).to_be_hidden()
    (tmp_path / "story.txt").write_text(SAMPLES[1].text)
    page.locator("#article-foot input[type=file]").set_input_files(tmp_path / "story.txt")
    note = page.get_by_text("This is what story.txt says.")
    expect(note).to_be_visible()
    article(page).press("Control+End")
    article(page).press_sequentially(" So it ended.")
    expect(page.locator("#counts")).to_contain_text(f"{len(SAMPLES[1].text.split()) + 3} words")
    expect(note).to_be_visible()
    article(page).fill(SAMPLES[2].text)
    expect(note).to_be_hidden()


def test_undo_brings_back_what_clear_and_samples_took(page):
    own = "The council met on Monday. It will meet again."
    article(page).press_sequentially(own)
    button(page, "Clear").click()
    expect(article(page)).to_have_value("")
    expect(page.locator("#counts")).to_be_empty()
    article(page).press("Control+z")
    expect(article(page)).to_have_value(own)
    button(page, SAMPLES[1].name).click()
    expect(article(page)).to_have_value(SAMPLES[1].text)
    article(page).press("Control+z")
    expect(article(page)).to_have_value(own)
    expect(page.locator("#counts")).to_contain_text("9 words")


def test_points_are_copied_with_their_marks(page):
    page.get_by_label("Points", exact=True).check()
    summarize(page)
    points = page.get_by_role("region", name="Summary").get_by_role("listitem").all_inner_texts()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(page, "Copy").click()
    expect(button(page, "Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == [f"- {point.strip()}" for point in points]


def test_a_mail_is_called_by_its_subject(page):
    article(page).fill(f"From: Jo Lee <jo@lee.example>\nTo: All\nSubject: Ferries at night\n\n{SAMPLES[1].text}")
    button(page, "Summarize").click()
    wait_finished(page)
    page.get_by_label("Headline").check()
    expect(page.locator("#result .headline")).to_have_text("Ferries at night")
    assert saved(page, "As text")[0] == "ferries-at-night-summary.txt"


def test_length_form_and_large_text_are_remembered(app, page):
    preset(page, "Short").check()
    slider = page.get_by_role("spinbutton", name="Words at most")
    expect(slider).to_have_value("40")
    slider.fill("120")
    slider.press("Tab")
    expect(preset(page, "Long")).to_be_checked()
    page.get_by_label("Points", exact=True).check()
    button(page, "Large text").click()
    expect(button(page, "Large text")).to_have_attribute("aria-pressed", "true")
    open_(page, app)
    expect(slider).to_have_value("120")
    expect(preset(page, "Long")).to_be_checked()
    expect(page.get_by_label("Points", exact=True)).to_be_checked()
    expect(button(page, "Large text")).to_have_attribute("aria-pressed", "true")
    summarize(page)
    expect(page.get_by_role("region", name="Summary").get_by_role("listitem").first).to_be_visible()


def test_saved_files_hold_the_summary(page):
    summarize(page)
    text = page.get_by_role("region", name="Summary").inner_text().strip()
    name, content = saved(page, "As text")
    assert name == f"{file_name(SAMPLES[0].text)}.txt"
    assert content.startswith(text)
    name, content = saved(page, "As Markdown")
    assert name == f"{file_name(SAMPLES[0].text)}.md"
    assert content.startswith(f"# {headline(SAMPLES[0].text)}\n")


def test_history_is_kept_in_the_browser_reopened_and_forgotten(app, page):
    summarize(page, SAMPLES[0])
    first = page.get_by_role("region", name="Summary").inner_text()
    summarize(page, SAMPLES[1])
    expect(page.get_by_role("region", name="Summary")).not_to_have_text(first)
    page.wait_for_function("JSON.parse(localStorage.getItem('nutshell.history') ?? '[]').length === 2")
    open_(page, app)
    page.get_by_role("button", name="Recent summaries").click()
    page.locator("#history").get_by_role("button").nth(1).click()
    expect(article(page)).to_have_value(SAMPLES[0].text)
    expect(page.get_by_text("From your recent summaries.")).to_be_visible()
    assert page.get_by_role("region", name="Summary").inner_text() == first
    button(page, "Forget them all").click()
    expect(page.get_by_text("Nothing here yet.")).to_be_visible()
    assert json.loads(page.evaluate("localStorage.getItem('nutshell.history')")) == []


def test_history_holds_the_article_that_was_run_not_what_stands_in_the_box(page):
    summarize(page, SAMPLES[0])
    page.wait_for_function("JSON.parse(localStorage.getItem('nutshell.history') ?? '[]').length === 1")
    article(page).fill("Something else.")
    page.get_by_role("button", name="Recent summaries").click()
    page.locator("#history").get_by_role("button").first.click()
    expect(article(page)).to_have_value(SAMPLES[0].text)


@pytest.mark.parametrize("stored", ['{"a": 1}', "[null]", '[{"when": 1}]', '"abc"', "{"])
def test_foreign_things_in_the_browsers_storage_do_no_harm(app, page, stored):
    page.evaluate("(stored) => localStorage.setItem('nutshell.history', stored)", stored)
    page.evaluate("localStorage.setItem('nutshell.settings', '{\"length\": 9999, \"form\": 7}')")
    open_(page, app)
    expect(page.get_by_role("spinbutton", name="Words at most")).to_have_value("250")
    summarize(page)
    page.wait_for_function(
        """() => {
          const kept = localStorage.getItem("nutshell.history");
          return kept.includes('"begins"') && JSON.parse(kept).length === 1;
        }"""
    )


def test_half_a_character_in_a_link_is_summarized_all_the_same(page):
    # What JSON may hold and UTF-8 may not.
    broken = json.dumps({"article": SAMPLES[0].text + " \ud83d", "words": 61.7})
    squeeze = zlib.compressobj(wbits=-15)
    packed = base64.urlsafe_b64encode(squeeze.compress(broken.encode()) + squeeze.flush()).decode().rstrip("=")
    page.evaluate("(hash) => { location.hash = hash; }", f"#article={packed}")  # in a tab that shows the page already
    expect(page.get_by_text("This article came with the link.")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Words at most")).to_have_value("60")
    button(page, "Summarize").click()
    expect(page.get_by_text("shorter")).to_be_visible()


def test_engineers_see_the_call_of_this_article(page):
    summarize(page)
    page.get_by_role("button", name="About / for engineers").click()
    shown = page.get_by_role("region", name="The same from a terminal")
    expect(shown).to_contain_text("/summarize")
    expect(shown).to_contain_text(SAMPLES[0].text[:40])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.locator("..").get_by_role("button", name="Copy these lines").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    answer = subprocess.run(["bash", "-c", copied], capture_output=True, check=True, timeout=60)
    assert json.loads(answer.stdout)["summary"] == page.get_by_role("region", name="Summary").inner_text().strip()


def test_pasted_page_loses_its_menus_and_gets_them_back(page):
    lines = [
        "Skip to content",
        "Menu",
        "Home | Login",
        "Home > News > Ulm",
        "Sport",
        SAMPLES[1].text,
        "Advertisement",
        "READ MORE: Ten hotels",
        "",
        "Share",
    ]
    pasted = "\n".join(lines)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("(text) => navigator.clipboard.writeText(text)", pasted)
    article(page).press("Control+v")
    expect(article(page)).to_have_value("Sport\n" + SAMPLES[1].text)
    expect(page.get_by_text("Left out 7 lines")).to_be_visible()
    button(page, "Put back").click()
    expect(article(page)).to_have_value(pasted)
    expect(page.get_by_text("Left out")).to_be_hidden()


CONSENT = [
    """We value your privacy
We and our 842 partners store and access information on a device, such as cookies, and process personal data, such as
With your permission we and our partners may use precise geolocation data and identification through device scanning.

Your preferences will apply to this website only. You can change your mind at any time by clicking the button below.
More options
Accept all""",
    "This website uses cookies to improve your experience.\nGot it!",
    "Your privacy, your choice\nWe process your data with your consent.\nAgree\nList of partners (vendors)",
    "Wir schätzen Ihre Privatsphäre\nAlle akzeptieren\nAblehnen\nNur notwendige Cookies",
    "Nous respectons votre vie privée\nParamétrer les cookies\nContinuer sans accepter\nTout accepter",
    "Valoramos tu privacidad\nRechazar todo\nAceptar todas las cookies",
    "About your privacy\nManage my cookie preferences\nReject all\nOnly necessary cookies\nSave and exit",
]


def test_a_pasted_consent_box_goes_and_comes_back(page):
    for box in CONSENT:
        pasted = f"{box}\n{SAMPLES[1].text}"
        paste(page, pasted)
        expect(article(page)).to_have_value(SAMPLES[1].text)
        num_lines = len(list(filter(None, box.split("\n"))))
        expect(page.get_by_text(f"Left out {num_lines} lines")).to_be_visible()
        button(page, "Put back").click()
        expect(article(page)).to_have_value(pasted)
        button(page, "Clear").click()
        expect(article(page)).to_have_value("")


def paste(page, text):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    article(page).press("Control+v")


def test_pasted_sentences_stay_whatever_they_are_about(page):
    text = """Home | Away
Live | Storm reaches the coast
Home > Abroad: what to spend on travel
News, Sport and More
Advertising fell in May.
“Listen: I never took the money,” Mr. Brown told the court.
Sign up to vote before Tuesday, officials urged.
Read more than 20 books a year and you will live longer, researchers said on Monday.
Follow us into the dark, they said
Related: the two men were brothers, police said.
Copyright 2,000 years ago did not exist
By continuing this war, they agree to suffer, he said
Home.
---
    indented, and two blank lines below


(c) the contractor shall pay
We value your privacy, the minister told us, but not more than safety.
We and our partners in the valley will use the river, the mayor said.
“We use your data and cookies to live,” the firm’s lawyer said.
Accept all of this, she said.
Your privacy is gone, and nobody asked you.
"""
    paste(page, text)
    expect(article(page)).to_have_value(text)
    expect(page.get_by_text("Left out")).to_be_hidden()


def test_undo_after_a_cleaned_paste_brings_back_what_was_there(page):
    article(page).press_sequentially("My notes.")
    article(page).press("Control+a")
    paste(page, "Menu\nThe ferries run all night.\nShare")
    expect(article(page)).to_have_value("The ferries run all night.")
    article(page).press("Control+z")
    expect(article(page)).to_have_value("My notes.")


def test_two_cleaned_pastes_stay_apart_and_both_come_back(page):
    article(page).fill("A cat. ")
    article(page).press("Control+End")
    paste(page, "Menu\nA\nShare")
    paste(page, "Search\nSecond two.\nLogin")
    expect(article(page)).to_have_value("A cat. \nA\nSecond two.")
    button(page, "Put back").click()
    expect(article(page)).to_have_value("A cat. Menu\nA\nShareSearch\nSecond two.\nLogin")


def test_link_carries_the_article_and_no_server_sees_it(app, browser, page):
    requested = []
    page.context.on("request", lambda request: requested.append(request.url))
    preset(page, "Long").check()
    page.get_by_label("Points", exact=True).check()
    summarize(page, SAMPLES[3])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(page, "Link").click()
    expect(button(page, "Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(app.page_url)
    other = browser.new_context().new_page()
    other.on("request", lambda request: requested.append(request.url))
    other.goto(link)
    expect(article(other)).to_have_value(SAMPLES[3].text)
    expect(other.get_by_text("This article came with the link.")).to_be_visible()
    expect(preset(other, "Long")).to_be_checked()
    expect(other.get_by_label("Points", exact=True)).to_be_checked()
    other.context.close()
    assert not [url for url in requested if link.partition("#")[2][:40] in url]


def test_damaged_and_too_long_links_are_told(app, page):
    page.goto("about:blank")
    page.goto(f"{app.page_url}#article=AAAA")
    expect(page.get_by_text("The link that brought you here is damaged")).to_be_visible()
    summarize(page)
    # What hardly shrinks: the link would be cut by what carries it.
    article(page).fill(" ".join(f"{number * 2654435761 % 2**32:x}" for number in range(12_000)))
    button(page, "Link").click()
    expect(button(page, "Too long for a link")).to_be_visible()


def test_keyboard_focus_survives_a_run_and_screen_readers_hear_of_it(page):
    heard = page.get_by_role("status").filter(has_text="Done")
    button(page, SAMPLES[0].name).click()
    expect(article(page)).to_have_value(SAMPLES[0].text)
    button(page, "Summarize").focus()
    page.keyboard.press("Enter")
    wait_finished(page)
    expect(heard).to_be_visible()
    expect(button(page, "Summarize")).to_be_focused()


def test_batch_fills_a_table_and_saves_it(page, tmp_path):
    with (tmp_path / "articles.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["title", "text"])
        rows.writerows([["First", SAMPLES[0].text], ["Empty", ""], ["Third", SAMPLES[1].text]])
    page.get_by_role("tab", name="Many articles").click()
    button(page, "Summarize all").click()
    expect(page.get_by_text("Choose a file first.")).to_be_visible()
    page.locator("#batch-file input[type=file]").set_input_files(tmp_path / "articles.csv")
    expect(page.locator("#batch-file a[download]")).to_have_attribute("download", "articles.csv")
    button(page, "Summarize all").click()
    expect(page.get_by_text("Done: 3 of 3. 1 could not be summarized; the table says why.")).to_be_visible()
    expect(page.locator("#batch-table").get_by_role("row")).to_have_count(4)
    name, content = saved(page, "Save the table")
    assert name == "summaries.csv"
    table = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))
    assert [row["name"] for row in table] == ["First", "Empty", "Third"]
    assert table[0]["summary"]
    assert table[1]["problem"]
