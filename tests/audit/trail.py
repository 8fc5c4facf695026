"""A trail to look at: events, their links, and a checkpoint, as the worker makes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.audit.chain import BATCH, chain_events
from server.audit.checkpoints import sign_checkpoint
from server.audit.models import AuditEvent
from server.audit.vocabulary import AuditAction
from server.storage.ids import new_id

SECRET = bytes(range(32))
NOW = datetime.now(UTC).replace(microsecond=123_456)


def add_events(session: Session, count: int) -> None:
    """Events as `record_event` writes them, all at once."""
    actions = list(AuditAction)
    session.execute(
        insert(AuditEvent),
        [
            {
                "id": new_id(),
                "at": NOW - timedelta(seconds=count - number),
                "actor": f"staff:{number % 7}",
                "action": actions[number % len(actions)],
                "subject": f"report:{number}",
                "details": {"before": {"label": "Ärger"}, "after": {"label": "ok", "days": number}},
            }
            for number in range(count)
        ],
    )


def chain_all(session: Session, now: datetime = NOW) -> int:
    linked = 0
    while count := chain_events(session, now):
        linked += count
        if count < BATCH:
            break
    return linked


def a_trail(session: Session, count: int, anchor: Path | None) -> None:
    """`count` events, chained and signed."""
    add_events(session, count)
    chain_all(session)
    sign_checkpoint(session, SECRET, anchor, NOW)
