"""Staff accounts: add, change roles, disable, enable, find."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from server.audit.service import AuditAction, record_event
from server.staff.errors import (
    LastAdministrator,
    OwnAccount,
    RolesClash,
    StaffEmailInvalid,
    StaffExists,
    StaffUnknown,
)
from server.staff.models import LoginLink, Role, User
from server.staff.permissions import RoleName

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f.][^@\s\x00-\x1f\x7f]{0,189}")


def add_staff(session: Session, email: str, roles: Collection[RoleName], *, actor: str) -> User:
    """Add an account that may sign in at once.

    Addresses are kept in small letters. Raises StaffEmailInvalid, StaffExists or
    RolesClash.
    """
    address = _normal(email)
    if not _EMAIL.fullmatch(address):
        raise StaffEmailInvalid(email)
    if _find(session, address) is not None:
        raise StaffExists(address)
    _refuse_clash(roles, actor)
    user = User(email=address, active=True, fs_uniquifier=new_uniquifier())
    user.roles = _roles(session, roles)
    session.add(user)
    session.flush()
    record_event(session, actor, AuditAction.STAFF_ADDED, subject_of(user), roles=sorted(roles))
    return user


def set_roles(session: Session, user: User, roles: Collection[RoleName], *, actor: str) -> None:
    """Replace a member's roles; open sessions feel it at their next request.

    Raises OwnAccount when members change their own, LastAdministrator when nobody could run
    accounts any more, RolesClash for administrator and auditor in one.
    """
    _keep_an_administrator(session, user, roles if user.active else (), actor=actor)
    _refuse_clash(roles, actor)
    before = sorted(role.name for role in user.roles)
    user.roles = _roles(session, roles)
    record_event(
        session,
        actor,
        AuditAction.STAFF_ROLES_CHANGED,
        subject_of(user),
        before=before,
        after=sorted(roles),
    )


def disable_staff(session: Session, user: User, *, actor: str) -> None:
    """Shut an account: open sessions end at their next request, links that are out stop for good.

    Raises OwnAccount and LastAdministrator, as set_roles does.
    """
    _keep_an_administrator(session, user, (), actor=actor)
    lock_account(session, user)
    before = _state(user)
    user.active = False
    user.fs_uniquifier = new_uniquifier()
    close_links(session, user)
    record_event(
        session,
        actor,
        AuditAction.STAFF_DISABLED,
        subject_of(user),
        before=before,
        after=_state(user),
    )


def enable_staff(session: Session, user: User, *, actor: str) -> None:
    """Open a disabled account again. What was signed in before stays signed out."""
    before = _state(user)
    user.active = True
    record_event(
        session,
        actor,
        AuditAction.STAFF_ENABLED,
        subject_of(user),
        before=before,
        after=_state(user),
    )


def lock_account(session: Session, user: User) -> User:
    """The account as it is now, held until the end of the transaction: what ends sessions and
    takes ways in away, and what adds some, come one after the other.

    Sign-ins, which add rows that point to the account, go on (`FOR NO KEY UPDATE`). On SQLite the
    transaction is the only writer anyway.
    """
    return session.scalars(
        _WITH_ROLES.where(User.id == user.id)
        .with_for_update(of=User, key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def close_links(session: Session, user: User) -> None:
    """Let no link that is out for this account work any more."""
    session.execute(
        update(LoginLink)
        .where(LoginLink.user_id == user.id, LoginLink.used_at.is_(None))
        .values(used_at=datetime.now(UTC))
        .execution_options(synchronize_session=False)
    )


def get_staff(session: Session, email: str) -> User:
    """The account of an address, with its roles; raises StaffUnknown."""
    user = _find(session, _normal(email))
    if user is None:
        raise StaffUnknown(_normal(email))
    return user


def list_staff(session: Session) -> Sequence[User]:
    """All accounts with their roles, by address."""
    return session.scalars(_WITH_ROLES.order_by(User.email)).all()


def find_staff(session: Session, user_id: int) -> User | None:
    """The account of an id, with its roles."""
    return session.scalars(_WITH_ROLES.where(User.id == user_id)).one_or_none()


def subject_of(user: User) -> str:
    """How the audit trail names an account, as actor and as subject."""
    return f"staff:{user.id}"


def new_uniquifier() -> str:
    """A name for an account in cookies: replaced, it makes all cookies before worthless."""
    return secrets.token_hex(32)


_WITH_ROLES = select(User).options(selectinload(User.roles))


def _find(session: Session, address: str) -> User | None:
    return session.scalars(_WITH_ROLES.where(User.email == address)).one_or_none()


def _normal(email: str) -> str:
    return email.strip().lower()


def _roles(session: Session, names: Collection[RoleName]) -> list[Role]:
    known = {
        role.name: role for role in session.scalars(select(Role).where(Role.name.in_([*names])))
    }
    return [known.get(name) or Role(name=name.value) for name in sorted(set(names))]


def _refuse_clash(roles: Collection[RoleName], actor: str) -> None:
    """By a member of staff; who runs the commands decides for a hotline of one, or a demo."""
    both = {RoleName.ADMINISTRATOR, RoleName.AUDITOR} <= set(roles)
    if both and actor.startswith("staff:"):
        raise RolesClash


def _state(user: User) -> str:
    return "active" if user.active else "disabled"


def _keep_an_administrator(
    session: Session, user: User, roles: Collection[RoleName], *, actor: str
) -> None:
    if actor == subject_of(user):
        raise OwnAccount
    if RoleName.ADMINISTRATOR in roles:
        return
    active_ones = (
        select(User.id)
        .where(User.active, User.roles.any(Role.name == RoleName.ADMINISTRATOR))
        .order_by(User.id)
    )
    # Locked, and read after the lock is there: of two administrators who shut each other out at
    # once one is refused.
    session.execute(active_ones.with_for_update(of=User))
    if list(session.scalars(active_ones)) == [user.id]:
        raise LastAdministrator(user.email)
