"""Takes the README's pictures: `make screenshots`. Key sentences need no model, so anyone gets the same pictures."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser_setup import BROWSER_FLAGS, find_browser
from tests.running_app import RunningApp
from ui.samples import SAMPLES

SHOTS = {
    "page.png": {"viewport": {"width": 1280, "height": 900}},
    "phone.png": {"viewport": {"width": 375, "height": 800}, "color_scheme": "dark"},
}


def main() -> None:
    with tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        app = RunningApp(Path(state)).wait_ready(abstractive=False)
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_FLAGS)
        for name, context in SHOTS.items():
            page = browser.new_context(**context).new_page()
            page.goto(app.page_url)
            page.get_by_role("button", name=SAMPLES[2].name).click()
            page.get_by_role("button", name="Summarize").click()
            page.get_by_text("shorter").wait_for(timeout=30_000)
            page.wait_for_timeout(800)
            page.locator(".sentence").first.hover()
            page.wait_for_timeout(500)
            if "page" in name:
                page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=Path(__file__).parent / name)
        browser.close()
        app.stop()


if __name__ == "__main__":
    main()
