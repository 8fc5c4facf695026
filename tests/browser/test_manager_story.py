"""A manager sets a country up, and sees on a screen that the widget went live and what came of it.

With `PORTALS_PICTURES=<folder>` each screen is kept there as a picture, for docs/managers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.citizen import Citizen
from tests.browser.conftest import OpenContext
from tests.browser.demo import Demo
from tests.browser.partner_site import FORM, PartnerSite, form_in
from tests.widget.site import HOST

PICTURES = os.environ.get("PORTALS_PICTURES")
SOON_MS = 20_000
AUDITOR = "auditor@hotline.example"


@dataclass
class Manager:
    """Somebody at the console, who looks at each screen as it comes."""

    page: Page
    console: str

    def open(self, path: str) -> None:
        self.page.goto(self.console + path)

    def press(self, name: str) -> None:
        self.page.locator("main").get_by_role("button", name=name).first.click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def look(self, name: str) -> None:
        """Axe finds nothing on the screen; kept as a picture where that is asked for."""
        look(self.page, name)


def look(page: Page, name: str) -> None:
    assert violations(page) == [], name
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_from_an_empty_console_to_a_live_widget_and_its_first_report(
    partner: PartnerSite, sign_in: Callable[..., Page], open_context: OpenContext
) -> None:
    page = sign_in(viewport={"width": 1280, "height": 800})
    manager = Manager(page, partner.demo.console_url.removesuffix("/"))
    origin = partner.site.origin(HOST)
    set_up_portal(manager)
    set_up_partner(manager)
    publish_branding(manager)
    key_page = issue_key(manager, origin)
    open_portal_page(manager, open_context)
    kit = open_kit(manager, key_page, open_context)
    snippet = kit.locator("#snippet-inline").inner_text()
    expect(kit.locator("#live")).to_contain_text("ot seen")

    partner.write(snippet)
    citizen = open_context().new_page()
    citizen.goto(origin + "/")
    form = form_in(citizen.locator(FORM))

    expect(kit.locator("#live")).to_contain_text(origin, timeout=SOON_MS)
    look(kit, "kit-live")
    Citizen(form).report_with_script()
    expect_sighting(manager, key_page, origin)
    expect_one_report(manager)
    expect_the_trail(partner.demo, open_context)


def set_up_portal(manager: Manager) -> None:
    manager.open("/portals/new")
    manager.fill("Name", "Kenya")
    manager.fill("Short name", "kenya")
    manager.page.get_by_label("Find a country").fill("Keny")
    manager.page.get_by_label("Kenya", exact=True).check()
    manager.page.get_by_label("English: place").select_option("1")
    manager.page.get_by_label("French: place").select_option("2")
    manager.fill("Helpline text, English", "Childline Kenya listens day and night: call 116.")
    manager.look("portal-new")
    manager.press("Add portal")
    expect(manager.page.get_by_role("heading", level=1)).to_contain_text("Kenya")
    manager.look("portal")


def set_up_partner(manager: Manager) -> None:
    manager.open("/partners/new")
    manager.fill("Name", "Savanna Telecom")
    manager.fill("Short name", "savanna")
    manager.page.locator("main form button[type=submit]").first.click()
    expect(manager.page.get_by_role("heading", level=1)).to_contain_text("Savanna Telecom")
    manager.look("partner")
    manager.open("/portals/kenya/edit")
    manager.page.get_by_label("Default partner").select_option("savanna")
    manager.press("Save")


def publish_branding(manager: Manager) -> None:
    manager.open("/partners/savanna/branding")
    manager.fill("Colour", "#e0a030")
    manager.press("Save draft")
    correct = manager.page.get_by_role("button", name=re.compile("^Use #"))
    expect(correct).to_be_visible()
    manager.look("branding-contrast")
    correct.click()
    manager.look("branding")
    manager.press("Publish …")
    expect(manager.page.get_by_role("heading", level=1)).to_contain_text("Publish this look?")
    manager.look("branding-publish")
    manager.press("Publish")


def issue_key(manager: Manager, origin: str) -> str:
    manager.open("/partners/savanna/keys/new?portal=kenya")
    manager.fill("Label", "Help centre")
    manager.fill("Allowed origins", origin + "/help")
    manager.press("Issue key")
    expect(manager.page.locator("#errors")).to_contain_text("path")
    manager.look("key-refused")
    manager.fill("Allowed origins", origin)
    manager.press("Issue key")
    expect(manager.page.get_by_text(re.compile("iwfpk_live_")).first).to_be_visible()
    manager.open("/partners/savanna")
    manager.look("partner-with-key")
    manager.page.get_by_role("link", name="Help centre").click()
    expect(manager.page.get_by_role("heading", level=1)).to_contain_text("Help centre")
    manager.look("key")
    return manager.page.url


def open_portal_page(manager: Manager, open_context: OpenContext) -> None:
    """The portal's own page has the form in the partner's look, without anything more to do."""
    anybody = open_context().new_page()
    public = manager.console.removesuffix("/console")
    anybody.goto(public + "/portals/kenya")
    expect(anybody.locator("form")).to_be_visible()
    expect(anybody.locator("body")).to_contain_text("Childline Kenya")
    look(anybody, "portal-public")


def open_kit(manager: Manager, key_page: str, open_context: OpenContext) -> Page:
    manager.page.goto(key_page + "/kit")
    manager.press("Make the link")
    address = manager.page.locator("#link").inner_text()
    manager.look("kit-link")
    kit = open_context(viewport={"width": 1280, "height": 800}).new_page()
    kit.goto(address)
    look(kit, "kit")
    return kit


def expect_sighting(manager: Manager, key_page: str, origin: str) -> None:
    manager.page.goto(key_page + "/sightings")
    expect(manager.page.locator("main")).to_contain_text(origin)
    manager.look("sightings")
    manager.open("/partners")
    manager.look("partners")


def expect_one_report(manager: Manager) -> None:
    for _ in range(40):
        manager.open("/statistics?days=7")
        row = manager.page.get_by_role("row", name=re.compile("Savanna Telecom"))
        if row.count():
            break
        manager.page.wait_for_timeout(500)
    expect(row.first).to_contain_text("1")
    manager.look("statistics")


def expect_the_trail(demo: Demo, open_context: OpenContext) -> None:
    """The auditor reads it: whoever runs accounts does not."""
    page = open_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(demo.portals("staff", "login-link", AUDITOR).strip())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(demo.console_url)
    page.goto(demo.console_url.removesuffix("/") + "/audit")
    expect(page.locator("main")).to_contain_text("Savanna Telecom")
    look(page, "audit")
