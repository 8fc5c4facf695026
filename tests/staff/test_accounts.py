"""Accounts are added once, found in any spelling, and shut at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, AuditEvent
from server.staff import service
from server.staff.service import RoleName
from tests.factories.staff import StaffFactory


def events(session: Session) -> list[tuple[AuditAction, str, str]]:
    found = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [(event.action, event.actor, event.subject) for event in found]


def test_an_account_is_added_with_its_roles(session: Session) -> None:
    roles = [RoleName.ANALYST, RoleName.AUDITOR]
    user = service.add_staff(session, "Ada@Hotline.Example ", roles, actor="command:ops")
    assert (user.email, user.active) == ("ada@hotline.example", True)
    assert {role.name for role in user.roles} == {"analyst", "auditor"}
    assert events(session) == [(AuditAction.STAFF_ADDED, "command:ops", f"staff:{user.id}")]


def test_members_share_a_role(session: Session) -> None:
    one, other = StaffFactory(session=session), StaffFactory(session=session)
    assert one.roles == other.roles


def test_an_address_has_one_account_in_any_spelling(session: Session) -> None:
    user = StaffFactory(session=session, email="ada@hotline.example")
    with pytest.raises(service.StaffExists):
        service.add_staff(session, "ADA@hotline.example", [], actor="system")
    assert service.get_staff(session, " Ada@Hotline.example") is user


@pytest.mark.parametrize(
    "text", ["", "ada", "@hotline.example", "ada@", "a b@hotline.example", "a@b@c", "a@\n.example"]
)
def test_what_is_no_address_is_refused(session: Session, text: str) -> None:
    with pytest.raises(service.StaffEmailInvalid):
        service.add_staff(session, text, [], actor="system")


def test_an_unknown_address_is_named_with_the_way_out(session: Session) -> None:
    with pytest.raises(service.StaffUnknown, match=r"portals staff add nobody@hotline\.example"):
        service.get_staff(session, "nobody@hotline.example")


def test_disabling_ends_sessions_and_enabling_does_not_bring_them_back(session: Session) -> None:
    user = StaffFactory(session=session)
    before = user.fs_uniquifier
    service.disable_staff(session, user, actor="system")
    session.flush()
    assert service.find_by_session(session, before) is None
    assert service.find_by_session(session, user.fs_uniquifier) is None
    service.enable_staff(session, user, actor="system")
    session.flush()
    assert service.find_by_session(session, before) is None
    assert service.find_by_session(session, user.fs_uniquifier) is user


def test_ending_sessions_ends_those_of_one_member(session: Session) -> None:
    one, other = StaffFactory(session=session), StaffFactory(session=session)
    before, others = one.fs_uniquifier, other.fs_uniquifier
    service.end_sessions(session, one.id)
    assert service.find_by_session(session, before) is None
    assert service.find_by_session(session, others) is other


def test_new_roles_replace_the_old_ones(session: Session) -> None:
    user = StaffFactory(session=session, roles=(RoleName.ANALYST,))
    service.set_roles(session, user, [RoleName.AUDITOR], actor="system")
    session.flush()
    session.expire_all()
    found = service.get_staff(session, user.email)
    assert [role.name for role in found.roles] == ["auditor"]


def test_the_list_is_by_address(session: Session) -> None:
    for name in ("b", "a", "c"):
        StaffFactory(session=session, email=f"{name}@hotline.example")
    assert [user.email[0] for user in service.list_staff(session)] == ["a", "b", "c"]
