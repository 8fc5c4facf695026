"""What is serious asks who you are once more, and then goes on where you were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from server.staff.service import RoleName, User
from tests.services.authenticator import Authenticator
from tests.web.console.conftest import Link, Member, SignIn
from tests.web.console.filled_forms import send
from tests.web.console.visitor import Visitor, text_of
from tests.web.console.ways import CONFIRM, add_passkey, options_on

SERIOUS = "/console/account/passkeys/new"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield clock


@pytest.fixture
def device(clock: time_machine.Traveller, at_work: Visitor) -> Authenticator:
    """The analyst's passkey; the sign-in is 16 minutes ago."""
    device = Authenticator()
    add_passkey(at_work, device)
    for _ in range(2):
        clock.shift(timedelta(minutes=8))
        assert at_work.is_signed_in
    return device


def test_after_fifteen_minutes_it_is_asked_and_goes_back(
    device: Authenticator, at_work: Visitor
) -> None:
    asked = at_work.get(SERIOUS)
    assert (asked.status_code, asked.location) == (303, f"/console/confirm?next={SERIOUS}")
    page = at_work.get(asked.location)
    answer = send(at_work, page, CONFIRM, answer=device.get(options_on(page)))
    assert (answer.status_code, answer.location) == (303, SERIOUS)
    assert at_work.get(SERIOUS).status_code == 200


def test_a_form_that_was_opened_in_time_can_be_sent_a_little_later(
    clock: time_machine.Traveller, at_work: Visitor
) -> None:
    page = at_work.get(SERIOUS)
    clock.shift(timedelta(minutes=14))
    assert at_work.is_signed_in
    clock.shift(timedelta(minutes=5))
    answer = send(
        at_work, page, SERIOUS, name="Late", answer=Authenticator().create(options_on(page))
    )
    assert "/console/confirm" not in (answer.location or "")
    for _ in range(2):
        clock.shift(timedelta(minutes=10))
        assert at_work.is_signed_in
    assert send(at_work, page, SERIOUS).location.startswith("/console/confirm")


def test_confirming_makes_copies_of_the_cookie_worthless(
    device: Authenticator, at_work: Visitor, app: Flask
) -> None:
    thief = Visitor(app)
    assert at_work.cookie is not None
    thief.cookie = at_work.cookie
    assert thief.is_signed_in
    page = at_work.get("/console/confirm")
    send(at_work, page, CONFIRM, answer=device.get(options_on(page)))
    assert at_work.is_signed_in
    assert not thief.is_signed_in


def test_a_passkey_of_a_colleague_confirms_nothing(
    device: Authenticator, at_work: Visitor, sign_in: SignIn, member: Member
) -> None:
    theirs = Authenticator()
    add_passkey(sign_in(member(RoleName.AUDITOR)), theirs)
    page = at_work.get("/console/confirm")
    answer = send(at_work, page, CONFIRM, answer=theirs.get(options_on(page)))
    assert answer.status_code == 422
    assert "Not confirmed" in text_of(answer)
    assert at_work.get(SERIOUS).status_code == 303


def test_a_member_with_nothing_but_links_is_told_how_to_get_one(
    clock: time_machine.Traveller, at_work: Visitor, link: Link, analyst: User
) -> None:
    for _ in range(2):
        clock.shift(timedelta(minutes=8))
        assert at_work.is_signed_in
    page = text_of(at_work.get(at_work.get(SERIOUS).location))
    assert f"portals staff login-link {analyst.email}" in page
    at_work.sign_in(link(analyst))
    assert at_work.get(SERIOUS).status_code == 200


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/console/../x"])
def test_it_goes_on_to_no_foreign_page(
    device: Authenticator, at_work: Visitor, wanted: str
) -> None:
    page = at_work.get(f"/console/confirm?next={wanted}")
    answer = send(at_work, page, CONFIRM, answer=device.get(options_on(page)), next=wanted)
    assert answer.location == "/console/"
