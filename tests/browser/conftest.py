"""What browser tests share: the served demo, people in front of browsers, and the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.demo import Demo, served_demo
from tests.browser.watch import Watch

ANALYST = "analyst@hotline.example"
PATIENCE_MS = 15_000

OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all browser tests of a worker."""
    with served_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture
def open_context(browser: Browser) -> Iterator[OpenContext]:
    """Opens a browser profile that has never been anywhere, with Playwright's options."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def sign_in(demo: Demo, open_context: OpenContext) -> Callable[..., Page]:
    """Signs the demo's analyst in by a fresh link, and opens the console's first page."""

    def signed_in(**options: Any) -> Page:
        page = open_context(**options).new_page()
        page.goto(demo.portals("staff", "login-link", ANALYST).strip())
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(demo.console_url)
        return page

    return signed_in


@pytest.fixture
def watched(open_context: OpenContext) -> Callable[..., Watch]:
    """A profile whose every request, complaint and kept thing is noted."""
    return lambda **options: Watch(open_context(**options))
