"""The files of `cases/` as a person brings them: pasted or opened on the page, or as many articles; real browser."""

import csv
import io

import pytest
from playwright.sync_api import Page, expect

from tests.test_cases import AS_READ, CASES, read
from tests.watched_page import Watch, box, button, wait_finished, wait_loaded
from ui.reading.files import read_file

pytestmark = [pytest.mark.ray, pytest.mark.browser]


@pytest.fixture(scope="module")
def page(key_sentences_app, browser):
    watch, context = Watch(), browser.new_context()
    page = watch.over(context.new_page(), key_sentences_app.page_url)
    page.goto(key_sentences_app.page_url)
    wait_loaded(page)
    yield page
    context.close()
    watch.check()


def clear(page: Page) -> None:
    """Empty the page: two files may hold the same article, and the result of one would pass for the other's."""
    button(page, "Clear").click()
    expect(page.locator("#result .data")).to_have_count(0)
    expect(box(page)).to_have_value("")


def summarize(page: Page) -> str:
    """Press the button; return the article with its marks, a line a paragraph."""
    button(page, "Summarize").click()
    wait_finished(page)
    return "\n".join(page.locator("#about .article p").all_inner_texts())


def open_file(page: Page, name: str) -> str:
    """Choose a file; return what is in the box then."""
    clear(page)
    page.locator("#article-foot input[type=file]").set_input_files(CASES / name)
    expect(page.get_by_text(f"This is what {name} says.").or_(page.locator("#note .warning"))).to_be_visible()
    expect(box(page)).not_to_have_value("")
    return box(page).input_value()


@pytest.mark.parametrize("name", AS_READ)
def test_pasted(page, name):
    clear(page)
    box(page).fill(read(name))
    assert summarize(page) == "\n".join(line for line in AS_READ[name].split("\n") if line)


NEVER = ["3201", "5002", "pricedetermining", "hospi-", "Home", "Subscribers", "partners", "\\,", "\x9c", "¹", "¶", "�"]
"""What of these files must never be shown: falsified figures, broken words, menus, what is hidden, wrong letters."""


@pytest.mark.parametrize(
    "name", sorted(path.name for path in CASES.iterdir() if path.suffix in {".pdf", ".html", ".docx", ".txt"})
)
def test_opened(page, name):
    """What the readers make of a file (`test_reading_*.py`) is in the box, and its words in the marked article."""
    text = open_file(page, name)
    assert text == read_file(CASES / name).text
    shown = summarize(page)
    assert [part for part in NEVER if part in shown] == []
    if name not in AS_READ:
        assert shown.split() == text.split()


def test_many_articles(page):
    page.get_by_role("tab", name="Many articles").click()
    names = {
        "bodies-with-markup.csv": None,
        "excel-unicode-text.csv": None,
        "polish-short-windows-1250.csv": None,
        "names-from-a-mac.zip": ["Überschwemmung im Tal.txt", "Fähre hält nicht mehr.txt"],
        "names-from-japanese-windows.zip": ["ダムの取り壊し.txt", "新しい記事.txt"],
    }
    for name, members in names.items():
        page.locator("#batch-file input[type=file]").set_input_files(CASES / name)
        expect(page.locator("#batch-file a[download]")).to_have_attribute("download", name)
        expect(page.get_by_text("Done:")).to_be_hidden()
        page.get_by_role("button", name="Summarize all").click()
        expect(page.get_by_text("Done:")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save the table").click()
        rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
        assert rows
        text = "".join(row["summary"] + row["name"] for row in rows)
        assert not any(mark in text for mark in ("<", "&nbsp;", "¹", "�"))
        if members:
            assert sorted(row["name"] for row in rows) == sorted(members)
        page.locator("#batch-file").get_by_role("button", name="Clear").click()
        expect(page.locator("#batch-table")).to_be_empty()
