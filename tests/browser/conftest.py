"""What browser tests share: the served demo, people in front of browsers, and the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.demo import Demo
from tests.browser.embedded import Embedded
from tests.browser.partner_site import PartnerSite
from tests.browser.watch import Watch
from tests.widget.site import HOST, Site

HERE = Path(__file__).parent
MOST_CASES = 1
WHOLE = ("test_framing_matrix.py",)
ANALYST = "analyst@hotline.example"
PATIENCE_MS = 15_000

OpenContext = Callable[..., BrowserContext]
Embed = Callable[..., Embedded]


@pytest.fixture(scope="session")
def partner(demo: Demo) -> Iterator[PartnerSite]:
    """A site of the tests' own, whose pages show the demo's form."""
    with Site() as site:
        yield PartnerSite(demo, site)


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


@pytest.fixture(scope="session")
def _host_keys(demo: Demo) -> Iterator[tuple[Site, Callable[[str, bool], str]]]:
    """A partner's site, and its keys, each issued once."""
    with Site() as site:
        yield (
            site,
            cache(lambda slug, test: demo.issue_key(slug, origin=site.origin(HOST), test=test)),
        )


@pytest.fixture
def embed(
    demo: Demo,
    _host_keys: tuple[Site, Callable[[str, bool], str]],
    watched: Callable[..., Watch],
) -> Embed:
    """Makes a partner's page with a key of its own, of `partner`, live or for tests."""
    site, key_of = _host_keys

    def make(partner: str = "police", *, test: bool = False, **options: Any) -> Embedded:
        return Embedded(demo, site, key_of(partner, test), watched(**options))

    return make


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of each test here some cases, far apart; all of them with `--all-cases`.

    A case is seconds of a real browser, and there are hundreds. Some files are whole always.
    """
    if config.getoption("--all-cases"):
        return
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.path.parent == HERE and item.path.name not in WHOLE:
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left_out = {
        item.nodeid
        for several in cases.values()
        for number, item in enumerate(several)
        if number * MOST_CASES // len(several) == (number - 1) * MOST_CASES // len(several)
    }
    config.hook.pytest_deselected(items=[each for each in items if each.nodeid in left_out])
    items[:] = [each for each in items if each.nodeid not in left_out]
