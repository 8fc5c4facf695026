"""A sign-in link is opened by anybody, used by a button, and works once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from server.staff.service import RoleName, User
from tests.web.console.conftest import Link, Member
from tests.web.console.visitor import URL, Visitor, form_token, text_of


def test_the_link_shows_a_button_and_the_button_signs_in(
    visitor: Visitor, link: Link, analyst: User
) -> None:
    token = link(analyst)
    answer = visitor.sign_in(token)
    assert (answer.status_code, answer.location) == (303, "/console/")
    assert analyst.email in text_of(visitor.get("/console/")).replace(" @", "@")


def test_a_mail_scanner_that_opens_the_link_does_not_use_it_up(
    app: Flask, visitor: Visitor, link: Link, analyst: User
) -> None:
    path = f"/console/sign-in/{link(analyst)}"
    scanner = Visitor(app)
    assert scanner.get(path).status_code == 200
    assert scanner.client.head(path, base_url=URL).status_code == 200
    assert visitor.submit(visitor.get(path), path).status_code == 303


def test_a_used_link_says_what_to_do(app: Flask, link: Link, analyst: User) -> None:
    token = link(analyst)
    early, late = Visitor(app), Visitor(app)
    path = f"/console/sign-in/{token}"
    page = late.get(path)
    early.sign_in(token)
    for answer in (late.submit(page, path), late.get(path)):
        assert answer.status_code == 410
        assert "portals staff login-link" in text_of(answer)
    assert not late.is_signed_in


def test_an_expired_link_is_refused(visitor: Visitor, link: Link, analyst: User) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        path = f"/console/sign-in/{link(analyst)}"
        page = visitor.get(path)
        clock.shift(timedelta(minutes=10))
        assert visitor.submit(page, path).status_code == 410
        assert visitor.get(path).status_code == 410
        assert not visitor.is_signed_in


@pytest.mark.parametrize("token", ["x", "A" * 43, "%F0%9F%94%91", "..", "a" * 2_000])
def test_a_made_up_link_is_refused_like_a_used_one(visitor: Visitor, token: str) -> None:
    answer = visitor.get(f"/console/sign-in/{token}")
    assert answer.status_code in (410, 404)
    assert not visitor.is_signed_in


def test_of_parallel_presses_one_signs_in(app: Flask, link: Link, analyst: User) -> None:
    path = f"/console/sign-in/{link(analyst)}"
    visitors = [Visitor(app) for _ in range(8)]
    tokens = [form_token(visitor.get(path), path) for visitor in visitors]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda who, token: who.post(path, token), visitors, tokens))
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 7
    assert sum(visitor.is_signed_in for visitor in visitors) == 1


def test_without_the_forms_token_nothing_happens(
    visitor: Visitor, link: Link, analyst: User
) -> None:
    path = f"/console/sign-in/{link(analyst)}"
    page = visitor.get(path)
    for token in (None, "", "forged"):
        refused = visitor.post(path, token)
        assert refused.status_code == 400
        assert "This form is no longer valid" in text_of(refused)
    assert visitor.submit(page, path).status_code == 303


def test_a_form_on_another_site_cannot_sign_in(visitor: Visitor, link: Link, analyst: User) -> None:
    path = f"/console/sign-in/{link(analyst)}"
    token = form_token(visitor.get(path), path)
    for referrer in ("https://evil.example/", "https://console.example.org.evil.example/"):
        answer = visitor.client.post(
            path, base_url=URL, data={"csrf_token": token}, headers={"Referer": referrer}
        )
        assert answer.status_code == 400


def test_nothing_of_the_session_before_outlives_signing_in(
    visitor: Visitor, link: Link, analyst: User
) -> None:
    path = f"/console/sign-in/{link(analyst)}"
    page = visitor.get(path)
    with visitor.client.session_transaction("/console/", base_url=URL) as session:
        session["planted"] = "by an attacker"
    planted, token = visitor.cookie, form_token(page, path)
    assert visitor.submit(page, path).status_code == 303
    with visitor.client.session_transaction("/console/", base_url=URL) as session:
        assert "planted" not in session
    assert visitor.post("/console/sign-out", token).status_code == 400
    assert planted is not None
    visitor.cookie = planted
    assert not visitor.is_signed_in


def test_the_next_member_at_the_same_browser_takes_over(
    visitor: Visitor, link: Link, member: Member
) -> None:
    first, second = member(RoleName.ANALYST), member(RoleName.AUDITOR)
    visitor.sign_in(link(first))
    visitor.sign_in(link(second))
    page = text_of(visitor.get("/console/")).replace(" @", "@")
    assert second.email in page
    assert first.email not in page


def test_without_a_session_every_page_leads_to_the_sign_in_page(visitor: Visitor) -> None:
    for path in ("/console/", "/console/?mode=test", "/console/reports/ABC"):
        answer = visitor.get(path)
        assert answer.status_code == 303
        assert answer.location.startswith("/console/sign-in")
    assert "portals staff login-link" in text_of(visitor.get("/console/sign-in"))


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/console/", "/console/../x", "javascript:alert(1)"],
)
def test_the_sign_in_page_leads_to_no_foreign_page(visitor: Visitor, wanted: str) -> None:
    page = visitor.get(f"/console/sign-in?next={wanted}")
    assert "Open the page again" not in page.text
    assert "evil" not in page.text


def test_the_sign_in_page_leads_back_to_the_page_that_was_wanted(visitor: Visitor) -> None:
    page = visitor.get(visitor.get("/console/reports/SPHHFAGFTTGK*").location)
    assert 'href="/console/reports/SPHHFAGFTTGK*"' in page.text
