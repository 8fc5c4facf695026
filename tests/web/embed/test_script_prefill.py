"""What a partner's page presets by the fragment of the frame's address."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.web.embed.served_form import ADDRESS, Open, forward

ALL = "#territory=FR&report_type=link_or_advert&site_kind=forum"


def _nothing_is_preset(form: Frame | Page) -> None:
    expect(form.locator("section:nth-of-type(2)")).to_be_hidden()
    expect(form.locator("#territory")).to_have_value("Senegal")
    expect(form.locator("[name=report_type]:checked")).to_have_count(0)
    expect(form.locator("#site_kind")).to_have_value("")


@pytest.mark.parametrize("place", ["frame", "page"])
def test_three_answers_can_be_preset_seen_changed_and_sent(opened: Open, place: str) -> None:
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url))
    query = "lang=en" + ALL
    form = opened.in_a_page(query=query) if place == "frame" else opened.by_itself(query)
    expect(form.locator("#territory")).to_have_value("France")
    expect(form.locator("#emergency")).to_have_text("112 or your local emergency number")
    opened.page.wait_for_timeout(200)
    assert not [url for url in asked if "/api/" in url], "nobody has done anything yet"
    with opened.page.expect_response("**/api/v1/territories/FR?*"):
        forward(form).click()
    expect(form.locator("[value=link_or_advert]")).to_be_checked()
    forward(form).click()
    expect(form.locator("#site_kind")).to_have_value("forum")
    form.locator("#site_kind").select_option("blog")
    form.locator("#addresses").fill(ADDRESS)
    for _ in range(3):
        forward(form).click()
    expect(form.locator("#receipt")).to_be_visible()
    assert opened.reports()[0].territory == "FR"
    assert opened.complaints == []


@pytest.mark.parametrize(
    "fragment",
    [
        "territory=ZZ&report_type=grooming&site_kind=none",
        "territory=EU",
        "territory=fr",
        "territory=France",
        "territory=%3Cimg%20src=x%3E",
        "territory",
        "territory=FR2",
        "report_type='],*",
        "site_kind=%22%5D",
        "description=x&addresses=https://example.org/&contact=a@example.org&step=4&idempotency=x",
        "__proto__=x&constructor=y&elements=z",
        "=&&==&%",
    ],
)
def test_anything_else_is_ignored_in_silence(opened: Open, fragment: str) -> None:
    form = opened.in_a_page(query=f"lang=en#{fragment}")
    _nothing_is_preset(form)
    for name in ("description", "addresses", "contact", "idempotency"):
        expect(form.locator(f"[name={name}]")).to_have_value("")
    assert opened.complaints == []


def test_it_goes_along_into_another_language(opened: Open) -> None:
    form = opened.in_a_page(query="lang=en#territory=DE&report_type=not_sure")
    expect(form.locator("#territory")).to_have_value("Germany")
    form.locator("nav a[lang=fr]").click()
    expect(form.locator("#territory")).to_have_value("Allemagne")
    expect(form.locator("[value=not_sure]")).to_be_checked()


def test_what_the_citizen_chose_instead_is_kept_by_another_language(opened: Open) -> None:
    form = opened.in_a_page(query="lang=en#territory=DE&report_type=not_sure")
    with opened.page.expect_response("**/api/v1/territories?*"):
        form.locator("#territory").focus()
    form.locator("#territory").fill("Italy")
    forward(form).click()
    form.locator("[value=non_photographic]").check()
    form.locator("nav a[lang=fr]").click()
    expect(form.locator("html")).to_have_attribute("lang", "fr")
    expect(form.locator("[value=non_photographic]")).to_be_checked()
    form.locator("#back").click()
    expect(form.locator("#territory")).to_have_value("Italy")


def test_an_old_browser_shows_the_name_at_the_first_touch(opened: Open) -> None:
    opened.page.add_init_script("delete Intl.DisplayNames")
    form = opened.in_a_page(query="lang=en#territory=FR")
    expect(form.locator("#territory")).to_have_value("FR")
    form.locator("#territory").focus()
    expect(form.locator("#territory")).to_have_value("France")
