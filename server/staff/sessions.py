"""Sessions of staff: one row a sign-in, asked for at every request, listed and ended one by one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from server.audit.service import AuditAction, record_event
from server.staff.accounts import close_links, lock_account, new_uniquifier, subject_of
from server.staff.models import StaffSession, User
from server.staff.vocabulary import SignInWay
from server.storage.ids import new_id

#: OWASP ASVS 5.0, 7.3.1 and 7.3.2: an idle and an absolute limit, fit for sensitive data.
IDLE_LIMIT = timedelta(minutes=15)
ABSOLUTE_LIMIT = timedelta(hours=12)

#: `seen_at` is written at most so often: the idle limit is met to a minute, without a write at
#: every request.
TOUCH_EVERY = timedelta(minutes=1)

#: What a list of sessions may still show of those that are over.
KEPT_FOR = timedelta(days=30)
_TOKEN_BYTES = 32


class Ended(StrEnum):
    """Why a session is over, said on the sign-in page."""

    IDLE = "idle"
    TOO_LONG = "too-long"
    SIGNED_OUT = "signed-out"
    EVERYWHERE = "signed-out-everywhere"
    ELSEWHERE = "ended"


def begin_session(session: Session, user: User, *, way: SignInWay, browser: str) -> str:
    """Begin a session of `user` and return its token: 43 base64url characters, for the cookie.

    `browser` is a coarse name of at most 60 characters. Rows older than KEPT_FOR are forgotten.
    """
    now, token = datetime.now(UTC), secrets.token_urlsafe(_TOKEN_BYTES)
    session.execute(
        delete(StaffSession).where(
            StaffSession.user_id == user.id, StaffSession.created_at < now - KEPT_FOR
        )
    )
    row = StaffSession(
        id=new_id(),
        token_digest=_digest(token),
        user_id=user.id,
        way=way,
        browser=browser,
        created_at=now,
        seen_at=now,
        confirmed_at=now,
    )
    session.add(row)
    record_event(
        session,
        subject_of(user),
        AuditAction.STAFF_SIGNED_IN,
        subject_of(user),
        way=way.value,
        session_id=str(row.id),
    )
    return token


def find_session(session: Session, token: str) -> tuple[StaffSession, User] | Ended | None:
    """The session of a cookie's token and its member with the roles as they are now.

    An Ended says why it is over; None is a token that never was, or whose account is shut.
    """
    found = session.execute(
        select(StaffSession, User)
        .join(User, User.id == StaffSession.user_id)
        .where(StaffSession.token_digest == _digest(token), User.active)
        .options(selectinload(User.roles))
    ).one_or_none()
    if found is None:
        return None
    row, user = found
    ended = why_over(row, datetime.now(UTC))
    return ended if ended is not None else (row, user)


def hold_own_account(session: Session, user: User, session_id: UUID) -> User | None:
    """The account of the member behind a session, to be changed in this transaction, which
    nothing ends meanwhile. None when the session ended since `user` was read, or the account was
    shut or got another name for cookies."""
    held = lock_account(session, user)
    row = session.get(StaffSession, session_id, with_for_update=True, populate_existing=True)
    unchanged = held.active and held.fs_uniquifier == user.fs_uniquifier
    if row is None or row.user_id != held.id or row.ended_at is not None:
        return None
    return held if unchanged else None


def why_over(row: StaffSession, now: datetime) -> Ended | None:
    """Why a session may not be used any more at `now`; None while it may."""
    if row.ended_at is not None:
        return Ended.ELSEWHERE
    if now - row.created_at >= ABSOLUTE_LIMIT:
        return Ended.TOO_LONG
    if now - row.seen_at >= IDLE_LIMIT:
        return Ended.IDLE
    return None


def touch_session(session: Session, session_id: UUID) -> None:
    """Note that a session is in use; one that was ended meanwhile stays ended."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.ended_at.is_(None))
        .values(seen_at=datetime.now(UTC))
    )


