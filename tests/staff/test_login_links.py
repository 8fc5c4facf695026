"""A sign-in link signs in once, within ten minutes, and is not to be had from the database."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, AuditEvent
from server.staff import service
from server.staff.models import LoginLink
from server.staff.service import LINK_LIFETIME, User
from server.storage.database import Database
from tests.factories.staff import StaffFactory


@pytest.fixture
def user(session: Session) -> User:
    user: User = StaffFactory(session=session)
    return user


def link(session: Session, user: User) -> str:
    return service.issue_login_link(session, user.email, actor="command:ops")


def actions(session: Session) -> list[AuditAction]:
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_a_link_signs_in_once(session: Session, user: User) -> None:
    token = link(session, user)
    assert service.consume_login_link(session, token) is user
    assert service.consume_login_link(session, token) is None
    assert actions(session)[1:] == [
        AuditAction.LOGIN_LINK_ISSUED,
        AuditAction.LOGIN_LINK_REFUSED,
    ]


def test_asking_whether_a_link_is_open_does_not_use_it_up(session: Session, user: User) -> None:
    token = link(session, user)
    assert service.open_link(session, token)
    assert service.open_link(session, token)
    assert service.consume_login_link(session, token) is user
    assert not service.open_link(session, token)


def test_a_link_holds_for_ten_minutes(session: Session, user: User) -> None:
    assert timedelta(minutes=10) == LINK_LIFETIME
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        early, late = link(session, user), link(session, user)
        clock.shift(timedelta(minutes=9, seconds=59))
        assert service.consume_login_link(session, early) is user
        clock.shift(timedelta(seconds=1))
        assert not service.open_link(session, late)
        assert service.consume_login_link(session, late) is None


def test_a_made_up_token_signs_nobody_in_and_leaves_no_trace(session: Session, user: User) -> None:
    link(session, user)
    before = actions(session)
    for token in ("", "x", "é", "A" * 43):
        assert service.consume_login_link(session, token) is None
    assert actions(session) == before


def test_a_disabled_account_gets_no_link_and_its_open_one_stops(
    session: Session, user: User
) -> None:
    token = link(session, user)
    service.disable_staff(session, user, actor="system")
    session.flush()
    assert not service.open_link(session, token)
    assert service.consume_login_link(session, token) is None
    with pytest.raises(service.StaffDisabled):
        link(session, user)


def test_an_unknown_address_gets_no_link(session: Session) -> None:
    with pytest.raises(service.StaffUnknown):
        service.issue_login_link(session, "nobody@hotline.example", actor="system")


def test_the_database_does_not_hold_the_token(session: Session, user: User) -> None:
    token = link(session, user)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    row = session.scalars(select(LoginLink)).one()
    stored = repr({column.name: getattr(row, column.name) for column in LoginLink.__table__.c})
    details = repr(list(session.scalars(select(AuditEvent.details))))
    assert token not in stored + details
    assert len(row.token_digest) == 32


def test_of_parallel_uses_one_signs_in(database: Database) -> None:
    with database.transaction() as session:
        token = link(session, StaffFactory(session=session))

    def use(_: int) -> bool:
        with database.transaction() as session:
            return service.consume_login_link(session, token) is not None

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(use, range(16))) == 1
