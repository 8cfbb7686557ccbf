"""The Chromium of the tests: one profile that lasts, lent again and again and emptied in between.

Chromium keeps in a profile what it has compiled of Gradio's scripts, and compiles it for each new one: in a lasting
profile a page costs 1.4 s of CPU time instead of 2.8.
"""

import tempfile
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.browser_setup import BROWSER_FLAGS

_MEDIA = frozenset({"color_scheme", "forced_colors"})
_PATIENCE_MS = 120_000
"""A busy machine is slow at times, which says nothing about a page."""

expect.set_options(timeout=_PATIENCE_MS)


class Profile:
    """A context that lasts; its window's size and its colours are each page's own."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._own_page = context.pages[0]
        self._devtools = context.new_cdp_session(self._own_page)
        self._options: dict[str, Any] | None = None

    def can_be(self, options: dict[str, Any]) -> bool:
        """Whether nobody has it and it can do what `options` ask for."""
        return self._options is None and set(options) <= {"viewport", *_MEDIA}

    def lend(self, options: dict[str, Any]) -> "Profile":
        """Hand it out until `close`."""
        self._options = options
        return self

    def new_page(self) -> Page:
        """Open a page."""
        options = self._options or {}
        page = self._context.new_page()
        page.set_viewport_size(options.get("viewport", {"width": 1280, "height": 720}))
        page.emulate_media(**{name: value for name, value in options.items() if name in _MEDIA})
        return page

    def close(self) -> None:
        """Close its pages and forget what they left and were allowed; all but what was compiled."""
        for page in self._context.pages:
            if page is not self._own_page:
                what = {"origin": page.url, "storageTypes": "local_storage,indexeddb"}
                page.close()
                self._devtools.send("Storage.clearDataForOrigin", what)
        self._context.clear_cookies()
        self._context.clear_permissions()
        self._options = None


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
