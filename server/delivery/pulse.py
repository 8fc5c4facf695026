"""How the outbox and its workers do, at the price of a few rows: asked every few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.delivery.models import OutboxMessage, PeriodicJob

#: Not counted further: a million waiting messages must not make the question dear.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Pulse:
    """`waiting` and `dead_letters` up to MOST_COUNTED; `due_since` is the longest due message's
    time; `last_done` is when each recurring job was carried out last."""

    waiting: int
    due_since: datetime | None
    dead_letters: int
    last_done: Mapping[str, datetime]


def pulse(session: Session) -> Pulse:
    """The state of this moment, by indexes only."""
    undone = (OutboxMessage.done_at.is_(None), OutboxMessage.failed_at.is_(None))
    waiting = select(OutboxMessage.id).where(*undone).limit(MOST_COUNTED).subquery()
    dead = select(OutboxMessage.id).where(OutboxMessage.failed_at.is_not(None))
    counted = dead.limit(MOST_COUNTED).subquery()
    jobs = session.execute(select(PeriodicJob.name, PeriodicJob.last_done_at))
    return Pulse(
        waiting=session.scalar(select(func.count()).select_from(waiting)) or 0,
        due_since=session.scalar(
            select(OutboxMessage.available_at)
            .where(*undone)
            .order_by(OutboxMessage.available_at)
            .limit(1)
        ),
        dead_letters=session.scalar(select(func.count()).select_from(counted)) or 0,
        last_done={name: done for name, done in jobs if done is not None},
    )
