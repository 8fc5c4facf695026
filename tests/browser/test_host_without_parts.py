"""Hosts that take parts away: the loader, all scripts, or what a sandbox forbids.

Behaviours 1, 2 and 9 of the embed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.citizen import RECEIPT, Citizen
from tests.browser.conftest import OpenContext
from tests.browser.partner_site import FORM, TITLE, PartnerSite, form_in
from tests.browser.watch import Watch


def fill_in(form: Frame) -> None:
    """Go through the steps up to the one in which the report is sent."""
    press = form.locator("button[value=check]")
    press.click()
    form.locator("[name=report_type][value=not_sure]").check()
    press.click()
    form.locator("#addresses").fill("https://pictures.example/7")
    press.click()
    press.click()


def reach_the_receipt(form: Frame) -> None:
    """Send what step 5 holds: at once, or over the check page that stands in for it."""
    expect(form.locator("#receipt:visible, button[value=send]")).to_be_visible(timeout=60_000)
    if form.locator("button[value=send]").count():
        form.locator("button[value=send]").click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)


@pytest.mark.parametrize("blocker", ["the network", "the page's policy"])
def test_b01_loader_blocked_the_form_in_the_frame_still_reports(
    partner: PartnerSite, open_context: OpenContext, blocker: str
) -> None:
    page = open_context().new_page()
    headers = {}
    if blocker == "the network":
        page.route("**/widget/v1.js", lambda route: route.abort())
    else:
        policy = f"script-src 'none'; frame-src {partner.demo.public_url}"
        headers = {"Content-Security-Policy": policy}
    page.goto(partner.write(partner.snippet(partner.key()), headers=headers))
    receipt = Citizen(form_in(page.locator(FORM))).report_with_script()
    assert receipt.reference
    assert page.evaluate("typeof IWFReport") == "undefined"
    # Nobody fits its height: it scrolls inside the place that the page reserved.
    assert page.locator(FORM).evaluate("frame => frame.clientHeight") == 680


def test_b01_all_our_scripts_blocked_the_form_in_the_frame_still_reports(
    partner: PartnerSite, open_context: OpenContext
) -> None:
    """What stops the loader by its folder stops what the frame fetches late, too."""
    page = open_context().new_page()
    page.route("**/widget/**", lambda route: route.abort())
    page.goto(partner.write(partner.snippet(partner.key())))
    form = form_in(page.locator(FORM))
    fill_in(form)
    reach_the_receipt(form)


def test_b02_script_off_everywhere_a_whole_report_in_the_page(
    partner: PartnerSite, watched: Callable[..., Watch]
) -> None:
    watch = watched(java_script_enabled=False)
    page = watch.context.new_page()
    page.goto(partner.write(partner.snippet(partner.key())))
    receipt = Citizen(form_in(page.locator(FORM))).report_without_script()
    assert page.url == partner.site.origin("host.localhost") + "/"
    assert watch.complaints == []
    page.goto(f"{partner.demo.public_url}/status?lang=en")
    page.locator("#number").fill(receipt.receipt)
    page.locator("form button").click()
    expect(page.locator(".answer")).to_contain_text(receipt.reference)


@pytest.mark.parametrize("kind", ["", "data-iwf=dialog", "data-iwf=floating"])
def test_b02_script_off_everywhere_every_link_leads_to_a_whole_report(
    partner: PartnerSite, watched: Callable[..., Watch], kind: str
) -> None:
    watch = watched(java_script_enabled=False)
    page = watch.context.new_page()
    page.goto(partner.write(partner.link(partner.key(), kind) + partner.script))
    with page.expect_popup() as popup:
        page.get_by_role("link").click()
    assert Citizen(popup.value).report_without_script().reference
    assert watch.complaints == []


def sandboxed(partner: PartnerSite, page: Page, allowed: str) -> Frame:
    """Open a host that sandboxes the frame; the document in it."""
    frame = partner.iframe(partner.key(), f'sandbox="{allowed}"')
    page.goto(partner.write(frame + partner.script))
    return form_in(page.locator(FORM))


@pytest.mark.parametrize(
    "allowed", ["allow-scripts allow-forms", "allow-scripts allow-forms allow-popups"]
)
def test_b09_sandbox_without_the_same_origin_the_report_is_taken(
    partner: PartnerSite, open_context: OpenContext, allowed: str
) -> None:
    """The frame's origin is `null`: it has no storage, and its requests are a stranger's."""
    form = sandboxed(partner, open_context().new_page(), allowed)
    assert form.evaluate("origin") == "null"
    assert Citizen(form).report_with_script().reference


def test_b09_sandbox_without_the_same_origin_the_plain_way_to_the_receipt(
    partner: PartnerSite, open_context: OpenContext
) -> None:
    """Where the sandbox's requests are stopped on their way, the form itself posts."""
    page = open_context().new_page()
    page.route("**/api/v1/**", lambda route: route.abort())
    form = sandboxed(partner, page, "allow-scripts allow-forms")
    fill_in(form)
    expect(form.locator("#review")).to_contain_text("pictures.example")
    form.locator("button[value=check]").click()
    reach_the_receipt(form)


@pytest.mark.parametrize("allowed", ["allow-scripts", "allow-scripts allow-same-origin"])
def test_b09_sandbox_without_forms_the_report_is_taken_by_the_script(
    partner: PartnerSite, open_context: OpenContext, allowed: str
) -> None:
    """Such a browser raises no `submit`: the buttons are heard all the same, and Enter too."""
    form = sandboxed(partner, open_context().new_page(), allowed)
    form.locator("#territory").press("Enter")
    expect(form.locator("#step2")).to_be_visible()
    form.locator("#back").click()
    assert Citizen(form).report_with_script().reference


@pytest.mark.parametrize("allowed", ["allow-forms", "allow-forms allow-same-origin"])
def test_b09_sandbox_without_scripts_the_report_is_taken(
    partner: PartnerSite, open_context: OpenContext, allowed: str
) -> None:
    form = sandboxed(partner, open_context().new_page(), allowed)
    assert Citizen(form).report_without_script().reference


@pytest.mark.parametrize(
    "allowed", ["", "allow-scripts", "allow-forms", "allow-scripts allow-forms"]
)
def test_b09_sandbox_in_which_the_frame_stays_silent_offers_the_link(
    partner: PartnerSite, open_context: OpenContext, allowed: str
) -> None:
    """A sandbox that lets the form neither run nor post is not left as a dead box."""
    page = open_context().new_page()
    page.clock.install()
    sandboxed(partner, page, allowed)
    page.wait_for_function("!!window.IWFReport")
    page.wait_for_load_state()
    page.clock.run_for(5_500)
    link = page.get_by_role("link", name=re.compile(TITLE))
    expect(link).to_be_visible()
    with page.expect_popup() as popup:
        link.click()
    assert Citizen(popup.value).report_with_script().reference
