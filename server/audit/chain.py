"""The hash chain over the events: each link's hash covers its event and the link before."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Row, insert, select, text
from sqlalchemy.orm import Session

from server.audit.canonical import BEGINNING, link_hash, microseconds
from server.audit.errors import ChainHeldUp
from server.audit.models import AuditEvent, AuditLink
from server.audit.stored import raw_event, read_event

#: So many events one call links, so that its transaction stays short.
BATCH = 1_000

#: How much older than the newest link an event's id may be. A transaction that commits late is
#: seconds or minutes behind; what is older was put in, and `verify` tells of it.
LATEST = timedelta(days=1)

#: Who links holds the lock for a moment. If an event waits longer while somebody has it, nobody
#: links, and that must be seen.
HELD_UP = timedelta(seconds=60)

_LOCK = 7_238_201_650_117_043_001


def chain_events(session: Session, now: datetime) -> int:
    """Link up to 1,000 events that have no link yet, in the order of their ids; returns how many.

    One caller at a time: on PostgreSQL a second one returns 0 at once, on SQLite it waits for the
    writer. Who gets BATCH back may call again, in the next transaction. Raises ChainHeldUp when
    somebody else has the lock while an event waits for longer than HELD_UP.
    """
    alone = _alone(session)
    head = session.execute(
        select(AuditLink.seq, AuditLink.hash, AuditLink.event_id)
        .order_by(AuditLink.seq.desc())
        .limit(1)
    ).first()
    since = _since(head, now)
    if not alone:
        _refuse_wait(session, since, now)
        return 0
    seq, previous = (head.seq, head.hash) if head else (0, BEGINNING)
    query = select(*raw_event(session)).where(*_unlinked(since))
    rows = []
    for values in session.execute(query.order_by(AuditEvent.id).limit(BATCH)):
        event = read_event(values)
        if "id" in event.unreadable:
            continue  # nothing of ours; `verify` tells of it
        seq += 1
        previous = link_hash(seq, previous, microseconds(now), event)
        rows.append({"seq": seq, "event_id": UUID(event.id), "hash": previous, "linked_at": now})
    if rows:
        session.execute(insert(AuditLink), rows)
    return len(rows)


def _refuse_wait(session: Session, since: UUID, now: datetime) -> None:
    before = first_id_at(microseconds(now - HELD_UP) // 1_000)
    waits = select(AuditEvent.id).where(*_unlinked(since), AuditEvent.id < before).exists()
    if session.scalar(select(waits)):
        raise ChainHeldUp(
            "another process holds the audit chain's lock, and events wait for their link: "
            "let it end, or see in pg_locks (advisory) which one it is"
        )


def _unlinked(since: UUID) -> tuple[ColumnElement[bool], ...]:
    linked = select(AuditLink.seq).where(
        AuditLink.event_id == AuditEvent.id, AuditLink.event_id >= since
    )
    return ~linked.exists(), AuditEvent.id >= since


def first_id_at(milliseconds: int) -> UUID:
    """The smallest id of a time, in milliseconds since 1970: ids are UUID version 7."""
    return UUID(int=max(milliseconds, 0) << 80)


def _since(head: Row[int, bytes, UUID] | None, now: datetime) -> UUID:
    if head is None:
        return UUID(int=0)
    newest = min(head.event_id.int >> 80, microseconds(now) // 1_000)
    return first_id_at(newest - int(LATEST.total_seconds() * 1_000))


def _alone(session: Session) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}))
