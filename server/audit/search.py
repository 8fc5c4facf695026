"""Find events: the newest first, a page at a time, as the database holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, or_, select
from sqlalchemy.orm import Session

from server.audit.canonical import EventRecord, instant, microseconds
from server.audit.chain import LATEST, first_id_at
from server.audit.models import AuditEvent, AuditLink
from server.audit.stored import raw_event, read_event, read_id
from server.audit.vocabulary import AuditAction

#: What stands before the colon of an event's subject.
SUBJECT_KINDS = (
    *("authority", "directory", "key", "kit", "message", "partner", "portal", "report"),
    *("sealing_key", "staff", "statistics", "audit"),
)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What to look for; nothing given is everything. `since` and `until` are instants, `until`
    itself left out. `actors` and `actions` are alternatives. `subject` is a kind (`key`) or one
    thing (`key:<id>`). `words` is looked for in the ids of events and of what they touched."""

    actors: Collection[str] = ()
    actions: Collection[AuditAction] = ()
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event, and the number of its link; None while it waits for one."""

    event: EventRecord
    seq: int | None


def find_events(
    session: Session, wanted: EventFilter, *, before: UUID | None = None, limit: int = 50
) -> list[FoundEvent]:
    """At most `limit` events that are older than `before`, the newest first."""
    query = _filtered(select(AuditLink.seq, *raw_event(session)), wanted)
    if before is not None:
        query = query.where(AuditEvent.id < before)
    query = query.outerjoin(AuditLink, AuditLink.event_id == AuditEvent.id)
    rows: Iterable[Any] = session.execute(query.order_by(AuditEvent.id.desc()).limit(limit))
    return [FoundEvent(read_event(values), seq) for seq, *values in rows]


def resumable(found: Sequence[FoundEvent]) -> int:
    """How many of these events may be passed on before the next page begins behind the last of
    them: those behind the last readable id come again then. 0 when no id is readable."""
    readable = (n for n, each in enumerate(found, 1) if "id" not in each.event.unreadable)
    return max(readable, default=0)


def event_data(found: FoundEvent) -> dict[str, Any]:
    """An event as plain JSON values, for exports. Its time is ISO 8601, UTC.

    `unreadable` names the columns that are not what they should be and stand as their text; it is
    there only when there are any.
    """
    event = found.event
    at: int | str = event.at
    if isinstance(at, int):
        with suppress(OverflowError):
            at = instant(at).isoformat(timespec="microseconds")
    return {
        "seq": found.seq,
        "id": event.id,
        "at": at,
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "details": event.details,
    } | ({"unreadable": list(event.unreadable)} if event.unreadable else {})


def _filtered(query: Select[Any], wanted: EventFilter) -> Select[Any]:
    query = query.select_from(AuditEvent)
    if wanted.actors:
        query = query.where(AuditEvent.actor.in_(wanted.actors))
    if wanted.actions:
        query = query.where(AuditEvent.action.in_(wanted.actions))
    if wanted.subject is not None:
        query = query.where(_about(wanted.subject))
    # An id tells its time, and is indexed: the days around are enough to look through.
    day = int(LATEST.total_seconds() * 1_000)
    if wanted.since is not None:
        earliest = first_id_at(microseconds(wanted.since) // 1_000 - day)
        query = query.where(AuditEvent.at >= wanted.since, AuditEvent.id >= earliest)
    if wanted.until is not None:
        latest = first_id_at(microseconds(wanted.until) // 1_000 + day)
        query = query.where(AuditEvent.at < wanted.until, AuditEvent.id < latest)
    if wanted.words:
        query = query.where(_with_id(wanted.words))
    return query


def _about(subject: str) -> ColumnElement[bool]:
    if ":" in subject:
        return AuditEvent.subject == subject
    return AuditEvent.subject.startswith(f"{subject}:", autoescape=True)


def _with_id(words: str) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [
        AuditEvent.subject == words,
        AuditEvent.subject.in_([f"{kind}:{words}" for kind in SUBJECT_KINDS]),
        cast(AuditEvent.details, String).contains(words, autoescape=True),
    ]
    with suppress(ValueError):
        found.append(AuditEvent.id == UUID(read_id(words.lower())))
    return or_(*found)
