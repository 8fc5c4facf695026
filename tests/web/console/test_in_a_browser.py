"""The console in Chromium: sign-in on http://localhost, keys, accessibility, no width too small."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select, update
from werkzeug.serving import make_server

from server.partners.service import IssuedKey
from server.reports.models import Envelope, Report
from server.staff.service import User
from server.storage.database import Database
from tests.browser.axe import violations
from tests.browser.watch import Watch
from tests.factories.report import accepted_report
from tests.web.console.conftest import Link

# What a page looks like does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    """The application on a port of http://localhost."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, url: str, link: Link, analyst: User) -> Iterator[Page]:
    """A page of a browser in which an analyst has signed in."""
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"/console/sign-in/{link(analyst)}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console/")
    yield page
    context.close()


@pytest.fixture
def references(app: Flask, key: IssuedKey) -> list[str]:
    """Three reports, the newest first."""
    return [accepted_report(app, key.text).reference for _ in range(3)][::-1]


def test_chromium_keeps_the_host_cookie_on_localhost(page: Page) -> None:
    cookies = page.context.cookies()
    assert {cookie["name"] for cookie in cookies} == {"__Host-portals", "__Host-portals-device"}
    for cookie in cookies:
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    (before,) = (cookie["value"] for cookie in cookies if cookie["name"] == "__Host-portals")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/console/sign-in**")
    assert before not in [cookie["value"] for cookie in page.context.cookies()]


def test_j_and_k_walk_through_the_list_and_enter_opens(page: Page, references: list[str]) -> None:
    page.reload()

    def focused() -> str:
        return str(page.evaluate("document.activeElement.textContent"))

    listed = page.locator("tbody th a").all_text_contents()
    assert sorted(listed) == sorted(references)
    walked = []
    for key in ("j", "j", "j", "j", "k"):
        page.keyboard.press(key)
        walked.append(focused())
    assert walked == [listed[0], listed[1], listed[2], listed[2], listed[1]]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/reports/{listed[1]}")


def test_the_keys_can_be_switched_off_for_good(page: Page, references: list[str]) -> None:
    page.reload()
    page.get_by_text("Keyboard", exact=True).click()
    page.get_by_label("Use these keys").uncheck()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit(
    page: Page, references: list[str], database: Database, width: int, scheme: Literal["light"]
) -> None:
    with database.transaction() as session:
        damaged = select(Report.id).where(Report.reference == references[1])
        session.execute(
            update(Envelope).where(Envelope.report_id.in_(damaged)).values(ciphertext=b"x")
        )
    watch = Watch(page.context)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 700})
    for path in (
        "/console/",
        "/console/?mode=test",
        f"/console/reports/{references[0]}",
        f"/console/reports/{references[1]}",
        "/console/sign-in?why=idle",
    ):
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert watch.complaints == []


def test_the_menu_opens_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    sign_out = page.get_by_role("button", name="Sign out")
    assert not sign_out.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert sign_out.is_visible()
    page.keyboard.press("Escape")
    assert not sign_out.is_visible()
