"""The one browser of a test process: Chromium as the system has it, cut off from the network."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # Not a trustworthy origin, as a partner's plain HTTP page is none: no crypto.subtle there.
    "--host-resolver-rules=MAP plain-http.test 127.0.0.1",
)


class ChromiumMissing(RuntimeError):
    """No Chromium on this machine; the text says what to install."""


def find_chromium() -> str:
    """The path of the browser's program."""
    for name in NAMES:
        if program := shutil.which(name):
            return program
    raise ChromiumMissing(
        "These tests need Chromium. On Debian or Ubuntu: apt-get install chromium. `make test` "
        "installs it when it runs as root on Debian."
    )


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
