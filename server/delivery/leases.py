"""Who holds which message: claim, read, complete, fail, give back, renew. Each in a short
transaction.

PostgreSQL passes over rows that another worker is taking (FOR UPDATE SKIP LOCKED); SQLite has
one writer at a time anyway, and knows no such clause.
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Text, and_, cast, exists, or_, select, update
from sqlalchemy.orm import Session

from server.delivery.jobs import Claim, Message
from server.delivery.models import OutboxMessage

LEASE = timedelta(seconds=60)
BATCH = 200
MAX_ATTEMPTS = 12
FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 3_600.0
#: `last_error` of a message whose workers all ended without a word: it may be what ends them.
WORKER_LOST = "WorkerLost"

_UNDONE = and_(OutboxMessage.done_at.is_(None), OutboxMessage.failed_at.is_(None))


class UnreadablePayload(Exception):
    """What stands in a message is no JSON object that Python can read."""


class LeaseLost(Exception):
    """Another worker took a message over: it is not ours to complete any more."""


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1 s doubled each time up to 1 h, less up to half.

    The random part keeps messages that failed together from coming back together.
    """
    longest = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** (attempts - 1))
    return timedelta(seconds=longest * random.uniform(0.5, 1.0))  # noqa: S311 # nosec B311


def anything_waits(session: Session, topics: Collection[str], now: datetime) -> bool:
    """Whether `claim` would find a message. Only reads: on SQLite claiming takes the write lock."""
    return bool(session.scalar(select(exists().where(_claimable(topics, now)))))


def claim(
    session: Session,
    topics: Collection[str],
    worker: str,
    now: datetime,
    *,
    lease: timedelta = LEASE,
    limit: int = BATCH,
) -> list[Claim]:
    """Take up to `limit` messages of these topics until `now + lease`, the longest due first.

    A claim counts as an attempt, so that a message which kills its workers ends as a dead letter.
    Nothing is read of what the messages say: `read` does that, after this was committed.
    """
    waiting = (
        select(OutboxMessage.id)
        .where(_claimable(topics, now))
        .order_by(OutboxMessage.available_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("waiting")
    )
    rows = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(select(waiting.c.id)))
        .values(
            lease_until=now + lease,
            leased_by=worker,
            attempts=OutboxMessage.attempts + 1,
        )
        .returning(OutboxMessage.id, OutboxMessage.topic, OutboxMessage.attempts)
        .execution_options(synchronize_session=False)
    )
    return sorted((Claim(*row) for row in rows), key=lambda claim: claim.id)


def read(
    session: Session, claims: Sequence[Claim]
) -> tuple[list[Message], list[tuple[Claim, UnreadablePayload]]]:
    """What the claimed messages say, and those that say nothing readable: each by itself, so that
    none keeps the others waiting."""
    # Text (SQLite: bytes), whatever stands there; the column's own type would parse all or none.
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    as_stored = cast(OutboxMessage.payload, LargeBinary if is_sqlite else Text)
    query = select(OutboxMessage.id, as_stored.label("raw_payload"))
    ids = [claim.id for claim in claims]
    stored = {
        row.id: row.raw_payload for row in session.execute(query.where(OutboxMessage.id.in_(ids)))
    }
    messages: list[Message] = []
    unreadable: list[tuple[Claim, UnreadablePayload]] = []
    for claim in claims:
        try:
            payload = _payload(stored.get(claim.id))
        except UnreadablePayload as error:
            unreadable.append((claim, error))
        else:
            messages.append(Message(claim.id, claim.topic, claim.attempts, payload))
    return messages, unreadable


def complete(session: Session, ids: Collection[UUID], worker: str, now: datetime) -> None:
    """Mark messages done; raises LeaseLost when one of them is not this worker's any more.

    To be called first in the transaction that carries them out: from here on PostgreSQL keeps
    everybody else away from them, however long it takes.
    """
    done = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids), OutboxMessage.leased_by == worker, _UNDONE)
        .values(done_at=now, lease_until=None, leased_by=None)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    if len(done.all()) != len(ids):
        raise LeaseLost


def fail(session: Session, message: Claim, worker: str, kind: str, now: datetime) -> None:
    """Let a message wait for its next attempt, or make it a dead letter after MAX_ATTEMPTS.

    `kind` is the error's class: its text might hold what a citizen wrote.
    """
    dead = message.attempts >= MAX_ATTEMPTS
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message.id, OutboxMessage.leased_by == worker, _UNDONE)
        .values(
            last_error=kind[:120],
            lease_until=None,
            leased_by=None,
            failed_at=now if dead else None,
            available_at=now + backoff(message.attempts),
        )
        .execution_options(synchronize_session=False)
    )


def give_back(session: Session, ids: Collection[UUID], worker: str) -> None:
    """Let go of messages that were not begun, as if they had not been claimed."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids), OutboxMessage.leased_by == worker, _UNDONE)
        .values(lease_until=None, leased_by=None, attempts=OutboxMessage.attempts - 1)
        .execution_options(synchronize_session=False)
    )


def renew(session: Session, ids: Collection[UUID], worker: str, until: datetime) -> None:
    """Hold messages until `until`. Those that are being carried out need it not, and are left."""
    held = (
        select(OutboxMessage.id)
        .where(OutboxMessage.id.in_(ids), OutboxMessage.leased_by == worker, _UNDONE)
        .with_for_update(skip_locked=True)
        .cte("held")
    )
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(select(held.c.id)))
        .values(lease_until=until)
        .execution_options(synchronize_session=False)
    )


def bury_the_lost(session: Session, now: datetime) -> None:
    """Make dead letters of messages whose last permitted attempt ended without a word."""
    session.execute(
        update(OutboxMessage)
        .where(
            _UNDONE,
            OutboxMessage.attempts >= MAX_ATTEMPTS,
            OutboxMessage.lease_until <= now,
        )
        .values(failed_at=now, last_error=WORKER_LOST, lease_until=None, leased_by=None)
        .execution_options(synchronize_session=False)
    )


def _payload(raw: bytes | str | None) -> dict[str, Any]:
    try:
        payload = json.loads(raw or "")
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise UnreadablePayload
    return payload


def _claimable(topics: Collection[str], now: datetime) -> ColumnElement[bool]:
    return and_(
        _UNDONE,
        OutboxMessage.available_at <= now,
        OutboxMessage.topic.in_(topics),
        OutboxMessage.attempts < MAX_ATTEMPTS,
        or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until <= now),
    )
