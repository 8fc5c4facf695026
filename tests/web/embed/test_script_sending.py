"""Sending with script: one report, whatever the network does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from server.intake.challenge import HASTE
from server.reports.vocabulary import Lane
from tests.web.embed.served_form import Open, forward, go_to, lose, lose_answer

RECEIPT = re.compile(r"^\d{4}( \d{4}){4}$")
REPORTS = "**/api/v1/reports"
CHALLENGES = "**/api/v1/challenges"


def test_a_report_is_sent_with_a_solved_challenge(opened: Open) -> None:
    form = opened.in_a_page()
    go_to(form, 5)
    expect(form.locator("#review")).to_contain_text("https://pictures.example/gallery?page=7")
    opened.page.wait_for_timeout(HASTE / timedelta(milliseconds=1))  # as a person would
    forward(form).click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)
    (report,) = opened.reports()
    assert report.lane is Lane.NORMAL
    assert report.reference == form.locator("#reference").inner_text()
    assert report.territory == "SN"
    assert opened.complaints == []


def test_it_is_attributed_to_the_page_around_the_frame(opened: Open) -> None:
    form = opened.in_a_page()
    go_to(form, 5)
    forward(form).click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)
    assert opened.reports()[0].origin == opened.site.origin("host.localhost")


def test_pressing_send_twice_is_one_report(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 5)
    forward(form).dblclick()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)
    assert len(opened.reports()) == 1


@pytest.mark.parametrize("lost", [lose, lose_answer])
def test_a_bad_connection_is_said_and_tried_again(opened: Open, lost) -> None:  # type: ignore[no-untyped-def]
    form = opened.by_itself()
    opened.page.route(REPORTS, lost, times=1)
    go_to(form, 5)
    forward(form).click()
    expect(form.locator("[role=status]")).to_contain_text("The connection is bad")
    expect(form.locator("#receipt")).to_have_text(RECEIPT)
    assert len(opened.reports()) == 1


def test_a_server_in_trouble_is_tried_again(opened: Open) -> None:
    form = opened.by_itself()
    opened.page.route(REPORTS, lambda route: route.fulfill(status=503, body="busy"), times=1)
    go_to(form, 5)
    forward(form).click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)


def test_when_requests_stay_blocked_the_plain_form_sends_the_same_report(opened: Open) -> None:
    form = opened.by_itself()
    opened.page.clock.install()
    opened.page.route(REPORTS, lose_answer)
    go_to(form, 5)
    with opened.page.expect_navigation():
        forward(form).click()
        for _ in range(60):
            opened.page.clock.run_for(250)
            opened.page.wait_for_timeout(20)
    expect(form.locator("h1")).to_have_text("Check and send")
    form.locator("button[value=send]").click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)
    assert len(opened.reports()) == 1, "the retry key went with the form"


@pytest.mark.parametrize("problem", ["challenge-expired", "challenge-spent"])
def test_a_challenge_that_is_no_good_any_more_is_replaced_in_silence(
    opened: Open, problem: str
) -> None:
    form = opened.by_itself()
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url))
    opened.page.route(REPORTS, lambda route: _problem(route, problem), times=1)
    go_to(form, 5)
    forward(form).click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)
    assert sum(url.endswith("/challenges") for url in asked) == 2
    assert opened.reports()[0].lane is Lane.NORMAL


def test_after_a_second_bad_challenge_it_goes_without(opened: Open) -> None:
    form = opened.by_itself()
    opened.page.route(REPORTS, lambda route: _problem(route, "challenge-expired"), times=2)
    go_to(form, 5)
    forward(form).click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)
    assert opened.reports()[0].lane is Lane.LOW


@pytest.mark.parametrize("blocked", [CHALLENGES, "**/solver.js"])
def test_without_a_challenge_the_report_is_taken_all_the_same(opened: Open, blocked: str) -> None:
    form = opened.by_itself()
    opened.page.route(blocked, lose)
    go_to(form, 5)
    forward(form).click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)
    assert opened.reports()[0].lane is Lane.LOW


def test_when_the_late_script_is_blocked_the_check_page_stands_in(opened: Open) -> None:
    form = opened.in_a_page()
    opened.page.route("**/sender.js", lose)
    go_to(form, 4)
    forward(form).click()
    expect(form.locator("h1")).to_have_text("Check and send")
    form.locator("button[value=send]").click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)


def test_a_late_script_that_is_on_its_way_is_waited_for(opened: Open) -> None:
    form = opened.by_itself()
    held: list[Route] = []
    opened.page.route("**/sender.js", lambda route: held.append(route))
    go_to(form, 2)
    form.locator("[value=not_sure]").check()
    forward(form).click()
    expect(form.locator("section:nth-of-type(2)")).to_be_visible()
    held[0].continue_()
    expect(form.locator("section:nth-of-type(3)")).to_be_visible()


def test_a_late_script_that_never_comes_is_not_waited_for_long(opened: Open) -> None:
    form = opened.by_itself()
    opened.page.route("**/sender.js", lambda route: None)
    go_to(form, 4)
    forward(form).click()
    expect(form.locator("h1")).to_have_text("Check and send", timeout=8_000)


def test_what_the_server_refuses_is_said_at_its_field(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 5, address="https://example.org/\njavascript:alert(1)")
    forward(form).click()
    expect(form.locator("#addresses-error")).to_contain_text("Only web addresses")
    expect(form.locator("#addresses")).to_be_visible()
    expect(form.locator(".summary")).to_be_focused()
    form.locator("#addresses").fill("https://example.org/")
    forward(form).click()
    expect(form.locator("#addresses-error")).to_have_count(0)
    forward(form).click()
    forward(form).click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)


def test_what_was_sent_and_then_changed_is_another_report(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 5)
    opened.page.route(REPORTS, _took_it_but_said_no, times=1)
    forward(form).click()
    expect(form.locator(".summary")).to_be_visible()
    form.locator("#description").fill("More")
    forward(form).click()
    forward(form).click()
    expect(form.locator("#receipt")).to_have_text(RECEIPT)
    assert len(opened.reports()) == 2


def test_the_receipt_is_copied_without_the_clipboards_interface(opened: Open) -> None:
    form = opened.in_a_page()
    go_to(form, 5)
    forward(form).click()
    form.locator("#copy").click()
    expect(form.locator("#copy")).to_have_text("Copied")


def test_the_review_shows_no_user_name_or_password_of_an_address(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 5, address="https://me:p@ss@example.org/@x\nme:pw@example.org/?a=b@c")
    answers = form.locator("#review dd").all_inner_texts()
    assert [text.split("\n")[0] for text in answers[2:4]] == [
        "https://example.org/@x",
        "example.org/?a=b@c",
    ]


def test_the_review_says_what_will_be_changed_in_an_address(opened: Open) -> None:
    form = opened.by_itself()
    go_to(form, 5, address="example.org/x\nhttps://me:pw@example.org/\nhxxp://a[.]example/")
    review = form.locator("#review")
    for text in ("We put https://", "We took a user name", "We wrote it as a normal"):
        expect(review.get_by_text(text)).to_have_count(1)


def _problem(route: Route, name: str) -> None:
    route.fulfill(
        status=422,
        content_type="application/problem+json",
        json={"type": f"https://report.example.org/api/v1/problems/{name}", "status": 422},
    )


def _took_it_but_said_no(route: Route) -> None:
    route.fetch()
    route.fulfill(status=422, json={"type": "x", "errors": {"description": ["Say more."]}})
