"""Waiting for something in a document whose policy forbids what Playwright's own waiting needs."""

from __future__ import annotations

import time

from playwright.sync_api import Frame, Page

PATIENCE_S = 15
#: The frame has kept its height for a fifth of a second.
STEADY = """(() => {
  if (innerHeight !== window.lastHeight) {
    window.lastHeight = innerHeight;
    window.since = Date.now();
  }
  return Date.now() - window.since > 200;
})()"""


def wait_until(document: Page | Frame, expression: str) -> None:
    """Ask until `expression` is true there. (`wait_for_function` asks again by `eval`, which a
    strict content security policy refuses.)"""
    deadline = time.monotonic() + PATIENCE_S
    while not document.evaluate(expression):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S} s: {expression}"
        time.sleep(0.05)


def come_in(form: Page | Frame) -> None:
    """The pointer comes into the form some time before it presses: a frame takes its own height
    then, and what was pressed at that very moment would have moved away."""
    form.locator("h1").first.hover()
    wait_until(form, STEADY)
