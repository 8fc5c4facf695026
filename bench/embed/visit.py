"""One visit of a citizen: a new browser with a new profile, one page, until the form is there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Frame, Page, Playwright, Request, ViewportSize

from tests.services.chromium import ARGUMENTS, find_chromium

PHONE: ViewportSize = {"width": 360, "height": 740}
PATIENCE_S = 60.0
# In the frame, unseen by the network: notes when its first field has been painted.
NOTE = """
  (function look() {
    var fields = document.querySelectorAll('form input, form select, form textarea');
    for (var i = 0; i < fields.length; i++) {
      if (fields[i].type !== 'hidden' && fields[i].checkVisibility({ visibilityProperty: true })) {
        requestAnimationFrame(function () {
          setTimeout(function () { window.shownAt = performance.timeOrigin + performance.now(); });
        });
        return;
      }
    }
    requestAnimationFrame(look);
  })();
"""
ARRIVED = "performance.getEntriesByType('navigation')[0].responseEnd"
WHOLE = """() => {
  const entry = performance.getEntriesByType('navigation')[0];
  return entry && entry.domContentLoadedEventEnd
    && performance.timeOrigin + entry.domContentLoadedEventEnd;
}"""


@dataclass(frozen=True)
class Asked:
    """One answer that the page needed, in bytes as HTTP sends them."""

    address: str
    head: int
    body: int


@dataclass(frozen=True)
class Visit:
    """What a citizen waited for, in seconds from the navigation, and what was asked for."""

    #: The partner's own page had come.
    page_s: float
    shown_s: float
    whole_s: float
    asked: list[Asked]


def visit(playwright: Playwright, address: str, pins: list[str]) -> Visit:
    """Open `address` cold; `pins` are the servers' keys that this browser trusts."""
    trust = f"--ignore-certificate-errors-spki-list={','.join(pins)}"
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*ARGUMENTS, trust])
    try:
        page = browser.new_context(viewport=PHONE).new_page()
        finished: list[Request] = []
        page.on("requestfinished", lambda request: finished.append(request))
        page.add_init_script(NOTE)
        page.goto(address, wait_until="commit", timeout=PATIENCE_S * 1_000)
        form = _form(page)
        shown_at, whole_at = _number(form, "window.shownAt"), _number(form, WHOLE)
        page.wait_for_load_state(timeout=PATIENCE_S * 1_000)
        page.wait_for_timeout(500)
        started = page.evaluate("performance.timeOrigin")
        return Visit(
            page_s=page.evaluate(ARRIVED) / 1_000,
            shown_s=(shown_at - started) / 1_000,
            whole_s=(whole_at - started) / 1_000,
            asked=[
                Asked(each.url, sizes["responseHeadersSize"], sizes["responseBodySize"])
                for each in finished
                if each.url.startswith("http")
                for sizes in (each.sizes(),)
            ],
        )
    finally:
        browser.close()


def _form(page: Page) -> Frame:
    """The frame with the form, once its document has begun to come."""
    for _ in _patience(page):
        for frame in page.frames[1:]:
            if frame.url.startswith("http"):
                return frame
    raise RuntimeError("no frame came")


def _number(frame: Frame, expression: str) -> float:
    """What the frame notes, once it does. (Its policy forbids Playwright's own way to wait.)"""
    for _ in _patience(frame.page):
        found: float | None = frame.evaluate(expression)
        if found:
            return found
    raise RuntimeError("no form came")


def _patience(page: Page) -> Iterator[None]:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        yield
        page.wait_for_timeout(50)
