"""A session ends when it should, and a copy of its cookie ends with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask

from server.staff import service as staff
from server.staff.service import RoleName, User
from server.storage.database import Database
from tests.web.console.conftest import Member, SignIn
from tests.web.console.visitor import Visitor, text_of


def test_only_a_form_begins_a_session(visitor: Visitor) -> None:
    for path in ("/console/", "/console/account", "/console/sign-in/x", "/console/nothing"):
        assert "Set-Cookie" not in visitor.get(path).headers


def test_the_cookie_has_every_guard(at_work: Visitor) -> None:
    cookie = at_work.client.get_cookie("__Host-portals", "console.example.org")
    assert cookie is not None
    assert (cookie.path, cookie.secure, cookie.http_only) == ("/", True, True)
    assert (cookie.same_site, cookie.origin_only, cookie.expires) == ("Strict", True, None)


def test_a_copied_cookie_is_worth_nothing_after_signing_out(at_work: Visitor, app: Flask) -> None:
    thief = Visitor(app)
    assert at_work.cookie is not None
    thief.cookie = at_work.cookie
    assert thief.is_signed_in
    answer = at_work.sign_out()
    assert (answer.status_code, at_work.cookie) == (303, None)
    assert not at_work.is_signed_in
    assert not thief.is_signed_in
    assert "You are signed out" in text_of(at_work.get(answer.location))


def test_signing_out_ends_this_session_and_no_other(
    sign_in: SignIn, analyst: User, member: Member
) -> None:
    here, elsewhere = sign_in(analyst), sign_in(analyst)
    colleague = sign_in(member(RoleName.ANALYST))
    here.sign_out()
    assert not here.is_signed_in
    assert elsewhere.is_signed_in
    assert colleague.is_signed_in


def test_signing_out_everywhere_ends_the_sessions_of_the_member_and_of_nobody_else(
    sign_in: SignIn, analyst: User, member: Member
) -> None:
    here, elsewhere = sign_in(analyst), sign_in(analyst)
    colleague = sign_in(member(RoleName.ANALYST))
    answer = here.submit(here.get("/console/account/sessions"), "/console/sign-out-everywhere")
    assert "here and on every other device" in text_of(here.get(answer.location))
    assert not here.is_signed_in
    assert not elsewhere.is_signed_in
    assert colleague.is_signed_in


def test_idle_for_fifteen_minutes_ends_the_session(at_work: Visitor) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(3):
            clock.shift(timedelta(minutes=13))
            assert at_work.is_signed_in
        clock.shift(timedelta(minutes=15))
        answer = at_work.get("/console/")
        assert answer.status_code == 303
        assert "nothing happened for 15 minutes" in text_of(at_work.get(answer.location))
        assert not at_work.is_signed_in


def test_twelve_hours_end_the_session_however_busy(at_work: Visitor) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(12 * 6 - 1):
            clock.shift(timedelta(minutes=10))
            assert at_work.is_signed_in
        clock.shift(timedelta(minutes=10))
        answer = at_work.get("/console/")
        assert answer.status_code == 303
        assert "12 hours at most" in text_of(at_work.get(answer.location))


def test_an_old_copy_of_the_cookie_lives_as_long_as_the_session_and_no_longer(
    at_work: Visitor, app: Flask
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        thief = Visitor(app)
        assert at_work.cookie is not None
        thief.cookie = at_work.cookie
        clock.shift(timedelta(minutes=10))
        assert at_work.is_signed_in
        clock.shift(timedelta(minutes=10))
        assert thief.is_signed_in  # the row was used 10 minutes ago
        clock.shift(timedelta(minutes=15))
        assert not thief.is_signed_in
        assert not at_work.is_signed_in


def test_a_disabled_member_is_out_at_the_next_request(
    at_work: Visitor, analyst: User, database: Database
) -> None:
    assert at_work.is_signed_in
    with database.transaction() as session:
        staff.disable_staff(session, staff.get_staff(session, analyst.email), actor="system")
    assert at_work.get("/console/").status_code == 303


def test_a_dropped_role_is_refused_at_the_next_request(
    at_work: Visitor, analyst: User, database: Database
) -> None:
    assert at_work.is_signed_in
    with database.transaction() as session:
        staff.set_roles(session, staff.get_staff(session, analyst.email), [], actor="system")
    assert at_work.get("/console/").status_code == 403
    with database.transaction() as session:
        user = staff.get_staff(session, analyst.email)
        staff.set_roles(session, user, [RoleName.AUDITOR], actor="system")
    assert at_work.get("/console/").status_code == 200
    assert at_work.get("/console/reports/x").status_code == 403


def test_an_altered_or_foreign_cookie_signs_nobody_in(at_work: Visitor) -> None:
    cookie = at_work.cookie
    assert cookie is not None
    body, _, signature = cookie.rpartition(".")
    for forged in (body + "." + signature[::-1], cookie[1:], "x", ""):
        at_work.cookie = forged
        assert not at_work.is_signed_in


def test_an_auth_token_header_signs_nobody_in(app: Flask, analyst: User, visitor: Visitor) -> None:
    with app.test_request_context("/console/"):
        token = analyst.get_auth_token()
    for headers in ({"Authentication-Token": token}, {"Authorization": f"Bearer {token}"}):
        answer = visitor.client.get(
            f"/console/?auth_token={token}", base_url="https://console.example.org", headers=headers
        )
        assert answer.status_code == 303


def test_signing_out_twice_is_harmless(at_work: Visitor) -> None:
    page = at_work.get("/console/")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16), tick=False):
        assert at_work.submit(page, "/console/sign-out").status_code == 303
