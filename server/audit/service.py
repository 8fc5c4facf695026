"""Write audit events. They join the caller's transaction: no change without its event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.audit.anchor import SignedCheckpoint
from server.audit.canonical import EventRecord, canonical_json, instant
from server.audit.chain import BATCH, chain_events
from server.audit.checkpoints import last_checkpoint, public_key_of, sign_checkpoint
from server.audit.errors import AuditError, ChainHeldUp, TrailDoubtful
from server.audit.models import AuditEvent
from server.audit.search import (
    SUBJECT_KINDS,
    EventFilter,
    FoundEvent,
    event_data,
    find_events,
    resumable,
)
from server.audit.verdict import Problem, Verdict
from server.audit.verify import verify
from server.audit.vocabulary import AuditAction

__all__ = [
    "BATCH",
    "SUBJECT_KINDS",
    "AuditAction",
    "AuditError",
    "AuditEvent",
    "ChainHeldUp",
    "EventFilter",
    "EventRecord",
    "FoundEvent",
    "Problem",
    "SignedCheckpoint",
    "TrailDoubtful",
    "Verdict",
    "chain_events",
    "event_data",
    "find_events",
    "instant",
    "last_checkpoint",
    "public_key_of",
    "record_event",
    "resumable",
    "sign_checkpoint",
    "verify",
]


def record_event(
    session: Session, actor: str, action: AuditAction, subject: str, **details: Any
) -> AuditEvent:
    """Append one event.

    `actor` is `staff:<id>`, `command:<operating-system user>` or `system`; `subject` is
    `<kind>:<id>`. `details` are plain JSON values and hold nothing that a citizen wrote:
    no reported address, no description, no contact. What JSON cannot say raises TypeError or
    ValueError here, not when the trail is read.
    """
    canonical_json(details)
    event = AuditEvent(
        at=datetime.now(UTC), actor=actor, action=action, subject=subject, details=details
    )
    session.add(event)
    return event
