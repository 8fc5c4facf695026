"""The tail: events that wait for their link. Nothing but their own form and age can be checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.canonical import EventRecord, microseconds
from server.audit.chain import LATEST, first_id_at
from server.audit.models import AuditEvent, AuditLink
from server.audit.stored import STREAM, raw_event, read_event, read_id
from server.audit.verdict import Findings
from server.audit.vocabulary import AuditAction

#: A worker links an event within seconds. One that waits longer has no worker, or was put in.
PATIENCE = timedelta(minutes=2)

_ACTIONS = frozenset(action.value for action in AuditAction)


def check_tail(
    session: Session, oldest_event_id: str | None, now: datetime, findings: Findings
) -> int:
    """Look at every event without a link, or at those since about an event; returns how many."""
    count = 0
    for values in _rows(session, _since(oldest_event_id)):
        count += 1
        event = read_event(values)
        if (meaning := _wrong(event, now)) is not None:
            findings.add(meaning, event_id=event.id)
    return count


def _wrong(event: EventRecord, now: datetime) -> str | None:
    if event.unreadable:
        return f"not chained, and its {', '.join(event.unreadable)} cannot be read: it was put in"
    if event.action not in _ACTIONS:
        return f"not chained, and its action {event.action[:64]!a} is none that the program writes"
    made = (UUID(event.id).int >> 80) * 1_000
    present, patience = microseconds(now), PATIENCE // timedelta(microseconds=1)
    times = (made, event.at if isinstance(event.at, int) else made)
    if min(times) < present - patience:
        return "not chained after 2 minutes: is a worker running, or was it put in?"
    if max(times) > present + patience:
        return "not chained, and from the future: is a clock wrong, or was it put in?"
    return None


def _rows(session: Session, since: UUID | None) -> Iterator[Sequence[Any]]:
    query = select(*raw_event(session)).where(
        ~select(AuditLink.seq).where(AuditLink.event_id == AuditEvent.id).exists()
    )
    if since is not None:
        query = query.where(AuditEvent.id >= since)
    yield from session.execute(query.order_by(AuditEvent.id), execution_options=STREAM)


def _since(oldest_event_id: str | None) -> UUID | None:
    if oldest_event_id is None:
        return None
    try:
        oldest = UUID(read_id(oldest_event_id))
    except ValueError:
        return None
    return first_id_at((oldest.int >> 80) - int(LATEST.total_seconds() * 1_000))
