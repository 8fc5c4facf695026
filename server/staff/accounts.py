"""Staff accounts: add, change roles, disable, enable, find, and sign out everywhere."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from server.audit.service import AuditAction, record_event
from server.staff.errors import StaffEmailInvalid, StaffExists, StaffUnknown
from server.staff.models import Role, User
from server.staff.permissions import RoleName

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f.][^@\s\x00-\x1f\x7f]{0,189}")


def add_staff(session: Session, email: str, roles: Collection[RoleName], *, actor: str) -> User:
    """Add an account that may sign in at once.

    Addresses are kept in small letters. Raises StaffEmailInvalid or StaffExists.
    """
    address = _normal(email)
    if not _EMAIL.fullmatch(address):
        raise StaffEmailInvalid(email)
    if _find(session, address) is not None:
        raise StaffExists(address)
    user = User(email=address, active=True, fs_uniquifier=_new_uniquifier())
    user.roles = _roles(session, roles)
    session.add(user)
    session.flush()
    record_event(session, actor, AuditAction.STAFF_ADDED, subject_of(user), roles=sorted(roles))
    return user


def set_roles(session: Session, user: User, roles: Collection[RoleName], *, actor: str) -> None:
    """Replace a member's roles; open sessions feel it at their next request."""
    user.roles = _roles(session, roles)
    record_event(
        session, actor, AuditAction.STAFF_ROLES_CHANGED, subject_of(user), roles=sorted(roles)
    )


def disable_staff(session: Session, user: User, *, actor: str) -> None:
    """Shut an account: open sessions end at their next request, open links stop working."""
    user.active = False
    user.fs_uniquifier = _new_uniquifier()
    record_event(session, actor, AuditAction.STAFF_DISABLED, subject_of(user))


def enable_staff(session: Session, user: User, *, actor: str) -> None:
    """Open a disabled account again. What was signed in before stays signed out."""
    user.active = True
    record_event(session, actor, AuditAction.STAFF_ENABLED, subject_of(user))


def get_staff(session: Session, email: str) -> User:
    """The account of an address, with its roles; raises StaffUnknown."""
    user = _find(session, _normal(email))
    if user is None:
        raise StaffUnknown(_normal(email))
    return user


def list_staff(session: Session) -> Sequence[User]:
    """All accounts with their roles, by address."""
    return session.scalars(_WITH_ROLES.order_by(User.email)).all()


def find_by_session(session: Session, uniquifier: str) -> User | None:
    """The active account that a session cookie names, with its roles as they are now."""
    return session.scalars(
        _WITH_ROLES.where(User.fs_uniquifier == uniquifier, User.active)
    ).one_or_none()


def end_sessions(session: Session, user_id: int) -> None:
    """Sign a member out everywhere: cookies made before name an account that is no more."""
    session.execute(
        update(User)
        .where(User.id == user_id)
        .values(fs_uniquifier=_new_uniquifier())
        .execution_options(synchronize_session=False)
    )
    member = f"staff:{user_id}"
    record_event(session, member, AuditAction.STAFF_SIGNED_OUT, member)


def subject_of(user: User) -> str:
    """How the audit trail names an account, as actor and as subject."""
    return f"staff:{user.id}"


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


def _new_uniquifier() -> str:
    return secrets.token_hex(32)
