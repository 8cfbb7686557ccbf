"""The Chromium of the tests: one profile that lasts, lent again and again and emptied in between.

Chromium keeps in a profile what it has compiled of Gradio's scripts, and compiles it for each new one: in a lasting
profile a page costs 1.4 s of CPU time instead of 2.8, and 0.7 in a tab that has shown it before.
"""

import tempfile
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.browser_setup import BROWSER_FLAGS

_MEDIA = {"color_scheme": "light", "forced_colors": "none", "media": "null"}
"""What a new page has."""
_PATIENCE_MS = 120_000
"""A busy machine is slow at times, which says nothing about a page."""

expect.set_options(timeout=_PATIENCE_MS)


class Profile:
    """A context that lasts; its window's size and its colours are each page's own."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._own_page = context.pages[0]
        self._tab: Page | None = None
        self._is_tab_taken = False
        self._devtools = context.new_cdp_session(self._own_page)
        self._options: dict[str, Any] | None = None

    def can_be(self, options: dict[str, Any]) -> bool:
        """Whether nobody has it and it can do what `options` ask for."""
        return self._options is None and set(options) <= {"viewport", "color_scheme", "forced_colors"}

    def lend(self, options: dict[str, Any]) -> "Profile":
        """Hand it out until `close`."""
        self._options = options
        return self

    def new_page(self) -> Page:
        """Open a page."""
        return self._dress(self._context.new_page())

    def lasting_page(self) -> Page:
        """The tab that lasts; for who has it already, another page."""
        if self._is_tab_taken:
            return self.new_page()
        self._is_tab_taken = True
        if self._tab is None or self._tab.is_closed():
            self._tab = self._context.new_page()
        return self._dress(self._tab)

    def _dress(self, page: Page) -> Page:
        options = self._options or {}
        page.set_viewport_size(options.get("viewport", {"width": 1280, "height": 720}))
        page.emulate_media(**{name: options.get(name, value) for name, value in _MEDIA.items()})
        return page

    def close(self) -> None:
        """Close its pages and forget what they left and were allowed; all but what was compiled."""
        if self._tab is not None and self._is_tab_taken and not self._tab.is_closed():
            _empty(self._tab) if self._tab.url.startswith("http") else self._tab.close()
        for page in self._context.pages:
            if page is not self._own_page and page is not self._tab:
                what = {"origin": page.url, "storageTypes": "local_storage,indexeddb"}
                page.close()
                self._devtools.send("Storage.clearDataForOrigin", what)
        self._context.clear_cookies()
        self._context.clear_permissions()
        self._options = None
        self._is_tab_taken = False


def _empty(tab: Page) -> None:
    """Forget what was kept, where none of the page's scripts can write it again."""
    scheme, _, host, *_ = tab.url.split("/")
    tab.goto(f"{scheme}//{host}/robots.txt")
    tab.evaluate("[sessionStorage, localStorage].forEach((kept) => kept.clear())")
    tab.mouse.move(0, 0)


def blank_page(context: BrowserContext | Profile) -> Page:
    """A page of `context` to go somewhere with, in a tab that was used before where there is one.

    Not for who adds scripts, routes or a clock to it: those can not be taken away again.
    """
    return context.lasting_page() if isinstance(context, Profile) else context.new_page()


class Browsers:
    """What the tests use of Playwright's `Browser`."""

    def __init__(self, playwright: Playwright, path: str) -> None:
        self._chromium = playwright.chromium
        self._how: dict[str, Any] = {"executable_path": path, "args": BROWSER_FLAGS}
        self._folder = tempfile.TemporaryDirectory(prefix="nutshell-profile-", ignore_cleanup_errors=True)
        self._lasting = self._chromium.launch_persistent_context(self._folder.name, **self._how)
        self._lasting.set_default_timeout(_PATIENCE_MS)
        self._profile = Profile(self._lasting)
        self._other: Browser | None = None

    def new_context(self, **options: Any) -> BrowserContext | Profile:
        """A context with nothing in it: the profile that lasts where it is free and will do, else a fresh one."""
        if self._profile.can_be(options):
            return self._profile.lend(options)
        if self._other is None:
            self._other = self._chromium.launch(**self._how)
        context = self._other.new_context(**options)
        context.set_default_timeout(_PATIENCE_MS)
        return context

    def close(self) -> None:
        """End both Chromiums."""
        self._lasting.close()
        if self._other is not None:
            self._other.close()
        self._folder.cleanup()
