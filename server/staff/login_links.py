"""Links that sign in once: for ten minutes, or three days as an invitation. Only the SHA-256 of
the token is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session, selectinload

from server.audit.service import AuditAction, record_event
from server.staff.accounts import get_staff, subject_of
from server.staff.errors import StaffDisabled
from server.staff.models import LoginLink, User
from server.staff.vocabulary import LinkPurpose
from server.storage.ids import new_id

LINK_LIFETIME = timedelta(minutes=10)
INVITATION_LIFETIME = timedelta(hours=72)
_TOKEN_BYTES = 32


def issue_login_link(session: Session, email: str, *, actor: str) -> str:
    """A token for one sign-in within LINK_LIFETIME: 43 base64url characters.

    A plain SHA-256 of it is kept, which is enough for 256 random bits. Raises StaffUnknown or
    StaffDisabled.
    """
    user = get_staff(session, email)
    if not user.active:
        raise StaffDisabled(user.email)
    return issue_link(session, user, LinkPurpose.SIGN_IN, actor=actor)


def issue_link(session: Session, user: User, purpose: LinkPurpose, *, actor: str) -> str:
    """The token of a link for an account, for LINK_LIFETIME or INVITATION_LIFETIME."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    now = datetime.now(UTC)
    lifetime = INVITATION_LIFETIME if purpose is LinkPurpose.INVITATION else LINK_LIFETIME
    link = LoginLink(
        id=new_id(),
        token_digest=_digest(token),
        user_id=user.id,
        purpose=purpose,
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(link)
    record_event(
        session,
        actor,
        AuditAction.LOGIN_LINK_ISSUED,
        subject_of(user),
        login_link=str(link.id),
        purpose=purpose.value,
    )
    return token


def open_link(session: Session, token: str) -> LinkPurpose | None:
    """What a token could be used for now; None when for nothing. Changes nothing: mail scanners
    ask too."""
    return session.scalar(
        select(LoginLink.purpose)
        .join(User, User.id == LoginLink.user_id)
        .where(_still_open(token), User.active)
    )


def consume_login_link(session: Session, token: str) -> User | None:
    """Use a link up and return its account with roles; None when it may not sign in. Signing in
    is then for `begin_session`.

    One conditional UPDATE decides, so that of any number of parallel calls one gets the
    account. The link of a disabled account is used up as well.
    """
    user_id = session.scalar(
        update(LoginLink)
        .where(_still_open(token))
        .values(used_at=datetime.now(UTC))
        .returning(LoginLink.user_id)
        .execution_options(synchronize_session=False)
    )
    user = session.scalars(
        select(User).options(selectinload(User.roles)).where(User.id == user_id, User.active)
    ).one_or_none()
    if user is None:
        _record_refusal(session, token)
        return None
    return user


def _record_refusal(session: Session, token: str) -> None:
    # A real link that comes again is worth an auditor's look; a token that never was is noise.
    link = session.scalar(select(LoginLink).where(LoginLink.token_digest == _digest(token)))
    if link is not None:
        record_event(
            session,
            "system",
            AuditAction.LOGIN_LINK_REFUSED,
            f"staff:{link.user_id}",
            login_link=str(link.id),
        )


def _still_open(token: str) -> ColumnElement[bool]:
    return and_(
        LoginLink.token_digest == _digest(token),
        LoginLink.used_at.is_(None),
        LoginLink.expires_at > datetime.now(UTC),
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
