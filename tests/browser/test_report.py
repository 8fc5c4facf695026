"""The main job: from a partner's page on its own origin to the analyst's console."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.citizen import ADDRESS, DEFANGED, DESCRIPTION, Citizen, Receipt
from tests.browser.demo import Demo
from tests.browser.watch import Watch
from tests.widget.site import HOST, STRANGER, Site

LANGUAGE_OF = {"telco": ("fr", "French"), "charity": ("ar", "Arabic"), "police": ("en", "English")}


def frame_of(page: Page) -> Frame:
    """The document in the partner's iframe."""
    frame = page.locator("iframe[data-iwf]").element_handle().content_frame()
    assert frame is not None
    return frame


def look_up(page: Page, demo: Demo, language: str, receipt: Receipt) -> None:
    """Ask /status, and see the reference of the report."""
    page.goto(f"{demo.public_url}/status?lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    page.locator("#number").fill(receipt.receipt)
    page.locator("form button").click()
    expect(page.locator(".answer")).to_contain_text(receipt.reference)


@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("slug", LANGUAGE_OF)
def test_a_report_reaches_the_analyst_and_leaves_nothing_behind(
    demo: Demo,
    watched: Callable[..., Watch],
    sign_in: Callable[..., Page],
    slug: str,
    scripted: bool,
) -> None:
    partner, (language, language_name) = demo.partners[slug], LANGUAGE_OF[slug]
    watch = watched(java_script_enabled=scripted)
    page = watch.context.new_page()
    page.goto(partner.origin)
    frame = frame_of(page)
    assert frame.locator("html").get_attribute("lang") == language
    citizen = Citizen(frame)
    receipt = citizen.report_with_script() if scripted else citizen.report_without_script()
    look_up(page, demo, language, receipt)

    assert watch.requested
    assert watch.strangers(demo.hosts) == []
    assert watch.kept() == []
    assert watch.complaints == []

    console = sign_in()
    console.get_by_role("link", name=receipt.reference).click()
    expect(console.get_by_role("heading", name=receipt.reference)).to_be_visible()
    expect(console.locator("code.address")).to_have_text(DEFANGED)
    expect(console.get_by_text(DESCRIPTION)).to_be_visible()
    attribution = console.get_by_role("complementary", name="About this report")
    # Without script only the key can say through whom a report came: the form is one cached
    # document for all origins, and posts from its own.
    for fact in (partner.key, language_name, *([partner.origin] if scripted else [])):
        expect(attribution).to_contain_text(fact)
    assert ADDRESS not in console.content()
    assert console.locator(f"a[href*='{ADDRESS.split('/')[2]}']").count() == 0


def test_the_browser_refuses_the_form_on_a_page_that_the_key_does_not_allow(
    demo: Demo, watched: Callable[..., Watch]
) -> None:
    watch = watched()
    page = watch.context.new_page()
    with Site() as site:
        key = demo.issue_key("police", origin=site.origin(HOST))
        body = f'<iframe src="{demo.public_url}/embed/{key}"></iframe>'
        page.goto(site.page(HOST, "/", body))
        assert page.frames[1].locator("form").count() == 1
        assert watch.complaints == []
        page.goto(site.page(STRANGER, "/", body))
        assert page.frames[1].locator("form").count() == 0
        assert [text for text in watch.complaints if "frame-ancestors" in text]
