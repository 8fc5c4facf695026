"""What was typed, and the step, outlive what browsers do to a page."""

from __future__ import annotations

from playwright.sync_api import Frame, Page, expect

from tests.web.embed.served_form import ADDRESS, Open, forward, go_to

MORE = {"#addresses": ADDRESS, "#access_note": "Scroll down", "#platform_user": "someone"}


def _fill_step_3(form: Page | Frame) -> None:
    go_to(form, 3)
    form.locator("summary", has_text="how to get there").click()
    for selector, text in MORE.items():
        form.locator(selector).fill(text)


def _expect_step_3(form: Page | Frame) -> None:
    expect(form.locator("section:nth-of-type(3) h2")).to_be_visible()
    expect(form.locator("form section:visible")).to_have_count(1)
    for selector, text in MORE.items():
        expect(form.locator(selector)).to_have_value(text)


def _send_from_step_3(opened: Open, form: Page | Frame) -> None:
    for _ in range(3):
        forward(form).click()
    expect(form.locator("#receipt")).to_be_visible()
    assert len(opened.reports()) == 1


def test_coming_back_finds_what_was_typed_and_the_step(opened: Open) -> None:
    form = opened.by_itself()
    _fill_step_3(form)
    form.locator("footer a").click()
    form.locator("#number").wait_for()
    opened.page.go_back()
    _expect_step_3(form)
    _send_from_step_3(opened, form)


def test_a_second_change_of_language_keeps_it_too(opened: Open) -> None:
    form = opened.in_a_page()
    _fill_step_3(form)
    for language in ("ar", "fr", "en"):
        form.locator(f"nav a[lang={language}]").click()
        expect(form.locator("html")).to_have_attribute("lang", language)
        _expect_step_3(form)
    _send_from_step_3(opened, form)


def test_the_last_step_is_kept_by_a_change_of_language(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 5)
    form.locator("nav a[lang=fr]").click()
    expect(form.locator("html")).to_have_attribute("lang", "fr")
    expect(form.locator("#review")).to_contain_text(ADDRESS)


def test_reloading_the_form_in_another_language_keeps_it(opened: Open) -> None:
    form = opened.by_itself()
    _fill_step_3(form)
    form.locator("nav a[lang=fr]").click()
    expect(form.locator("html")).to_have_attribute("lang", "fr")
    opened.page.reload()
    _expect_step_3(form)


def test_back_from_the_servers_check_page_keeps_it_and_makes_no_second_report(
    opened: Open,
) -> None:
    form = opened.by_itself()
    opened.page.route("**/sender.js", lambda route: route.abort())
    go_to(form, 4)
    forward(form).click()
    expect(form.locator("h1")).to_have_text("Check and send")
    opened.page.go_back()
    expect(form.locator("section:nth-of-type(4) h2")).to_be_visible()
    expect(form.locator("#addresses")).to_have_value(ADDRESS)


def test_errors_of_the_server_keep_it_and_lead_to_their_step(opened: Open) -> None:
    form = opened.by_itself()
    opened.page.route("**/sender.js", lambda route: route.abort())
    go_to(form, 4, address="javascript:alert(1)")
    forward(form).click()
    expect(form.locator(".summary")).to_be_focused()
    expect(form.locator("section:nth-of-type(3) h2")).to_be_visible()
    expect(form.locator("#addresses")).to_have_value("javascript:alert(1)")
    form.locator(".summary a").click()
    expect(form.locator("#addresses")).to_be_focused()


def test_after_a_report_nothing_of_it_comes_back(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 5)
    forward(form).click()
    expect(form.locator("#receipt")).to_be_visible()
    opened.page.reload()
    expect(form.locator("#step1")).to_be_visible()
    expect(form.locator("#addresses")).to_have_value("")
    assert form.locator("[name=idempotency]").input_value() == ""
