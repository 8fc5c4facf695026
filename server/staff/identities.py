"""Accounts as a single sign-on provider names them: by issuer and subject, never by address."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from server.audit.service import AuditAction, record_event
from server.staff.accounts import close_links, subject_of
from server.staff.errors import IdentityRefused
from server.staff.models import Identity, User
from server.staff.ways_in import keep_a_way_in, ways_in_of


def prove_by_identity(
    session: Session, *, issuer: str, subject: str, verified_email: str | None
) -> User:
    """The member whom a provider names, with roles.

    Somebody whom it names for the first time is linked to the account that was invited under the
    address that the provider has verified, while that account has no way in: whoever runs the
    provider cannot take an account over that is in use. Raises IdentityRefused.
    """
    accounts = select(User).options(selectinload(User.roles)).where(User.active)
    known = session.scalars(
        accounts.join(Identity, Identity.user_id == User.id).where(
            Identity.issuer == issuer, Identity.subject == subject
        )
    ).one_or_none()
    if known is not None:
        return known
    address = (verified_email or "").strip().lower()
    invited = session.scalars(
        accounts.where(User.email == address).with_for_update(of=User)
    ).one_or_none()
    if invited is None or _is_taken(session, issuer, subject) or ways_in_of(session, invited).count:
        raise IdentityRefused(
            "nobody here is linked to your account there; an administrator can invite you under "
            "the address that it has, or use another way in"
        )
    session.add(
        Identity(user_id=invited.id, issuer=issuer, subject=subject, linked_at=datetime.now(UTC))
    )
    close_links(session, invited)
    record_event(
        session,
        subject_of(invited),
        AuditAction.IDENTITY_LINKED,
        subject_of(invited),
        issuer=issuer,
    )
    return invited


def unlink_identity(session: Session, user: User) -> None:
    """Remove one's own link to single sign-on; raises LastWayIn."""
    keep_a_way_in(session, user)
    session.execute(delete(Identity).where(Identity.user_id == user.id))
    record_event(session, subject_of(user), AuditAction.IDENTITY_UNLINKED, subject_of(user))


def _is_taken(session: Session, issuer: str, subject: str) -> bool:
    # By an account that is shut: its member does not come in by another one.
    taken = select(Identity.id).where(Identity.issuer == issuer, Identity.subject == subject)
    return session.scalar(taken) is not None
