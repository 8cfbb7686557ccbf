"""What every browser test wants to know of a page: nothing leaves loopback, nothing goes wrong, axe finds nothing."""

from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Locator, Page


class Watch:
    """Notes requests to anywhere but `own_url`, and errors in the console, of the pages it watches."""

    def __init__(self) -> None:
        self.strays: list[str] = []
        self.problems: list[str] = []
        self._ends: list[Callable[[], None]] = []

    def over(self, page: Page, own_url: str) -> Page:
        """Watch `page`, from before it goes anywhere."""
        own = (own_url, "data:", "blob:")
        self._on(page, "request", lambda request: request.url.startswith(own) or self.strays.append(request.url))
        self._on(page, "console", lambda said: said.type != "error" or self.problems.append(said.text))
        self._on(page, "pageerror", lambda error: self.problems.append(str(error)))
        self._on(page, "dialog", self._dismiss)
        return page

    def _on(self, page: Page, event: Any, listen: Callable[[Any], Any]) -> None:
        page.on(event, listen)
        self._ends.append(lambda: page.remove_listener(event, listen))

    def _dismiss(self, dialog: Dialog) -> None:
        self.problems.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()

    def end(self) -> None:
        """Watch no more: the tab may be somebody else's next."""
        for end in self._ends:
            end()

    def check(self) -> None:
        """Fail if there was anything."""
        assert self.strays == [], self.strays
        assert self.problems == [], self.problems


def wait_loaded(page: Page) -> None:
    """Wait until the page's script has run: it says what is read out."""
    page.locator("#progress [role=status]").wait_for(state="attached")  # `expect` looks twice a second only


def wait_finished(page: Page) -> None:
    """Wait until all parts of the page show the summary of what stands in the box; they are filled one by one.

    Of an article that was summarized before, the old summary will do.
    """
    page.wait_for_function(
        """(article) => document.querySelector("#result .data")?.dataset.article === article
          && document.querySelector("#about .counts")?.checkVisibility()
          && !document.querySelector("#progress .busy")""",
        arg=box(page).input_value(),
    )


def box(page: Page) -> Locator:
    """Where the article is pasted."""
    return page.get_by_label("Article", exact=True)


def button(page: Page, name: str) -> Locator:
    """The button of this name."""
    return page.get_by_role("button", name=name, exact=True)


def summary(page: Page) -> Locator:
    """Where the summary stands."""
    return page.get_by_role("region", name="Summary", exact=True)


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    # Half-faded text has little contrast; a spinner never ends.
    page.evaluate("""() => Promise.all(document.getAnimations()
      .filter((animation) => animation.effect.getComputedTiming().iterations !== Infinity)
      .map((animation) => animation.finished.catch(() => {})))""")
    # Of what passed it would else tell every part.
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']}: {node['target']}"
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
