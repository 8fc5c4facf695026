"""Leave this page now: at once, for good, and with nothing to find by going back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.services.chromium import ARGUMENTS, find_chromium
from tests.web.embed.served_form import ADDRESS, NEUTRAL, Open, forward, go_to


@pytest.fixture(autouse=True)
def _neutral(opened: Open) -> None:
    opened.page.route(NEUTRAL, lambda route: route.fulfill(body="neutral"))


def _everything_in(page: Page) -> str:
    """The text and the values of all frames."""
    page.wait_for_timeout(300)
    return " ".join(
        frame.content()
        + frame.evaluate(
            "[...document.querySelectorAll('input,textarea')].map(e => e.value).join()"
        )
        for frame in page.frames
    )


def test_leaving_forgets_what_was_typed_and_there_is_no_way_back(opened: Open) -> None:
    opened.page.route(NEUTRAL, lambda route: route.fulfill(body="neutral"))
    form = opened.by_itself()
    go_to(form, 3)
    form.locator("#addresses").fill(ADDRESS)
    form.locator("header .leave").click()
    opened.page.wait_for_url(NEUTRAL)
    opened.page.go_back()
    assert ADDRESS not in opened.page.content()


def test_leaving_from_a_frame_replaces_the_partners_page(opened: Open) -> None:
    opened.page.route(NEUTRAL, lambda route: route.fulfill(body="neutral"))
    form = opened.in_a_page()
    form.locator("header .leave").click()
    opened.page.wait_for_url(NEUTRAL)


def test_esc_three_times_within_two_seconds_leaves(opened: Open) -> None:
    opened.page.route(NEUTRAL, lambda route: route.fulfill(body="neutral"))
    form = opened.by_itself()
    form.locator("#territory").focus()
    for _ in range(3):
        opened.page.keyboard.press("Escape")
    opened.page.wait_for_url(NEUTRAL)


def test_esc_now_and_then_does_not_leave(opened: Open) -> None:
    form = opened.by_itself()
    opened.page.clock.install()
    form.locator("#territory").focus()
    for _ in range(4):
        opened.page.keyboard.press("Escape")
        opened.page.clock.run_for(1_500)
    expect(form.locator("#territory")).to_be_visible()


@pytest.mark.parametrize("place", ["frame", "page"])
@pytest.mark.parametrize("way", ["button", "Escape", "language first", "receipt"])
def test_nothing_that_was_typed_is_found_by_going_back(opened: Open, place: str, way: str) -> None:
    form = opened.in_a_page() if place == "frame" else opened.by_itself()
    go_to(form, 5)
    expect(form.locator("#review")).to_contain_text(ADDRESS)
    if way == "receipt":
        forward(form).click()
        expect(form.locator("#receipt")).not_to_be_empty()
    if way == "language first":
        form.locator("nav a[lang=fr]").click()
        expect(form.locator("html")).to_have_attribute("lang", "fr")
        expect(form.locator("#addresses")).to_have_value(ADDRESS)
    if way == "Escape":
        for _ in range(3):
            opened.page.keyboard.press("Escape")
    else:
        form.locator("header .leave").click()
    opened.page.wait_for_url(NEUTRAL)
    for _ in range(2):
        opened.page.go_back()
        assert ADDRESS not in _everything_in(opened.page)
        assert "Thank you" not in opened.page.inner_text("body")


def test_without_script_it_is_a_link_for_the_whole_window(opened: Open) -> None:
    browser = opened.page.context.browser
    assert browser is not None
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{opened.origin}/r/{opened.key}?lang=en")
    link = page.locator("header .leave")
    assert link.get_attribute("href") == "https://www.wikipedia.org/"
    assert link.get_attribute("target") == "_top"
    page.context.close()


def test_a_page_that_the_browser_keeps_whole_holds_nothing_either(opened: Open) -> None:
    assert opened.page.context.browser is not None
    browser = opened.page.context.browser.browser_type.launch(
        executable_path=find_chromium(),
        args=list(ARGUMENTS),
        ignore_default_args=["--disable-back-forward-cache"],
    )
    opened.page = browser.new_page()
    opened.page.route(NEUTRAL, lambda route: route.fulfill(body="neutral"))
    opened.page.add_init_script("addEventListener('pageshow', e => { window.kept = e.persisted; })")
    form = opened.by_itself()
    go_to(form, 5)
    form.locator("nav a[lang=fr]").click()
    expect(form.locator("html")).to_have_attribute("lang", "fr")
    expect(form.locator("#addresses")).to_have_value(ADDRESS)
    form.locator("header .leave").click()
    opened.page.wait_for_url(NEUTRAL)
    opened.page.evaluate("setTimeout(() => history.back())")
    opened.page.wait_for_function("window.kept")
    assert ADDRESS not in _everything_in(opened.page)
    browser.close()
