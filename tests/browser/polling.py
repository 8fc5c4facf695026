"""Waiting for something in a document whose policy forbids what Playwright's own waiting needs."""

from __future__ import annotations

import time

from playwright.sync_api import Frame, Page

PATIENCE_S = 15


def wait_until(document: Page | Frame, expression: str) -> None:
    """Ask until `expression` is true there. (`wait_for_function` asks again by `eval`, which a
    strict content security policy refuses.)"""
    deadline = time.monotonic() + PATIENCE_S
    while not document.evaluate(expression):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S} s: {expression}"
        time.sleep(0.05)
