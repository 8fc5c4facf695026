"""When sending fails: calm words, the same report again, other ways out, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, Request, Route, expect

from tests.web.embed.served_form import ADDRESS, Open, forward, go_to, lose

RECEIPT = "#receipt:not(:empty)"
REPORTS = "**/api/v1/reports"
TRIES = 4


def busy(route: Route) -> None:
    """What the server answers when it can take no reports."""
    route.fulfill(
        status=503,
        content_type="application/problem+json",
        json={"type": "https://report.example.org/api/v1/problems/not-ready", "status": 503},
    )


def _pass_time(page: Page, milliseconds: int) -> None:
    for _ in range(milliseconds // 250):
        page.clock.run_for(250)
        page.wait_for_timeout(10)


def _fail_to_send(opened: Open, answer: Callable[[Route], None]) -> tuple[Frame, list[Request]]:
    form = opened.in_a_page()
    go_to(form, 5)
    asked: list[Request] = []
    opened.page.clock.install()
    opened.page.on("request", lambda r: asked.append(r) if r.url.endswith("/reports") else None)
    opened.page.route(REPORTS, answer)
    forward(form).click()
    _pass_time(opened.page, 20_000)
    return form, asked


def test_a_server_that_stays_in_trouble_ends_in_calm_words_and_other_ways(opened: Open) -> None:
    form, asked = _fail_to_send(opened, busy)
    expect(form.locator("[role=status]")).to_have_text(
        "This does not work now. Your answers are still here: try again later."
    )
    again, hotline = form.locator("#out a").all()
    assert again.get_attribute("href") == f"{opened.origin}/r/{opened.key}?lang=en"
    assert (hotline.get_attribute("href") or "").startswith("https://")
    assert again.get_attribute("target") == hotline.get_attribute("target") == "_blank"
    assert len(asked) == TRIES
    assert len({request.headers["idempotency-key"] for request in asked}) == 1
    expect(form.locator("#review")).to_contain_text(ADDRESS)
    opened.page.unroute(REPORTS)
    forward(form).click()
    expect(form.locator(RECEIPT)).to_be_visible()
    expect(form.locator("#out")).to_be_hidden()
    assert len(opened.reports()) == 1


def test_where_nothing_gets_through_the_form_is_not_given_away(opened: Open) -> None:
    opened.page.route("**/solver.js?*", lose)
    form, _ = _fail_to_send(opened, lose)
    expect(form.locator("#out")).to_be_visible()
    expect(form.locator("#review")).to_contain_text(ADDRESS)
    expect(forward(form)).to_be_enabled()


def test_where_nothing_answers_it_gives_up_too(opened: Open) -> None:
    opened.page.route("**/solver.js?*", lambda route: None)
    form, _ = _fail_to_send(opened, lose)
    _pass_time(opened.page, 8_000)
    expect(form.locator("#out")).to_be_visible()


def _go_offline(opened: Open) -> tuple[Frame, list[str]]:
    form = opened.in_a_page()
    go_to(form, 5)
    opened.page.context.set_offline(True)
    forward(form).click()
    expect(form.locator("[role=status]")).to_contain_text("There is no connection.")
    expect(form.locator("#out")).to_be_visible()
    expect(forward(form)).to_be_enabled()
    asked: list[str] = []
    opened.page.on("request", lambda r: asked.append(r.url) if r.url.endswith("/reports") else None)
    return form, asked


def test_a_connection_that_comes_back_sends_by_itself_once(opened: Open) -> None:
    form, asked = _go_offline(opened)
    opened.page.context.set_offline(False)
    form.evaluate("dispatchEvent(new Event('online'))")
    expect(form.locator(RECEIPT)).to_be_visible()
    assert len(asked) == len(opened.reports()) == 1


def test_it_is_not_sent_by_itself_while_answers_are_being_changed(opened: Open) -> None:
    form, asked = _go_offline(opened)
    form.locator("#back").click()
    opened.page.context.set_offline(False)
    opened.page.wait_for_timeout(300)
    assert asked == opened.reports() == []


@pytest.mark.parametrize("silent", ["challenges", "solver.js"])
def test_work_that_never_comes_does_not_hold_the_report_back(opened: Open, silent: str) -> None:
    form = opened.in_a_page()
    opened.page.route(f"**/{silent}", lambda route: None)
    go_to(form, 5)
    opened.page.clock.install()
    forward(form).click()
    _pass_time(opened.page, 11_000)
    expect(form.locator(RECEIPT)).to_be_visible()


def test_a_page_of_another_network_is_no_answer(opened: Open) -> None:
    """The sign-in page of a café, with the status 200."""
    form, asked = _fail_to_send(opened, lambda route: route.fulfill(body="<h1>Welcome</h1>"))
    expect(form.locator("#out")).to_be_visible()
    assert len(asked) == TRIES
