"""The chain, link by link: no number missing, each with its event, each hash computed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.audit.canonical import BEGINNING, link_hash
from server.audit.models import AuditEvent, AuditLink
from server.audit.stored import (
    STREAM,
    as_text,
    raw,
    raw_bytes,
    raw_event,
    raw_time,
    read_event,
    read_time,
)
from server.audit.verdict import Findings


@dataclass(slots=True)
class Links:
    """How far the walk came. `last_hash` is None after a gap: nothing can be computed from it."""

    last_seq: int
    last_hash: bytes | None
    walked: int = 0
    oldest_event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Walked:
    """`oldest_event_id` is the id of the first link's event, as it stands in the link."""

    last_hash: bytes
    oldest_event_id: str | None


def check_links(session: Session, first: int, head: int, findings: Findings) -> Walked:
    """Walk over the links `first` to `head`; returns the hash at the end."""
    before = _hash_of(session, first - 1) if first > 1 else BEGINNING
    links = Links(first - 1, before)
    if before is None:
        findings.add(f"link {first - 1} is gone", seq=first - 1)
    for row in _rows(session, first, head):
        _check(row, links, findings)
    if first == 1:
        _check_counts(session, head, links, findings)
    return Walked(links.last_hash or BEGINNING, links.oldest_event_id)


def _check(row: Sequence[Any], links: Links, findings: Findings) -> None:
    seq, raw_event_id, stored, linked_at, *values = row
    event_id, event = as_text(raw_event_id), read_event(values)
    if links.walked == 0:
        links.oldest_event_id = event_id
    if seq != links.last_seq + 1:
        findings.add(_gap(links.last_seq + 1, seq - 1), seq=links.last_seq + 1)
        links.last_hash = None
    previous, links.last_hash = links.last_hash, stored
    links.last_seq, links.walked = seq, links.walked + 1
    if values[0] is None:
        findings.add(
            "the event of this link is gone: it was deleted, or its id was changed",
            seq=seq,
            event_id=event_id,
        )
        return
    if event.unreadable:
        findings.add(
            f"the event's {', '.join(event.unreadable)} cannot be read: it was changed",
            seq=seq,
            event_id=event_id,
        )
    elif previous is not None and link_hash(seq, previous, _time(linked_at), event) != stored:
        findings.add(
            "the hash is not the one of this event in this place: the event, this link or the "
            "one before was changed",
            seq=seq,
            event_id=event.id,
        )


def _gap(begin: int, end: int) -> str:
    if begin > end:
        return f"link {end + 1} has a number that the chain had already"
    which = f"link {begin} is" if begin == end else f"links {begin} to {end} are"
    return f"{which} gone: they were deleted, or their numbers changed"


def _rows(session: Session, first: int, head: int) -> Iterator[Sequence[Any]]:
    query = (
        select(
            AuditLink.seq,
            raw(session, AuditLink.event_id),
            raw_bytes(session, AuditLink.hash),
            raw_time(session, AuditLink.linked_at),
            *raw_event(session),
        )
        .outerjoin(AuditEvent, AuditEvent.id == AuditLink.event_id)
        .where(AuditLink.seq <= head)
        .order_by(AuditLink.seq)
    )
    # Before the first number of all there may be a forged one: the walk over all begins there.
    if first > 1:
        query = query.where(AuditLink.seq >= first)
    yield from session.execute(query, execution_options=STREAM)


def _check_counts(session: Session, head: int, links: Links, findings: Findings) -> None:
    count, events = session.execute(
        select(func.count(), func.count(AuditLink.event_id.distinct())).where(AuditLink.seq <= head)
    ).one()
    if count != links.walked:
        findings.add(f"{count} links share {links.walked} numbers: some were put in")
    if events != count:
        findings.add(f"{count} links belong to {events} events: some were put in")


def _hash_of(session: Session, seq: int) -> bytes | None:
    return session.scalar(select(raw_bytes(session, AuditLink.hash)).where(AuditLink.seq == seq))


def _time(value: bytes | str | None) -> int | str:
    text = as_text(value)
    try:
        return read_time(text)
    except ValueError:
        return text
