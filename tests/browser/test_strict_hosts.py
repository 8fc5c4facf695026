"""Hosts with strict rules of their own, or with none: policies, isolation, plain HTTP, no referrer.

Behaviours 6, 7, 8 and 10 of the embed.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, Request, expect

from tests.browser.citizen import Citizen
from tests.browser.conftest import OpenContext
from tests.browser.partner_site import FORM, PartnerSite, form_in, wait_until_sized
from tests.browser.polling import wait_until
from tests.browser.watch import Watch

#: No browser trusts it, as it trusts localhost without encryption.
PLAIN = "plain-http.test"
NOTE_VIOLATIONS = """addEventListener('securitypolicyviolation',
  event => console.error('violation', event.violatedDirective, event.blockedURI))"""
ISOLATED = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def strict_policy(portals: str) -> str:
    return (
        f"default-src 'none'; frame-src {portals}; script-src {portals}; base-uri 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )


def opened_form(partner: PartnerSite, page: Page, way: str, headers: dict[str, str]) -> Frame:
    """Open a host with these headers, and the form on it."""
    key = partner.key()
    if way == "inline":
        page.goto(partner.write(partner.snippet(key), headers=headers))
        return form_in(page.locator(FORM))
    link = partner.link(key, "data-iwf=dialog")
    page.goto(partner.write(link + partner.script, headers=headers))
    wait_until(page, "!!window.IWFReport")
    page.get_by_role("link").click()
    return form_in(page.locator("dialog iframe"))


@pytest.mark.parametrize("way", ["inline", "dialog"])
def test_b06_the_strictest_policy_and_trusted_types_are_not_violated(
    partner: PartnerSite, watched: Callable[..., Watch], way: str
) -> None:
    watch = watched()
    watch.context.add_init_script(NOTE_VIOLATIONS)
    page = watch.context.new_page()
    policy = {"Content-Security-Policy": strict_policy(partner.demo.public_url)}
    form = opened_form(partner, page, way, policy)
    assert Citizen(form).report_with_script().reference
    if way == "inline":
        wait_until_sized(page)
    else:
        page.get_by_role("dialog").get_by_role("button").first.click()
        expect(page.get_by_role("link")).to_be_focused()
    assert watch.complaints == []
    # The playing field is real: what we never do is refused, and noted.
    for way_in in ("setAttribute('style', 'color: red')", "insertAdjacentHTML('beforeend', '<p>')"):
        with page.expect_console_message(lambda said: said.text.startswith("violation")):
            page.evaluate(f"() => {{ try {{ document.body.{way_in} }} catch (refused) {{}} }}")


@pytest.mark.parametrize("way", ["inline", "dialog"])
def test_b07_an_isolated_host_shows_the_form_and_what_follows_its_sending(
    partner: PartnerSite, watched: Callable[..., Watch], way: str
) -> None:
    watch = watched()
    page = watch.context.new_page()
    form = opened_form(partner, page, way, ISOLATED)
    assert page.evaluate("crossOriginIsolated") is True
    assert Citizen(form).report_with_script().reference
    assert watch.complaints == []


def test_b07_an_isolated_host_shows_every_page_of_the_form_without_script(
    partner: PartnerSite, watched: Callable[..., Watch]
) -> None:
    """Each stage is a document of its own, which the host's policy judges anew; mistakes too."""
    watch = watched(java_script_enabled=False)
    page = watch.context.new_page()
    form = opened_form(partner, page, "inline", ISOLATED)
    form.locator("button[value=check]").click()
    expect(form.locator(".summary")).to_be_visible()
    assert Citizen(form).report_without_script().reference
    assert [text for text in watch.complaints if "422" not in text] == []


def test_b07_an_isolated_host_shows_the_page_in_place_of_a_form(
    partner: PartnerSite, open_context: OpenContext
) -> None:
    page = open_context().new_page()
    frame = partner.iframe("iwfpk_live_" + "A" * 38)
    page.goto(partner.write(frame + partner.script, headers=ISOLATED))
    expect(page.frame_locator(FORM).locator("h1")).to_be_visible()


@pytest.mark.parametrize("way", ["inline", "dialog"])
def test_b08_a_host_over_plain_http_reports_with_a_proof_of_work_in_pure_script(
    partner: PartnerSite, open_context: OpenContext, way: str
) -> None:
    page = open_context().new_page()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    key = partner.key(host=PLAIN)
    body = partner.snippet(key)
    if way == "dialog":
        body = partner.link(key, "data-iwf=dialog") + partner.script
    page.goto(partner.write(body, host=PLAIN))
    if way == "dialog":
        wait_until(page, "!!window.IWFReport")
        page.get_by_role("link").click()
    form = form_in(page.locator("dialog iframe" if way == "dialog" else FORM))
    assert page.evaluate("isSecureContext") is False
    assert form.evaluate("isSecureContext") is False
    assert form.evaluate("typeof crypto.subtle") == "undefined"
    assert Citizen(form).report_with_script().reference
    (report,) = [each for each in sent if each.url.endswith("/api/v1/reports")]
    assert report.post_data_json["challenge"]
    assert report.post_data_json["embed_origin"] == partner.site.origin(PLAIN)
    response = report.response()
    assert response is not None
    assert response.status == 201


@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without script"])
def test_b10_a_host_that_hides_its_address_is_told_by_its_key(
    partner: PartnerSite,
    open_context: OpenContext,
    sign_in: Callable[..., Page],
    scripted: bool,
) -> None:
    page = open_context(java_script_enabled=scripted).new_page()
    referrers: list[str | None] = []
    page.on("request", lambda each: referrers.append(each.all_headers().get("referer")))
    key = partner.key("police")
    frame = partner.iframe(key).replace('referrerpolicy="origin"', 'referrerpolicy="no-referrer"')
    headers = {"Referrer-Policy": "no-referrer"}
    page.goto(partner.write(frame + partner.script, headers=headers))
    form = form_in(page.locator(FORM))
    assert set(referrers) == {None}
    citizen = Citizen(form)
    receipt = citizen.report_with_script() if scripted else citizen.report_without_script()

    console = sign_in()
    console.get_by_role("link", name=receipt.reference).click()
    about = console.get_by_role("complementary", name="About this report")
    expect(about).to_contain_text(key)
    expect(about).to_contain_text(partner.demo.partners["police"].portal, ignore_case=True)
    if scripted:
        expect(about).to_contain_text(partner.site.origin("host.localhost"))
