"""Passkeys: added behind a fresh sign-in, sign in without a name, each answer once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from server.staff import service as staff
from server.staff.service import RoleName, User
from server.storage.database import Database
from tests.services.authenticator import PRESENT, VERIFIED, Authenticator
from tests.web.console.conftest import Member, SignIn
from tests.web.console.filled_forms import send
from tests.web.console.visitor import Visitor, form_token, text_of
from tests.web.console.ways import ADD, SIGN_IN, add_passkey, options_on, sign_in_by_passkey


@pytest.fixture
def device(at_work: Visitor) -> Authenticator:
    """A passkey of the analyst."""
    device = Authenticator()
    assert add_passkey(at_work, device).status_code == 303
    return device


def test_a_passkey_signs_in_without_a_name(
    device: Authenticator, visitor: Visitor, analyst: User
) -> None:
    asked = json.loads(options_on(visitor.get("/console/sign-in")))
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials")
    assert sign_in_by_passkey(visitor, device).location == "/console/"
    assert analyst.email in text_of(visitor.get("/console/account")).replace(" @", "@")


def test_the_browser_is_asked_for_a_key_that_it_keeps_and_verifies(at_work: Visitor) -> None:
    asked = json.loads(options_on(at_work.get(ADD)))
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["rp"]["id"] == "console.example.org"
    assert asked["attestation"] == "none"


def test_a_device_is_not_asked_for_a_second_passkey(
    at_work: Visitor, device: Authenticator
) -> None:
    known = json.loads(options_on(at_work.get(ADD)))["excludeCredentials"]
    assert len(known) == 1
    page = at_work.get(ADD)
    again = send(at_work, page, ADD, name="Again", answer=device.create(options_on(page)))
    assert again.status_code == 422
    assert "here already" in text_of(again)


def test_an_answer_counts_once_also_of_a_device_that_does_not_count(
    device: Authenticator, visitor: Visitor, app: Flask
) -> None:
    device.counter = -1  # 0 in the answer, as of every passkey that is synced
    page = visitor.get("/console/sign-in")
    answer = device.get(options_on(page))
    thief = Visitor(app)
    assert visitor.cookie is not None
    thief.cookie = visitor.cookie
    assert send(visitor, page, SIGN_IN, answer=answer).status_code == 303
    assert send(thief, page, SIGN_IN, answer=answer).status_code == 422
    assert not thief.is_signed_in


def test_an_answer_to_another_page_of_the_console_does_not_sign_in(
    at_work: Visitor, device: Authenticator, visitor: Visitor
) -> None:
    page = at_work.get("/console/confirm")
    answer = device.get(options_on(page))
    foreign = send(visitor, visitor.get("/console/sign-in"), SIGN_IN, answer=answer)
    assert foreign.status_code == 422
    assert not visitor.is_signed_in


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://console.example.org.evil.example"},
        {"origin": "http://console.example.org"},
        {"rp_id": "example.org"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"user_handle": b"somebody else"},
        {"id": b"unknown passkey!"},
    ],
    ids=str,
)
def test_what_does_not_fit_signs_nobody_in(
    device: Authenticator, visitor: Visitor, change: dict[str, object]
) -> None:
    for name, value in change.items():
        setattr(device, name, value)
    answer = sign_in_by_passkey(visitor, device)
    assert answer.status_code == 422
    assert "Not signed in" in text_of(answer)
    assert not visitor.is_signed_in


@pytest.mark.parametrize("answer", ["", "x", "{}", "[]", '{"id": 1}', "x" * 20_001])
def test_what_is_no_passkeys_answer_is_refused(visitor: Visitor, answer: str) -> None:
    page = visitor.get("/console/sign-in")
    assert send(visitor, page, SIGN_IN, answer=answer).status_code == 422
    assert send(visitor, page, SIGN_IN, answer=answer, challenge="x").status_code == 422


def test_a_copied_passkey_is_found_out_by_its_counter(
    device: Authenticator, visitor: Visitor, app: Flask
) -> None:
    device.counter = 10
    sign_in_by_passkey(visitor, device)
    device.counter = 5
    assert sign_in_by_passkey(Visitor(app), device).status_code == 422


def test_a_page_that_stood_open_too_long_asks_again(
    device: Authenticator, visitor: Visitor
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        page = visitor.get("/console/sign-in")
        clock.shift(timedelta(minutes=11))
        late = send(visitor, page, SIGN_IN, answer=device.get(options_on(page)))
        assert "open too long" in text_of(late)


def test_a_disabled_member_is_refused_like_an_unknown_passkey(
    device: Authenticator, visitor: Visitor, analyst: User, database: Database
) -> None:
    with database.transaction() as session:
        staff.disable_staff(session, staff.get_staff(session, analyst.email), actor="system")
    answer = sign_in_by_passkey(visitor, device)
    assert "not known here" in text_of(answer)


def test_the_page_wanted_before_comes_after(device: Authenticator, visitor: Visitor) -> None:
    page = visitor.get(visitor.get("/console/account/sessions").location)
    answer = send(visitor, page, SIGN_IN, answer=device.get(options_on(page)))
    assert answer.location == "/console/account/sessions"


def test_a_name_of_a_passkey_may_not_hide_anything(at_work: Visitor) -> None:
    for name in ("", "x" * 61, "gpj\u202e.exe"):
        assert add_passkey(at_work, Authenticator(), name=name).status_code == 422
    assert "None yet" in text_of(at_work.get("/console/account"))


def test_the_last_way_in_stays_and_the_one_before_goes(
    at_work: Visitor, device: Authenticator, visitor: Visitor
) -> None:
    def remove(number: int) -> str:
        page = at_work.get("/console/account")
        path = [part for part in page.text.split('"') if part.endswith("/remove")][number]
        return text_of(at_work.get(send(at_work, page, path).location))

    assert "only way to sign in" in remove(0)
    second = Authenticator()
    add_passkey(at_work, second, name="Phone")
    assert "The passkey is removed here" in remove(0)
    assert sign_in_by_passkey(visitor, device).status_code == 422
    assert sign_in_by_passkey(visitor, second).status_code == 303


def test_nobody_removes_a_passkey_of_somebody_else(
    at_work: Visitor, device: Authenticator, sign_in: SignIn, member: Member, visitor: Visitor
) -> None:
    page = at_work.get("/console/account")
    (path,) = (part for part in page.text.split('"') if part.endswith("/remove"))
    stranger = sign_in(member(RoleName.ADMINISTRATOR))
    token = form_token(stranger.get("/console/account"), "/console/sign-out")
    assert stranger.post(path, token).status_code == 404
    assert sign_in_by_passkey(visitor, device).status_code == 303
