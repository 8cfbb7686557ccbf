"""Makes sure that there is a Chromium for the browser tests: `python tests/browser_setup.py`.

Uses one that is installed already; else installs Debian's or Ubuntu's package, asking sudo where it must. Playwright's
own download is not used: its host is out of reach on many machines.
"""

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

BROWSER_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Headless, and silent towards the network."""


def find_browser() -> str | None:
    """Path of a Chromium or Chrome: `CHROMIUM` in the environment, else the first on the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for path in map(shutil.which, _NAMES) if path), None)


def main() -> int:
    if find_browser():
        return 0
    if not shutil.which("apt-get"):
        print("The browser tests need Chromium or Chrome. Install one, or set CHROMIUM to its path.", file=sys.stderr)
        return 1
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("Installing Chromium for the browser tests ...", flush=True)
    subprocess.run([*as_root, "apt-get", "update", "-qq"], check=True, env=environment)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    subprocess.run([*as_root, *install], check=True, env=environment, stdout=subprocess.DEVNULL)
    return 0 if find_browser() else 1


if __name__ == "__main__":
    sys.exit(main())
