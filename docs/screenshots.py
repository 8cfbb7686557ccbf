"""Takes the README's pictures: `make screenshots`. Key sentences need no model, so anyone gets the same pictures."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser_setup import BROWSER_FLAGS, find_browser
from tests.running_app import RunningApp
from ui.samples import SAMPLES

HERE = Path(__file__).parent
SHOTS = {
    HERE / "page.png": {"viewport": {"width": 1280, "height": 720}},
    HERE / "phone.png": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "is_mobile": True},
    # What chat programs show with a link to the page; the size is theirs (https://ogp.me).
    HERE.parent / "ui" / "pictures" / "preview.png": {"viewport": {"width": 1200, "height": 630}},
}


def main() -> None:
    with tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        app = RunningApp(Path(state)).wait_ready(abstractive=False)
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_FLAGS)
        for path, context in SHOTS.items():
            page = browser.new_context(**context).new_page()
            page.goto(app.page_url)
            page.get_by_role("button", name=SAMPLES[2].name).click()
            page.get_by_role("button", name="Summarize", exact=True).click()
            page.locator("#result .data").wait_for(state="attached", timeout=30_000)
            page.wait_for_timeout(1500)
            page.locator("#result .sentence").first.hover()
            page.wait_for_timeout(500)
            page.screenshot(path=path)
        browser.close()
        app.stop()


if __name__ == "__main__":
    main()
