"""The language of the real form in a page, and what the page presets by the fragment."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.citizen import ADDRESS, Citizen
from tests.browser.conftest import Embed

FORWARD = "button[value=check]"
#: Each key's own language first.
SPOKEN = {"telco": ("fr", "en", "ar"), "charity": ("ar", "fr", "en"), "police": ("en", "fr")}
MODES = pytest.mark.parametrize("mode", ["inline", "dialog"])


@MODES
@pytest.mark.parametrize("partner", SPOKEN)
@pytest.mark.parametrize("wanted", ["", "lang=fr", "lang=ar", "lang=tlh", "lang="])
def test_b27_the_address_chooses_else_the_key(
    embed: Embed, partner: str, wanted: str, mode: str
) -> None:
    host = embed(partner)
    host.open((host.inline(wanted) if mode == "inline" else host.link(mode, wanted)) + host.loader)
    if mode == "dialog":
        host.page.locator("a[data-iwf]").click()
    form = host.managed_form()
    named = wanted.partition("=")[2]
    expected = named if named in SPOKEN[partner] else SPOKEN[partner][0]
    expect(form.locator("html")).to_have_attribute("lang", expected)


@MODES
def test_b27_the_switcher_is_seen_and_keeps_what_was_typed(embed: Embed, mode: str) -> None:
    host = embed("telco")
    host.open((host.inline("") if mode == "inline" else host.link(mode, "")) + host.loader)
    if mode == "dialog":
        host.page.locator("a[data-iwf]").click()
    form = host.entered_form()
    form.locator(FORWARD).click()
    form.locator("[name=report_type][value=not_sure]").check()
    form.locator(FORWARD).click()
    form.locator("#addresses").fill(ADDRESS)
    for language in ("ar", "en", "fr"):
        switch = form.locator(f"nav a[lang={language}]")
        expect(switch).to_be_visible()
        switch.click()
        expect(form.locator("html")).to_have_attribute("lang", language)
        form = host.managed_form()
        expect(form.locator("#addresses")).to_have_value(ADDRESS)
        expect(form.locator("#addresses")).to_be_visible()
        expect(form.locator("[name=report_type][value=not_sure]")).to_be_checked()
    form.locator(FORWARD).click()
    form.locator(FORWARD).click()
    expect(form.locator("#review")).to_contain_text(ADDRESS)
    form.locator(FORWARD).click()
    expect(form.locator("#receipt")).not_to_be_empty()
    (report,) = host.reports()
    assert report.language == "fr"


@MODES
def test_b28_what_the_page_presets_is_seen_changed_and_sent(embed: Embed, mode: str) -> None:
    host = embed()
    fragment = "lang=en#territory=SN&amp;report_type=not_sure&amp;site_kind=forum"
    host.open(
        (host.inline(fragment) if mode == "inline" else host.link(mode, fragment)) + host.loader
    )
    if mode == "dialog":
        host.page.locator("a[data-iwf]").click()
    form = host.entered_form()
    expect(form.locator("#territory")).to_be_visible()
    expect(form.locator("#territory")).to_have_value("Senegal")
    form.locator(FORWARD).click()
    expect(form.locator("[name=report_type][value=not_sure]")).to_be_checked()
    form.locator(FORWARD).click()
    kinds = form.locator("#site_kind option").evaluate_all("all => all.map(e => e.value)")
    assert "forum" in kinds
    expect(form.locator("#site_kind")).to_have_value("forum")
    form.locator("#addresses").fill(ADDRESS)
    form.locator(FORWARD).click()
    form.locator(FORWARD).click()
    expect(form.locator("#review")).to_contain_text("Senegal")
    form.locator(FORWARD).click()
    expect(form.locator("#receipt")).not_to_be_empty()
    (report,) = host.reports()
    assert (report.territory, report.report_type) == ("SN", "not_sure")
    assert not [
        address for address in host.watch.requested if "territory=SN" in address.split("#")[0]
    ]


@pytest.mark.parametrize(
    "fragment",
    [
        "description=typed+for+you&amp;contact=a@b.example&amp;addresses=https://pictures.example/",
        "territory=%3Cimg%20src=x%20onerror=alert(1)%3E",
        "territory=<img src=x onerror=alert(1)>&amp;site_kind=&quot;><b>",
        "report_type=picture&amp;site_kind=constructor&amp;__proto__=1",
        "step=5&amp;idempotency=AAAAAAAAAAAAAAAAAAAAAA&amp;embed_origin=https://a.example",
    ],
)
def test_b28_anything_else_is_text_that_nobody_reads(embed: Embed, fragment: str) -> None:
    host, dialogs = embed(), []
    host.page.on("dialog", lambda dialog: dialogs.append(dialog.message) or dialog.dismiss())
    host.open(host.inline("lang=en") + host.loader)
    read = """() => [...document.forms[0].elements].map(
      e => e.name !== 'embed_origin' && [e.name, e.value, e.checked]).join()"""
    empty = host.managed_form().evaluate(read)
    host.open(host.inline("lang=en#" + fragment) + host.loader)
    form = host.managed_form()
    assert form.evaluate(read) == empty
    assert form.evaluate("document.forms[0].elements.embed_origin.value") == (
        host.site.origin("host.localhost")
    )
    assert form.locator("form img, form u, section > b").count() == 0
    assert dialogs == []
    receipt = Citizen(form).report_with_script()
    assert [each.reference for each in host.reports()] == [receipt.reference.replace(" ", "")]
