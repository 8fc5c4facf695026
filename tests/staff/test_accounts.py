"""Accounts are added once, found in any spelling, and shut at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, AuditEvent
from server.staff import service
from server.staff.service import RoleName
from server.storage.database import Database
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


def test_who_runs_accounts_does_not_check_the_trail(session: Session) -> None:
    both = [RoleName.ANALYST, RoleName.AUDITOR, RoleName.ADMINISTRATOR]
    with pytest.raises(service.RolesClash, match="two people"):
        service.invite_staff(session, "ada@hotline.example", both, actor="staff:9999")
    user = StaffFactory(session=session)
    with pytest.raises(service.RolesClash):
        service.set_roles(session, user, both, actor="staff:9999")
    assert [role.name for role in user.roles] == ["analyst"]
    service.set_roles(session, user, both, actor="command:ops")  # for a hotline of one
    assert {role.name for role in user.roles} == set(both)


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


def test_disabling_gives_the_account_another_name_for_cookies(session: Session) -> None:
    user = StaffFactory(session=session)
    before = user.fs_uniquifier
    service.disable_staff(session, user, actor="system")
    service.enable_staff(session, user, actor="system")
    assert user.active
    assert user.fs_uniquifier != before


def test_a_change_is_noted_with_what_was_before_and_after(session: Session) -> None:
    user = StaffFactory(session=session, roles=(RoleName.ANALYST,))
    service.set_roles(session, user, [RoleName.AUDITOR], actor="staff:0")
    service.disable_staff(session, user, actor="staff:0")
    details = session.scalars(select(AuditEvent.details).order_by(AuditEvent.id)).all()
    assert details[1:] == [
        {"before": ["analyst"], "after": ["auditor"]},
        {"before": "active", "after": "disabled"},
    ]


def test_nobody_changes_their_own_roles_or_state(session: Session) -> None:
    one = StaffFactory(session=session, roles=(RoleName.ADMINISTRATOR,))
    StaffFactory(session=session, roles=(RoleName.ADMINISTRATOR,))
    with pytest.raises(service.OwnAccount):
        service.set_roles(session, one, [*RoleName], actor=service.subject_of(one))
    with pytest.raises(service.OwnAccount):
        service.disable_staff(session, one, actor=service.subject_of(one))


def test_the_last_active_administrator_stays(session: Session) -> None:
    last = StaffFactory(session=session, roles=(RoleName.ADMINISTRATOR,))
    other = StaffFactory(session=session, roles=(RoleName.ADMINISTRATOR,))
    service.disable_staff(session, other, actor="system")
    for change in (
        lambda: service.disable_staff(session, last, actor="system"),
        lambda: service.set_roles(session, last, [RoleName.ANALYST], actor="system"),
    ):
        with pytest.raises(service.LastAdministrator, match="make somebody else administrator"):
            change()
    service.set_roles(session, last, [RoleName.ADMINISTRATOR, RoleName.ANALYST], actor="system")
    service.enable_staff(session, other, actor="system")
    service.disable_staff(session, last, actor="system")


def test_of_two_administrators_who_shut_each_other_out_one_stays(database: Database) -> None:
    with database.transaction() as session:
        members = [
            StaffFactory(session=session, roles=(RoleName.ADMINISTRATOR,)).email for _ in range(2)
        ]
    both = Barrier(2)

    def drop(email: str) -> bool:
        both.wait()
        try:
            with database.transaction() as session:
                user = service.get_staff(session, email)
                service.set_roles(session, user, [RoleName.ANALYST], actor="system")
        except service.LastAdministrator:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(drop, members)) == [False, True]


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
