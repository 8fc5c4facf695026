"""The way of a new member of staff in Chromium, with its virtual authenticator: invitation,
passkey, sign-in, and the question who one is before something serious."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import update

from server.config import load_settings
from server.staff.models import StaffSession
from server.storage.database import Database
from tests.browser.conftest import OpenContext
from tests.browser.demo import Demo
from tests.browser.watch import Watch

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_from_the_invitation_to_a_passkey_that_signs_in_and_confirms(
    demo: Demo, sign_in: Callable[..., Page], open_context: OpenContext
) -> None:
    office = sign_in()
    office.goto(f"{demo.console_url}staff/invite")
    office.get_by_label("E-mail address").fill("grace@hotline.example")
    office.get_by_label("Administrator").check()
    office.get_by_role("button", name="Make the invitation").click()
    link = office.locator("#link").inner_text()

    context = open_context()
    watch, page = Watch(context), context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto(link)
    page.get_by_role("button", name="Take up the invitation").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_text("The passkey is added").wait_for()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(demo.console_url)

    _sign_ins_are_old(demo)
    page.goto(f"{demo.console_url}staff/invite")
    page.get_by_role("button", name="Confirm with a passkey").click()
    page.wait_for_url("**/console/staff/invite")
    expect(page.get_by_role("heading", name="Invite somebody")).to_be_visible()
    assert watch.complaints == []


def test_a_passkey_that_is_refused_by_the_browser_says_what_to_do(
    demo: Demo, open_context: OpenContext
) -> None:
    page = open_context().new_page()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator", {"options": DEVICE | {"isUserVerified": False}}
    )
    page.goto(f"{demo.console_url}sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("Try again, or use another way").wait_for()


def _sign_ins_are_old(demo: Demo) -> None:
    database = Database(load_settings(dict(demo.environment)).database_url)
    with database.transaction() as session:
        session.execute(
            update(StaffSession).values(confirmed_at=datetime.now(UTC) - timedelta(minutes=20))
        )
    database.dispose()