def confirm_session(session: Session, user: User, session_id: UUID, *, way: SignInWay) -> str:
    """Note that the member proved once more who they are; returns the session's new token.

    The old token, and every copy of it, is worth nothing from now on (ASVS 5.0, 7.2.4).
    Raises LookupError when the session was ended meanwhile.
    """
    now, token = datetime.now(UTC), secrets.token_urlsafe(_TOKEN_BYTES)
    confirmed = session.scalar(
        update(StaffSession)
        .where(
            StaffSession.id == session_id,
            StaffSession.user_id == user.id,
            StaffSession.ended_at.is_(None),
        )
        .values(token_digest=_digest(token), seen_at=now, confirmed_at=now)
        .returning(StaffSession.id)
    )
    if confirmed is None:
        raise LookupError("the session is over")
    record_event(
        session,
        subject_of(user),
        AuditAction.STAFF_CONFIRMED,
        subject_of(user),
        way=way.value,
        session_id=str(session_id),
    )
    return token


def sign_out(session: Session, user: User, session_id: UUID) -> None:
    """End the member's session that they use now; every copy of its cookie ends with it."""
    if _end(session, user, session_id):
        record_event(
            session,
            subject_of(user),
            AuditAction.STAFF_SIGNED_OUT,
            subject_of(user),
            session_id=str(session_id),
        )


def end_session(session: Session, user: User, session_id: UUID, *, actor: str) -> bool:
    """End one session of `user`; False when they have none of that id that is open."""
    ended = _end(session, user, session_id)
    if ended:
        record_event(
            session,
            actor,
            AuditAction.STAFF_SESSION_ENDED,
            subject_of(user),
            session_id=str(session_id),
        )
    return ended


def end_sessions(session: Session, user: User, *, actor: str) -> int:
    """Sign a member out everywhere; returns how many sessions that ended.

    Every cookie made before names an account by a name that is no more, as well, and no link that
    is out signs in any more.
    """
    lock_account(session, user)
    close_links(session, user)
    open_ones = [row.id for row in list_sessions(session, user)]
    session.execute(
        update(StaffSession)
        .where(StaffSession.user_id == user.id, StaffSession.ended_at.is_(None))
        .values(ended_at=datetime.now(UTC))
    )
    session.execute(update(User).where(User.id == user.id).values(fs_uniquifier=new_uniquifier()))
    record_event(
        session,
        actor,
        AuditAction.STAFF_SESSION_ENDED,
        subject_of(user),
        sessions=[str(each) for each in open_ones],
    )
    return len(open_ones)


def list_sessions(session: Session, user: User) -> Sequence[StaffSession]:
    """The sessions of `user` that are open now, the one used last first."""
    now = datetime.now(UTC)
    return session.scalars(
        select(StaffSession)
        .where(
            StaffSession.user_id == user.id,
            StaffSession.ended_at.is_(None),
            StaffSession.seen_at > now - IDLE_LIMIT,
            StaffSession.created_at > now - ABSOLUTE_LIMIT,
        )
        .order_by(StaffSession.seen_at.desc(), StaffSession.created_at.desc())
    ).all()


def last_sign_ins(session: Session) -> dict[int, datetime]:
    """When each member signed in last, by the id of the account."""
    rows = session.execute(
        select(StaffSession.user_id, func.max(StaffSession.created_at)).group_by(
            StaffSession.user_id
        )
    )
    return {user_id: at for user_id, at in rows}  # noqa: C416


def _end(session: Session, user: User, session_id: UUID) -> bool:
    ended = session.scalar(
        update(StaffSession)
        .where(
            StaffSession.id == session_id,
            StaffSession.user_id == user.id,
            StaffSession.ended_at.is_(None),
        )
        .values(ended_at=datetime.now(UTC))
        .returning(StaffSession.id)
    )
    return ended is not None


def _digest(token: str) -> bytes:
    # A plain SHA-256 is enough for 256 random bits.
    return hashlib.sha256(token.encode()).digest()
