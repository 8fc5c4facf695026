"""Write audit events. They join the caller's transaction: no change without its event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.audit.models import AuditEvent
from server.audit.vocabulary import AuditAction

__all__ = ["AuditAction", "AuditEvent", "record_event"]


def record_event(
    session: Session, actor: str, action: AuditAction, subject: str, **details: Any
) -> AuditEvent:
    """Append one event.

    `actor` is `staff:<id>`, `command:<operating-system user>` or `system`; `subject` is
    `<kind>:<id>`. `details` are plain JSON values and hold nothing that a citizen wrote:
    no reported address, no description, no contact.
    """
    event = AuditEvent(
        at=datetime.now(UTC), actor=actor, action=action, subject=subject, details=details
    )
    session.add(event)
    return event
