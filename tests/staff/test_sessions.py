"""A session is a row: found by its token alone, over by the clock or when it is ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, AuditEvent
from server.staff import service
from server.staff.models import StaffSession
from server.staff.service import Ended, SignInWay, User
from tests.factories.staff import StaffFactory


@pytest.fixture
def user(session: Session) -> User:
    user: User = StaffFactory(session=session)
    return user


def begin(session: Session, user: User) -> str:
    return service.begin_session(session, user, way=SignInWay.PASSKEY, browser="Firefox on Linux")


def row_of(session: Session, token: str) -> StaffSession:
    found = service.find_session(session, token)
    assert isinstance(found, tuple)
    return found[0]


def test_a_token_finds_its_session_and_member(session: Session, user: User) -> None:
    token = begin(session, user)
    begin(session, StaffFactory(session=session))
    found = service.find_session(session, token)
    assert isinstance(found, tuple)
    assert found[1] is user
    assert (found[0].way, found[0].browser) == (SignInWay.PASSKEY, "Firefox on Linux")


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 43])
def test_a_made_up_token_finds_nothing(session: Session, user: User, token: str) -> None:
    begin(session, user)
    assert service.find_session(session, token) is None


def test_the_database_does_not_hold_the_token(session: Session, user: User) -> None:
    token = begin(session, user)
    row = row_of(session, token)
    stored = repr({column.name: getattr(row, column.name) for column in StaffSession.__table__.c})
    assert token not in stored + repr(list(session.scalars(select(AuditEvent.details))))


def test_idle_and_absolute_limits(session: Session, user: User) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        token = begin(session, user)
        clock.shift(timedelta(minutes=15))
        assert service.find_session(session, token) is Ended.IDLE
        assert service.list_sessions(session, user) == []
        busy = begin(session, user)
        for _ in range(12 * 6):
            row = row_of(session, busy)
            clock.shift(timedelta(minutes=10))
            service.touch_session(session, row.id)
            session.refresh(row)
        assert service.find_session(session, busy) is Ended.TOO_LONG


def test_what_is_ended_stays_ended(session: Session, user: User) -> None:
    token = begin(session, user)
    row = row_of(session, token)
    assert service.end_session(session, user, row.id, actor="system")
    assert not service.end_session(session, user, row.id, actor="system")
    service.touch_session(session, row.id)
    session.expire_all()
    assert service.find_session(session, token) is Ended.ELSEWHERE
    with pytest.raises(LookupError):
        service.confirm_session(session, user, row.id, way=SignInWay.PASSKEY)


def test_nobody_ends_a_session_of_somebody_else(session: Session, user: User) -> None:
    row = row_of(session, begin(session, user))
    stranger = StaffFactory(session=session)
    assert not service.end_session(session, stranger, row.id, actor="system")
    assert len(service.list_sessions(session, user)) == 1


def test_ending_all_ends_those_of_one_member(session: Session, user: User) -> None:
    other = StaffFactory(session=session)
    tokens = [begin(session, user), begin(session, user)]
    others, name = begin(session, other), user.fs_uniquifier
    assert service.end_sessions(session, user, actor="system") == 2
    session.expire_all()
    assert [service.find_session(session, token) for token in tokens] == [Ended.ELSEWHERE] * 2
    assert row_of(session, others)
    assert user.fs_uniquifier != name


def test_a_disabled_account_has_no_session(session: Session, user: User) -> None:
    token = begin(session, user)
    service.disable_staff(session, user, actor="system")
    session.flush()
    assert service.find_session(session, token) is None


def test_confirming_renews_the_token_and_the_moment(session: Session, user: User) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        before = begin(session, user)
        row = row_of(session, before)
        clock.shift(timedelta(minutes=10))
        after = service.confirm_session(session, user, row.id, way=SignInWay.PASSWORD)
        session.expire_all()
        assert service.find_session(session, before) is None
        confirmed = row_of(session, after)
        assert confirmed.id == row.id
        assert confirmed.confirmed_at - confirmed.created_at == timedelta(minutes=10)


def test_old_rows_are_forgotten_at_the_next_sign_in(session: Session, user: User) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        begin(session, user)
        begin(session, StaffFactory(session=session))
        clock.shift(timedelta(days=31))
        begin(session, user)
        assert len(session.scalars(select(StaffSession)).all()) == 2


def test_every_beginning_and_end_is_noted_with_its_session(session: Session, user: User) -> None:
    row = row_of(session, begin(session, user))
    service.confirm_session(session, user, row.id, way=SignInWay.PASSKEY)
    service.sign_out(session, user, row.id)
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()[1:]
    assert [event.action for event in events] == [
        AuditAction.STAFF_SIGNED_IN,
        AuditAction.STAFF_CONFIRMED,
        AuditAction.STAFF_SIGNED_OUT,
    ]
    assert {event.details["session_id"] for event in events} == {str(row.id)}
    assert {event.actor for event in events} == {f"staff:{user.id}"}
