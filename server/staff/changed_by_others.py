"""What others did to an account since its member signed in last, for a notice at the sign-in."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, EventFilter, find_events
from server.staff.accounts import subject_of
from server.staff.models import StaffSession, User

#: More than a member has to be told of at once.
_MOST = 50


def changed_by_others(session: Session, user: User) -> frozenset[AuditAction]:
    """STAFF_RESET and STAFF_ROLES_CHANGED, as far as somebody else did it since the last sign-in.

    Ask before `begin_session`. Nothing at the first sign-in: all is new then.
    """
    last = session.scalar(
        select(func.max(StaffSession.created_at)).where(StaffSession.user_id == user.id)
    )
    if last is None:
        return frozenset()
    wanted = EventFilter(
        actions=(AuditAction.STAFF_RESET, AuditAction.STAFF_ROLES_CHANGED),
        subject=subject_of(user),
        since=last,
    )
    found = [each.event for each in find_events(session, wanted, limit=_MOST)]
    return frozenset(AuditAction(each.action) for each in found if each.actor != subject_of(user))
