"""Step by step with script: one at a time, focus where it belongs, nothing lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.web.embed.served_form import ADDRESS, Open, forward, go_to


def test_one_step_at_a_time_with_focus_on_its_heading(opened: Open) -> None:
    form = opened.by_itself()
    for step in range(1, 5):
        expect(form.locator("form section:visible")).to_have_count(1)
        if step == 2:
            form.locator("[value=not_sure]").check()
        if step == 3:
            form.locator("#addresses").fill(ADDRESS)
        forward(form).click()
        expect(form.locator(f"section:nth-of-type({step + 1}) h2")).to_be_focused()


def test_nothing_is_scrolled_or_focused_on_load(opened: Open) -> None:
    form = opened.in_a_page(above=2_000)
    expect(form.locator("section:nth-of-type(2)")).to_be_hidden()
    assert opened.page.evaluate("scrollY") == 0
    assert form.evaluate("document.activeElement.tagName") == "BODY"


def test_nothing_is_asked_for_before_the_citizen_acts(opened: Open) -> None:
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url))
    form = opened.in_a_page()
    opened.page.wait_for_timeout(300)
    assert [url for url in asked if url.startswith(opened.origin)] == [form.url]
    with opened.page.expect_response("**/api/v1/challenges"):
        form.locator("#territory").focus()


def test_what_is_missing_is_said_at_the_field_and_in_a_summary(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 2)
    forward(form).click()
    expect(form.locator(".summary")).to_be_focused()
    expect(form.locator("#report_type-error")).to_have_text("Choose one.")
    expect(form.locator("#report_type")).to_have_attribute("aria-invalid", "true")
    form.locator(".summary a").click()
    expect(form.locator("#report_type")).to_be_focused()


@pytest.mark.parametrize("typed", ["", " \n ", "\n".join([ADDRESS] * 21)])
def test_a_place_is_needed_and_twenty_are_enough(opened: Open, typed: str) -> None:
    form = opened.by_itself()
    go_to(form, 3)
    form.locator("#addresses").fill(typed)
    forward(form).click()
    expect(form.locator("#addresses-error")).to_be_visible()


def test_an_app_and_a_name_are_a_place_too(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 3)
    form.locator("summary", has_text="app or a game").click()
    form.locator("#platform").fill("Chat")
    form.locator("#handle").fill("@group")
    forward(form).click()
    forward(form).click()
    forward(form).click()
    expect(form.locator("#receipt")).to_be_visible()


def test_back_and_change_keep_everything(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 5)
    form.locator("#back").click()
    form.locator("#back").click()
    expect(form.locator("#addresses")).to_have_value(ADDRESS)
    forward(form).click()
    forward(form).click()
    form.locator("#review a[href='#report_type']").click()
    expect(form.locator("[value=not_sure]")).to_be_checked()
    expect(form.locator("#report_type")).to_be_focused()


def test_another_language_keeps_what_was_typed_and_the_step(opened: Open) -> None:
    form = opened.in_a_page()
    go_to(form, 3)
    form.locator("#addresses").fill(ADDRESS)
    form.locator("nav a[lang=ar]").click()
    expect(form.locator("html")).to_have_attribute("dir", "rtl")
    expect(form.locator("#addresses")).to_be_visible()
    expect(form.locator("#addresses")).to_have_value(ADDRESS)
    forward(form).click()
    forward(form).click()
    forward(form).click()
    expect(form.locator("#receipt")).to_be_visible()
    assert opened.reports()[0].language == "ar"


def test_words_become_text_and_never_markup(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 4)
    payload = "<img src=x onerror=document.title='hacked'>"
    form.locator("#description").fill(payload)
    forward(form).click()
    expect(form.locator("#review")).to_contain_text(payload)
    assert form.title() != "hacked"
    assert form.locator("#review img").count() == 0
    assert form.locator("#review a[href^=http]").count() == 0


def test_out_of_remit_shows_who_can_help_and_keeps_nothing(opened: Open) -> None:
    form = opened.in_a_page()
    go_to(form, 2)
    form.locator("[value=grooming_or_contact]").check()
    forward(form).click()
    expect(form.locator("h1")).to_have_text("Who can help")
    assert opened.reports() == []


def with_a_hotline_of_france(opened: Open) -> None:
    opened.page.route(
        "**/api/v1/territories/FR?*",
        lambda route: route.fulfill(
            json={
                "emergency_number": "17 / 112",
                "own_authority": {"name": "Hotline of France", "url": "https://fr.example/"},
            }
        ),
    )


def test_a_country_typed_before_the_names_came_brings_its_authority_too(opened: Open) -> None:
    with_a_hotline_of_france(opened)
    held: list[Route] = []
    opened.page.route("**/api/v1/territories?*", lambda route: held.append(route))
    form = opened.by_itself()
    with opened.page.expect_request("**/api/v1/territories?*"):
        form.locator("#territory").focus()
    form.locator("#territory").fill("France")
    form.locator("#territory").blur()
    expect(form.locator("#authority")).to_be_hidden()
    held[0].continue_()
    expect(form.locator("#authority")).to_contain_text("Hotline of France takes reports")
    expect(form.locator("#emergency")).to_have_text("17 / 112")


def test_another_country_brings_its_own_authority_and_number(opened: Open) -> None:
    with_a_hotline_of_france(opened)
    form = opened.by_itself()
    expect(form.locator("#authority")).to_be_hidden()
    with opened.page.expect_response("**/api/v1/territories?*"):
        form.locator("#territory").focus()
    form.locator("#territory").fill("France")
    form.locator("#territory").blur()
    expect(form.locator("#authority")).to_contain_text("Hotline of France takes reports")
    expect(form.locator("#authority a")).to_have_attribute("href", "https://fr.example/")
    expect(form.locator("#emergency")).to_have_text("17 / 112")
    form.locator("#territory").fill("Atlantis")
    forward(form).click()
    expect(form.locator("#territory-error")).to_have_text("Choose a country from the list.")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_nothing_is_wider_than_the_window(opened: Open, language: str) -> None:
    form = opened.by_itself(f"lang={language}")
    for step in range(1, 6):
        for width in (240, 320, 768, 1_280):
            opened.page.set_viewport_size({"width": width, "height": 600})
            wide = form.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"step {step}"
        if step == 2:
            form.locator("[value=not_sure]").check()
        if step == 3:
            form.locator("#addresses").fill(ADDRESS)
        if step < 5:
            forward(form).click()


def test_controls_are_large_enough_to_touch_and_to_read(opened: Open) -> None:
    form = opened.by_itself()
    form.evaluate("document.querySelectorAll('[hidden]').forEach(e => e.hidden = false)")
    form.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    small = form.evaluate(
        """() => [...document.querySelectorAll(
             'input:not([type=hidden],[type=radio],[type=checkbox]),select,textarea,button,summary,'
             + 'fieldset label,.leave,nav a')]
           .filter(e => e.getBoundingClientRect().height < 44
             || parseFloat(getComputedStyle(e).fontSize) < 16)
           .map(e => e.outerHTML)"""
    )
    assert small == []
