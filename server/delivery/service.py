"""Put messages into the outbox. They join the caller's transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.delivery.models import OutboxMessage
from server.storage.ids import new_id

__all__ = ["OutboxMessage", "enqueue"]


def enqueue(session: Session, topic: str, payload: dict[str, Any]) -> None:
    """Add a message for the worker.

    `topic` is `<subject>.<what happened>`, for instance `report.received`; `payload` holds
    ids only, never what a citizen wrote.
    """
    now = datetime.now(UTC)
    session.execute(
        insert(OutboxMessage).values(
            id=new_id(),
            topic=topic,
            payload=payload,
            created_at=now,
            available_at=now,
            attempts=0,
        )
    )
