"""Administrators invite, change roles, reset, disable and enable; each is noted, some refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.audit.vocabulary import AuditAction
from server.staff import service as staff
from server.staff.service import RoleName, User
from server.storage.database import Database
from tests.services.authenticator import Authenticator
from tests.web.console.conftest import Member, SignIn
from tests.web.console.filled_forms import send
from tests.web.console.visitor import Visitor, text_of
from tests.web.console.ways import add_passkey, sign_in_by_passkey

INVITE = "/console/staff/invite"
NEWCOMER = "grace@hotline.example"


@pytest.fixture
def boss(member: Member) -> User:
    return member(RoleName.ADMINISTRATOR)


@pytest.fixture
def office(sign_in: SignIn, boss: User) -> Visitor:
    """A browser in which an administrator is signed in."""
    return sign_in(boss)


def invite(office: Visitor, email: str = NEWCOMER, roles: tuple[str, ...] = ("analyst",)) -> str:
    shown = send(office, office.get(INVITE), INVITE, email=email, roles=roles)
    assert shown.status_code == 200, text_of(shown)
    found = re.search(
        r'id="link">https://console\.example\.org(/console/sign-in/[^<]+)<', shown.text
    )
    assert found, shown.text
    return found[1]


def act(office: Visitor, user: User, action: str):
    path = f"/console/staff/{user.id}/{action}"
    return send(office, office.get(path), path)


def events(database: Database, action: AuditAction) -> list[dict[str, object]]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEvent.details).where(AuditEvent.action == action)))


def test_an_invited_member_takes_it_up_by_a_button_and_adds_a_passkey(
    office: Visitor, app: Flask, visitor: Visitor
) -> None:
    path = invite(office)
    assert "Invited" in text_of(office.get("/console/staff"))
    scanner = Visitor(app)
    page = visitor.get(path)
    for _ in range(3):
        assert scanner.get(path).status_code == 200
    answer = send(visitor, page, path)
    assert (answer.status_code, answer.location) == (303, "/console/account")
    assert "no way to sign in again yet" in text_of(visitor.get("/console/account"))
    assert send(scanner, page, path).status_code in (400, 410)
    device = Authenticator()
    add_passkey(visitor, device)
    visitor.sign_out()
    assert sign_in_by_passkey(visitor, device).status_code == 303
    assert "1 passkey" in text_of(office.get("/console/staff"))


def test_an_invitation_holds_for_three_days(office: Visitor, visitor: Visitor) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        early, late = invite(office), invite(office, "late@hotline.example")
        clock.shift(timedelta(hours=71, minutes=59))
        assert visitor.get(early).status_code == 200
        clock.shift(timedelta(minutes=1))
        assert visitor.get(late).status_code == 410


def test_the_link_is_in_no_page_and_no_event_afterwards(
    office: Visitor, database: Database
) -> None:
    token = invite(office).rpartition("/")[2]
    with database.reading() as session:
        user = staff.get_staff(session, NEWCOMER)
        said = repr(list(session.scalars(select(AuditEvent.details))))
    pages = office.get("/console/staff").text + office.get(f"/console/staff/{user.id}").text
    assert token not in pages + said
    assert events(database, AuditAction.STAFF_ADDED) != []


@pytest.mark.parametrize(
    ("email", "roles", "reason"),
    [
        ("", ("analyst",), "E-mail address: type it"),
        ("nobody", ("analyst",), "is no e-mail address"),
        ("a" * 300 + "@hotline.example", ("analyst",), "too long"),
        (NEWCOMER, (), "tick at least one"),
        (NEWCOMER, ("owner",), "not a valid choice"),
        (NEWCOMER, ("administrator", "auditor"), "give the roles administrator and auditor to two"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_what_was_typed_stays(
    office: Visitor, email: str, roles: tuple[str, ...], reason: str
) -> None:
    answer = send(office, office.get(INVITE), INVITE, email=email, roles=roles)
    assert answer.status_code == 422
    assert reason in text_of(answer)
    assert f'value="{email}"' in answer.text


def test_an_address_is_invited_once(office: Visitor) -> None:
    invite(office)
    again = send(office, office.get(INVITE), INVITE, email=NEWCOMER.upper(), roles=("auditor",))
    assert again.status_code == 422
    assert "has an account already" in text_of(again)


def test_another_invitation_ends_the_one_before(office: Visitor, app: Flask, database) -> None:
    first = invite(office)
    with database.reading() as session:
        user = staff.get_staff(session, NEWCOMER)
    shown = act(office, user, "invite-again")
    assert "Hand over this link" in text_of(shown)
    assert Visitor(app).get(first).status_code == 410


def test_roles_are_changed_and_noted_with_before_and_after(
    office: Visitor, analyst: User, at_work: Visitor, database: Database
) -> None:
    path = f"/console/staff/{analyst.id}/roles"
    page = office.get(path)
    assert re.findall(r'checked[^>]*value="(\w+)"', page.text) == ["analyst"]
    answer = send(office, page, path, roles=["auditor", "portal_manager"])
    assert answer.location == f"/console/staff/{analyst.id}"
    assert events(database, AuditAction.STAFF_ROLES_CHANGED) == [
        {"before": ["analyst"], "after": ["auditor", "portal_manager"]}
    ]
    assert at_work.get("/console/reports/x").status_code == 403


def test_nobody_changes_their_own_roles_or_state(office: Visitor, boss: User) -> None:
    path = f"/console/staff/{boss.id}/roles"
    own = send(office, office.get(path), path, roles=["administrator", "analyst"])
    assert own.status_code == 422
    for action in ("disable", "reset"):
        refused = act(office, boss, action)
        assert refused.status_code == 422
        assert "your own account" in text_of(refused)
    assert office.is_signed_in


def test_a_disabled_member_is_out_until_enabled_again(
    office: Visitor, analyst: User, at_work: Visitor, visitor: Visitor
) -> None:
    device = Authenticator()
    add_passkey(at_work, device)
    assert "Disabled" in text_of(office.get(act(office, analyst, "disable").location))
    assert not at_work.is_signed_in
    assert sign_in_by_passkey(visitor, device).status_code == 422
    act(office, analyst, "enable")
    assert not at_work.is_signed_in
    assert sign_in_by_passkey(visitor, device).status_code == 303


def test_a_reset_removes_every_way_in_and_gives_a_new_link(
    office: Visitor, analyst: User, at_work: Visitor, visitor: Visitor, database: Database
) -> None:
    device = Authenticator()
    add_passkey(at_work, device)
    shown = act(office, analyst, "reset")
    path = re.search(r'id="link">https://console\.example\.org([^<]+)<', shown.text)
    assert path
    assert not at_work.is_signed_in
    assert sign_in_by_passkey(visitor, device).status_code == 422
    assert send(visitor, visitor.get(path[1]), path[1]).location == "/console/account"
    (noted,) = events(database, AuditAction.STAFF_RESET)
    assert noted["before"]["passkeys"] == 1
    assert noted["after"]["passkeys"] == 0


def test_a_member_is_told_at_the_next_sign_in_what_others_changed(
    office: Visitor, analyst: User, at_work: Visitor, sign_in: SignIn
) -> None:
    path = f"/console/staff/{analyst.id}/roles"
    send(office, office.get(path), path, roles=["senior_analyst"])
    assert "changed your roles" not in text_of(at_work.get("/console/"))
    told = text_of(sign_in(analyst).get("/console/"))
    assert "Somebody else changed your roles" in told
    assert "reset" not in told
    act(office, analyst, "reset")
    assert "Somebody else reset your sign-in" in text_of(sign_in(analyst).get("/console/"))
    assert "Somebody else" not in text_of(sign_in(analyst).get("/console/"))


def test_who_can_sign_in_gets_no_silent_link(
    office: Visitor, analyst: User, at_work: Visitor
) -> None:
    add_passkey(at_work, Authenticator())
    refused = act(office, analyst, "invite-again")
    assert refused.status_code == 422
    assert "reset their sign-in" in text_of(refused)


def test_all_sessions_of_a_member_are_ended(
    office: Visitor, analyst: User, at_work: Visitor
) -> None:
    act(office, analyst, "sign-out")
    assert not at_work.is_signed_in
    assert office.is_signed_in


def test_what_changes_accounts_asks_for_a_fresh_sign_in(office: Visitor, analyst: User) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        page = office.get(f"/console/staff/{analyst.id}/disable")
        for _ in range(3):
            clock.shift(timedelta(minutes=11))
            assert office.is_signed_in
        for path in ("/console/staff/invite", f"/console/staff/{analyst.id}/roles"):
            assert office.get(path).location.startswith("/console/confirm?next=")
        late = send(office, page, f"/console/staff/{analyst.id}/disable")
        assert late.location.startswith("/console/confirm")
        assert "Disabled" not in text_of(office.get("/console/staff"))


def test_an_auditor_looks_and_changes_nothing(
    sign_in: SignIn, member: Member, analyst: User
) -> None:
    auditor = sign_in(member(RoleName.AUDITOR))
    for path in ("/console/staff", f"/console/staff/{analyst.id}"):
        page = auditor.get(path)
        assert page.status_code == 200
        assert "Invite" not in page.text
        assert "Reset" not in page.text
    assert auditor.get(INVITE).status_code == 403


def test_what_is_not_there_is_not_found(office: Visitor, analyst: User) -> None:
    beyond = 2**31  # what a column of ids holds at most, and one more
    for path in ("999999", "999999/roles", "999999/disable", f"{analyst.id}/burn", f"{beyond}"):
        assert office.get(f"/console/staff/{path}").status_code == 404
