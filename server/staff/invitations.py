"""Invite members by a link to hand over, and begin anew with somebody who lost their ways in."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.staff.accounts import (
    add_staff,
    close_links,
    lock_account,
    new_uniquifier,
    subject_of,
)
from server.staff.errors import HasWaysIn, OwnAccount, StaffDisabled
from server.staff.login_links import issue_link
from server.staff.models import Identity, User, WebAuthn
from server.staff.password_sign_in import forget_password
from server.staff.permissions import RoleName
from server.staff.sessions import end_sessions
from server.staff.vocabulary import LinkPurpose
from server.staff.ways_in import ways_in_of


def invite_staff(
    session: Session, email: str, roles: Collection[RoleName], *, actor: str
) -> tuple[User, str]:
    """Add an account and return it with the token of its invitation (INVITATION_LIFETIME).

    Raises StaffEmailInvalid, StaffExists or RolesClash.
    """
    user = add_staff(session, email, roles, actor=actor)
    return user, invite_again(session, user, actor=actor)


def invite_again(session: Session, user: User, *, actor: str) -> str:
    """The token of another invitation; links given out before stop working.

    Raises StaffDisabled, and HasWaysIn for whoever can sign in: with a link that the member does
    not notice, somebody else could come in as them.
    """
    if not user.active:
        raise StaffDisabled(user.email)
    if ways_in_of(session, user).count:
        raise HasWaysIn(user.email)
    close_links(session, user)
    token = issue_link(session, user, LinkPurpose.INVITATION, actor=actor)
    record_event(session, actor, AuditAction.STAFF_INVITED, subject_of(user))
    return token


def reset_sign_in(session: Session, user: User, *, actor: str) -> str:
    """Remove every way in of a member, sign them out everywhere, and return the token of a new
    invitation. Raises OwnAccount or StaffDisabled."""
    if actor == subject_of(user):
        raise OwnAccount
    lock_account(session, user)
    before = ways_in_of(session, user)
    session.execute(delete(WebAuthn).where(WebAuthn.user_id == user.id))
    session.execute(delete(Identity).where(Identity.user_id == user.id))
    forget_password(user)
    user.fs_webauthn_user_handle = None
    end_sessions(session, user, actor=actor)
    user.fs_uniquifier = new_uniquifier()
    record_event(
        session,
        actor,
        AuditAction.STAFF_RESET,
        subject_of(user),
        before={
            "passkeys": before.passkeys,
            "password": before.password,
            "recovery_codes": before.recovery_codes,
            "single_sign_on": before.single_sign_on,
        },
        after={"passkeys": 0, "password": False, "recovery_codes": 0, "single_sign_on": False},
    )
    return invite_again(session, user, actor=actor)
