"""The form of a portal in Chromium: 250 countries by keyboard, accessible, on a phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from server.partners import service
from server.staff.service import RoleName
from server.storage.database import Database
from tests.browser.axe import violations
from tests.browser.watch import Watch
from tests.factories.portal import PortalFactory
from tests.web.console.conftest import Link, Member

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def page(
    browser: Browser, app: Flask, link: Link, member: Member, database: Database
) -> Iterator[Page]:
    """A phone on which a portal manager is signed in, and a portal for Senegal."""
    with database.transaction() as session:
        PortalFactory(session=session, slug="senegal")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    context = browser.new_context(
        base_url=f"http://localhost:{server.port}", viewport={"width": 320, "height": 640}
    )
    page = context.new_page()
    page.goto(f"/console/sign-in/{link(member(RoleName.PORTAL_MANAGER))}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console/")
    yield page
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_country_is_found_and_ticked_by_keyboard_and_all_fits(
    page: Page, database: Database
) -> None:
    watch = Watch(page.context)
    for path in ("/console/portals", "/console/portals/new", "/console/portals/senegal"):
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.goto("/console/portals/senegal/edit")
    page.get_by_label("Find a country").press_sequentially("cote d")
    assert page.locator(".country-filter output").text_content() == "1 country"
    assert page.locator("[data-countries] .choice:visible").count() == 1
    assert violations(page) == []
    for key in ("Tab", "Tab", "Space"):  # the continent, then the one country that is left
        page.keyboard.press(key)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/console/portals/senegal")
    with database.reading() as session:
        # What the filter hid is still in the form.
        assert set(service.get_portal(session, "senegal").territories) == {"SN", "CI"}
    assert watch.complaints == []
