"""Frames that show no form: refused by the browser, or of a key that is not in use.

Behaviours 3 and 4 of the embed.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.citizen import Citizen
from tests.browser.conftest import OpenContext
from tests.browser.partner_site import FORM, TITLE, PartnerSite, wait_until_sized
from tests.browser.watch import Watch
from tests.widget.site import HOST, STRANGER

UNKNOWN = "iwfpk_live_" + "A" * 38
HEADING = "You cannot report on this page at the moment"


def test_b03_ancestor_not_allowed_the_browser_refuses_and_a_link_leads_to_a_report(
    partner: PartnerSite, watched: Callable[..., Watch]
) -> None:
    watch = watched()
    page = watch.context.new_page()
    page.clock.install()
    body = partner.iframe(partner.key()) + partner.script
    page.goto(partner.write(body, host=STRANGER))
    page.wait_for_function("!!window.IWFReport")
    assert page.frames[1].locator("form").count() == 0
    assert [text for text in watch.complaints if "frame-ancestors" in text]
    link = page.get_by_role("link", name=TITLE)
    page.clock.run_for(5_500)
    expect(link).to_be_visible()
    with page.expect_popup() as popup:
        link.click()
    assert f"/r/{partner.key()}" in popup.value.url
    assert Citizen(popup.value).report_with_script().reference


def test_b03_the_link_comes_five_seconds_after_the_load_and_not_before(
    partner: PartnerSite, open_context: OpenContext
) -> None:
    page = open_context().new_page()
    page.clock.install()
    page.clock.pause_at("2030-01-01")
    page.goto(partner.write(partner.script, host=STRANGER))
    page.wait_for_function("!!window.IWFReport")
    page.evaluate(
        """html => new Promise(done => {
          document.body.insertAdjacentHTML('beforeend', html);
          document.querySelector('iframe').addEventListener('load', () => done());
        })""",
        partner.iframe(partner.key()),
    )
    link = page.get_by_role("link", name=TITLE)
    page.clock.run_for(4_900)
    assert link.count() == 0
    page.clock.run_for(200)
    expect(link).to_be_visible()


def test_b03_a_form_that_never_loads_gets_the_link_after_twenty_seconds(
    partner: PartnerSite, open_context: OpenContext
) -> None:
    page = open_context().new_page()
    waiting: list[Route] = []
    page.context.route("**/embed/**", lambda route: waiting.append(route))
    page.clock.install()
    page.clock.pause_at("2030-01-01")
    page.goto(partner.write(partner.script))
    page.wait_for_function("!!window.IWFReport")
    html = partner.iframe(partner.key())
    page.evaluate("html => { document.body.insertAdjacentHTML('beforeend', html) }", html)
    page.wait_for_function("document.querySelector('iframe').scrolling === 'auto'")
    link = page.get_by_role("link", name=TITLE)
    page.clock.run_for(19_900)
    assert link.count() == 0
    page.clock.run_for(200)
    expect(link).to_be_visible()
    for route in waiting:
        route.abort()


@pytest.fixture(params=["unknown", "mistyped", "paused", "revoked"])
def useless_key(request: pytest.FixtureRequest, partner: PartnerSite) -> str:
    """A key with which nobody can report."""
    if request.param == "unknown":
        return UNKNOWN
    key = partner.demo.issue_key("telco", origin=partner.site.origin(HOST))
    if request.param == "paused":
        partner.demo.portals("keys", "pause", key)
    elif request.param == "revoked":
        partner.demo.portals("keys", "revoke", key, "--reason", "a test")
    else:
        key = key[:-1] + ("a" if key[-1] != "a" else "b")
    return key


def expect_the_useful_page(page: Page) -> None:
    """It says what is the matter, and the way to report that is left."""
    frame = page.frame_locator(FORM)
    expect(frame.get_by_role("heading", name=HEADING)).to_be_visible()
    expect(frame.get_by_role("link", name="its own page")).to_be_visible()
    assert frame.locator("form").count() == 0


@pytest.mark.parametrize("host", [HOST, STRANGER])
def test_b04_key_not_in_use_the_useful_page_is_sized_and_nothing_lies_over_it(
    partner: PartnerSite, open_context: OpenContext, useless_key: str, host: str
) -> None:
    page = open_context(viewport={"width": 800, "height": 500}).new_page()
    page.clock.install()
    # Below the view, where nothing that the citizen sees moves when the frame gets smaller.
    above = '<div style="height: 1500px"></div>'
    page.goto(partner.write(above + partner.iframe(useless_key) + partner.script, host=host))
    expect_the_useful_page(page)
    wait_until_sized(page)
    content = page.frames[1].evaluate("document.documentElement.getBoundingClientRect().height")
    shown = page.locator(FORM).evaluate("frame => frame.clientHeight")
    assert 120 <= content <= shown <= content + 1
    page.clock.run_for(25_000)
    assert page.get_by_role("link").count() == 0


@pytest.mark.parametrize("host", [HOST, STRANGER])
def test_b04_key_not_in_use_without_script_the_useful_page(
    partner: PartnerSite, open_context: OpenContext, host: str
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(partner.write(partner.snippet(UNKNOWN), host=host))
    expect_the_useful_page(page)


def test_b04_a_key_paused_while_its_form_is_open_loses_nothing_that_was_typed(
    partner: PartnerSite, open_context: OpenContext
) -> None:
    """For a day such a form goes on to its check page; the words are there either way."""
    key = partner.demo.issue_key("telco", origin=partner.site.origin(HOST))
    page = open_context(java_script_enabled=False).new_page()
    page.goto(partner.write(partner.iframe(key)))
    form = page.frames[1]
    form.locator("[name=report_type][value=not_sure]").check()
    form.locator("#addresses").fill("https://pictures.example/7")
    partner.demo.portals("keys", "pause", key)
    assert json.loads(partner.demo.portals("keys", "show", key, "--json"))["state"] == "paused"
    form.locator("button[value=check]").click()
    frame = page.frame_locator(FORM)
    expect(frame.locator("dl, #typed")).to_contain_text("pictures.example")
