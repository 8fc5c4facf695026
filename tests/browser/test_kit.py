"""A webmaster with the kit's address and nothing else: copy, paste, see it live, print."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import violations
from tests.browser.demo import Demo
from tests.browser.partner_site import FORM, PartnerSite, form_in
from tests.widget.site import HOST


@pytest.fixture
def kit(demo: Demo, partner: PartnerSite) -> str:
    """The address of a fresh kit, for a key of the partner's site."""
    key = demo.issue_key("charity", origin=partner.site.origin(HOST))  # one that no page showed
    made = json.loads(demo.portals("keys", "kit", key, "--json"))
    return str(made["link"])


def test_what_is_copied_from_the_kit_goes_live_and_the_kit_says_so(
    kit: str, partner: PartnerSite, open_context: Callable[..., BrowserContext]
) -> None:
    context = open_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.clock.install()
    page.goto(f"{kit}?lang=en&form=en")
    expect(page.get_by_text("Not seen yet.")).to_be_visible()
    page.get_by_role("button", name="Copy: In the page").click()
    snippet = page.evaluate("navigator.clipboard.readText()")

    site = context.new_page()
    site.goto(partner.write(snippet))
    form_in(site.locator(FORM))

    seen = page.locator("#live-lines").get_by_text(f"Seen on {partner.site.origin(HOST)}")
    assert renewed_until(page, seen.is_visible)
    assert complaints == []


def renewed_until(page: Page, is_so: Callable[[], bool]) -> bool:
    """Let the page's own clock run, in steps of its renewal, until `is_so` or 10 s are over."""
    for _ in range(40):
        page.clock.run_for(10_000)
        page.wait_for_timeout(250)
        if is_so():
            return True
    return False


def test_the_kit_is_accessible_and_fits_a_phone_in_arabic(
    kit: str, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(f"{kit}?lang=ar")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert violations(page) == []


def test_each_poster_is_one_page_of_a4_with_all_of_its_words(
    kit: str, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context().new_page()
    for language in ("en", "fr", "ar", "all"):
        page.goto(f"{kit}/poster?lang={language}")
        sheet = page.locator(".sheet")
        assert sheet.evaluate("sheet => sheet.scrollHeight <= sheet.clientHeight"), language
        paper = page.pdf(prefer_css_page_size=True, print_background=True)
        assert paper.count(b"/Type /Page\n") == 1, language
        assert b"/MediaBox [0 0 594.9" in paper or b"/MediaBox [0 0 595" in paper, language
