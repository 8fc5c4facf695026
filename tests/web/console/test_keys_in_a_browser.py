"""Keys in Chromium: the pages are accessible and fit, and a secret key can be copied."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from server.partners.service import IssuedKey
from server.staff.service import RoleName
from tests.browser.axe import violations
from tests.browser.watch import Watch
from tests.web.console.conftest import Link, Member

# What a page looks like does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def page(browser: Browser, app: Flask, link: Link, member: Member) -> Iterator[Page]:
    """A narrow page of a browser in which a portal manager has signed in."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://localhost:{server.port}"
    context = browser.new_context(base_url=url, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(f"/console/sign-in/{link(member(RoleName.PORTAL_MANAGER))}")
    page.get_by_role("button", name="Sign in").first.click()
    page.wait_for_url("**/console/")
    yield page
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_secret_key_is_issued_copied_and_gone(page: Page, key: IssuedKey) -> None:
    watch = Watch(page.context)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def check() -> None:
        assert violations(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url

    for path in ("/console/partners", f"/console/keys/{key.row.id}"):
        page.goto(path)
        check()
    for action in ("edit", "rotate", "revoke"):
        page.goto(f"/console/keys/{key.row.id}/{action}")
        check()
    page.goto("/console/partners")
    page.locator("tbody th a").click()
    check()
    page.get_by_role("link", name="Issue a key").click()
    page.get_by_label("On the partner’s server").check()
    page.get_by_role("button", name="Issue key").click()
    assert page.get_by_role("link", name="Label: write at least 1 character").is_visible()
    check()
    page.get_by_label("Label").fill("Server")
    page.get_by_role("button", name="Issue key").click()
    check()
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    secret = page.evaluate("navigator.clipboard.readText()")
    assert len(secret) == 47
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_text("the rest was shown once").wait_for()
    assert secret not in page.content()
    assert watch.complaints == []
