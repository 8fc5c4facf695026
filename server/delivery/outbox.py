"""What stands in the outbox: how much waits, the dead letters, and what may be forgotten."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.delivery.models import OutboxMessage, PeriodicJob
from server.storage.ids import first_id_at

#: Done messages are kept for so long, to be looked into.
KEEP_DONE = timedelta(days=7)
FORGET_AT_ONCE = 1_000
MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of one topic that wait, and since when the oldest does."""

    topic: str
    messages: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that failed too often. `last_error` is the kind of the last error."""

    id: UUID
    topic: str
    created_at: datetime
    failed_at: datetime | None
    attempts: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class JobState:
    """A recurring job: when it was done last, when it is due, and what went wrong last."""

    name: str
    last_done_at: datetime | None
    due_at: datetime
    last_error: str | None


@dataclass(frozen=True, slots=True)
class WorkState:
    """All of the worker's state on one page."""

    waiting: tuple[Waiting, ...]
    dead_letters: int
    jobs: tuple[JobState, ...]

    @property
    def messages(self) -> int:
        return sum(each.messages for each in self.waiting)

    @property
    def oldest_at(self) -> datetime | None:
        return min((each.oldest_at for each in self.waiting), default=None)


def work_state(session: Session) -> WorkState:
    """What waits by topic, how many dead letters there are, and the recurring jobs by name."""
    waiting = session.execute(
        select(OutboxMessage.topic, func.count(), func.min(OutboxMessage.created_at))
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.failed_at.is_(None))
        .group_by(OutboxMessage.topic)
        .order_by(OutboxMessage.topic)
    )
    dead = session.scalar(
        select(func.count()).select_from(OutboxMessage).where(OutboxMessage.failed_at.is_not(None))
    )
    jobs = session.scalars(select(PeriodicJob).order_by(PeriodicJob.name))
    return WorkState(
        waiting=tuple(Waiting(*row) for row in waiting),
        dead_letters=dead or 0,
        jobs=tuple(
            JobState(job.name, job.last_done_at, job.due_at, job.last_error) for job in jobs
        ),
    )


def list_dead_letters(session: Session, *, limit: int = MAX_LISTED) -> list[DeadLetter]:
    """Up to `limit` dead letters, the latest first."""
    rows = session.execute(
        select(
            OutboxMessage.id,
            OutboxMessage.topic,
            OutboxMessage.created_at,
            OutboxMessage.failed_at,
            OutboxMessage.attempts,
            OutboxMessage.last_error,
        )
        .where(OutboxMessage.failed_at.is_not(None))
        .order_by(OutboxMessage.failed_at.desc(), OutboxMessage.id)
        .limit(limit)
    )
    return [DeadLetter(*row) for row in rows]


def retry_dead_letters(
    session: Session, *, ids: Collection[UUID] | None = None, now: datetime, actor: str
) -> int:
    """Let dead letters wait again with all their attempts, these or all; how many there were."""
    chosen = () if ids is None else (OutboxMessage.id.in_(ids),)
    retried = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.failed_at.is_not(None), OutboxMessage.done_at.is_(None), *chosen)
        .values(failed_at=None, attempts=0, available_at=now, last_error=None)
        .returning(OutboxMessage.id, OutboxMessage.topic)
        .execution_options(synchronize_session=False)
    ).all()
    for identifier, topic in retried:
        subject = f"message:{identifier}"
        record_event(session, actor, AuditAction.DEAD_LETTER_RETRIED, subject, topic=topic)
    return len(retried)


def forget_done(session: Session, now: datetime) -> int:
    """Delete up to 1,000 messages that were done over a week ago; how many there were."""
    old = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.id < first_id_at(now - KEEP_DONE),
            OutboxMessage.done_at < now - KEEP_DONE,
        )
        .limit(FORGET_AT_ONCE)
    )
    gone = session.execute(
        delete(OutboxMessage)
        .where(OutboxMessage.id.in_(old))
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
