"""A change to one's own account and what ends sessions come one after the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from server.staff import service
from server.staff.models import StaffSession
from server.staff.service import SignInWay, User
from server.storage.database import Database
from tests.factories.staff import StaffFactory

End = Callable[[Session, User], object]


def end_one(session: Session, user: User) -> None:
    (row,) = service.list_sessions(session, user)
    service.end_session(session, user, row.id, actor="system")


def rename(session: Session, user: User) -> None:
    session.execute(update(User).values(fs_uniquifier="another"))


ENDS: list[End] = [
    lambda session, user: service.end_sessions(session, user, actor="system"),
    lambda session, user: service.disable_staff(session, user, actor="system"),
    lambda session, user: service.reset_sign_in(session, user, actor="system"),
]
ENDS_IDS = ["end-sessions", "disable", "reset"]


@pytest.fixture
def at_work(database: Database) -> tuple[User, StaffSession]:
    """A member as their request has read them, and the session behind it."""
    with database.transaction() as session:
        user: User = StaffFactory(session=session)
        token = service.begin_session(session, user, way=SignInWay.LINK, browser="Firefox")
        found = service.find_session(session, token)
    assert isinstance(found, tuple)
    return user, found[0]


def again(session: Session, user: User) -> User:
    return service.get_staff(session, user.email)


def test_the_account_behind_an_open_session_is_held(
    at_work: tuple[User, StaffSession], database: Database
) -> None:
    user, row = at_work
    with database.transaction() as session:
        held = service.hold_own_account(session, user, row.id)
        assert held is not None
        assert held.email == user.email


@pytest.mark.parametrize("end", [*ENDS, end_one, rename], ids=[*ENDS_IDS, "end-one", "rename"])
def test_what_ended_meanwhile_changes_nothing_any_more(
    at_work: tuple[User, StaffSession], database: Database, end: End
) -> None:
    user, row = at_work
    with database.transaction() as session:
        end(session, again(session, user))
    with database.transaction() as session:
        assert service.hold_own_account(session, user, row.id) is None


@pytest.mark.parametrize("end", ENDS, ids=ENDS_IDS)
def test_what_ends_sessions_waits_for_a_change_that_is_being_made(
    at_work: tuple[User, StaffSession], database: Database, end: End
) -> None:
    if database.is_sqlite:
        pytest.skip("has one writer at a time by itself")
    user, row = at_work
    with database.transaction() as changing, database.new_session() as ending:
        assert service.hold_own_account(changing, user, row.id)
        ending.execute(text("set local lock_timeout = '20ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            end(ending, again(ending, user))


def test_a_sign_in_does_not_wait_for_a_change(
    at_work: tuple[User, StaffSession], database: Database
) -> None:
    if database.is_sqlite:
        pytest.skip("has one writer at a time by itself")
    user, row = at_work
    with database.transaction() as changing, database.new_session() as entering:
        assert service.hold_own_account(changing, user, row.id)
        entering.execute(text("set local lock_timeout = '20ms'"))
        service.begin_session(entering, user, way=SignInWay.LINK, browser="Firefox")
        entering.flush()


@pytest.mark.parametrize("end", ENDS, ids=ENDS_IDS)
def test_a_link_that_is_out_ends_with_the_sessions(session: Session, end: End) -> None:
    user = StaffFactory(session=session)
    token = service.issue_login_link(session, user.email, actor="system")
    end(session, user)
    assert service.open_link(session, token) is None


def test_a_password_closes_the_invitation(session: Session) -> None:
    user, token = service.invite_staff(session, "ada@hotline.example", [], actor="system")
    _other, theirs = service.invite_staff(session, "grace@hotline.example", [], actor="system")
    service.set_password(session, user, hashed="x", totp_secret="x", totp_step=1)
    assert service.open_link(session, token) is None
    assert service.open_link(session, theirs) is not None
