"""The portals' public pages in Chromium: accessible, at 320 px, in Arabic, asking nobody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from server.partners.service import IssuedKey
from tests.browser.axe import violations
from tests.browser.watch import Watch
from tests.web.embed.conftest import _widget

__all__ = ["_widget"]

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    """The application on a port of http://localhost."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_from_all_countries_to_the_form_of_ones_own(
    browser: Browser, url: str, senegal: IssuedKey, language: str
) -> None:
    context = browser.new_context(base_url=url, viewport={"width": 320, "height": 640})
    watch = Watch(context)
    page = context.new_page()
    page.goto(f"/portals/?lang={language}")
    pages = {"all countries": (violations(page), page.evaluate("document.body.scrollWidth"))}
    page.locator("#country").fill("SN")
    page.keyboard.press("Enter")
    page.wait_for_url("**country=SN")
    pages["one country"] = (violations(page), page.evaluate("document.body.scrollWidth"))
    page.locator(f"a[href='/portals/senegal/{language}']").click()
    page.locator("form[data-key]").wait_for()
    pages["own page"] = (violations(page), page.evaluate("document.body.scrollWidth"))
    assert pages == {name: ([], 320) for name in pages}
    # Typed words survive the change of language, which is another address here.
    page.locator("button[value=check]").click()
    page.locator("[value=not_sure]").check()
    page.locator("nav a", has_text="English").click()
    page.wait_for_url("**/portals/senegal/en")
    assert page.locator("[value=not_sure]").is_checked()
    assert watch.complaints == []
    assert watch.kept() == []
    assert watch.strangers(frozenset({url.removeprefix("http://")})) == []
    context.close()
