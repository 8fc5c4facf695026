"""What other packages may use of delivery: put messages into the outbox, and see what became."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.delivery.housekeeping import tidy_up
from server.delivery.jobs import Handler, Jobs, Message, RecurringJob, in_one_transaction
from server.delivery.models import OutboxMessage
from server.delivery.outbox import (
    DeadLetter,
    JobState,
    Waiting,
    WorkState,
    list_dead_letters,
    retry_dead_letters,
    work_state,
)
from server.delivery.worker import Done, Worker
from server.storage.ids import new_id

__all__ = [
    "DeadLetter",
    "Done",
    "Handler",
    "JobState",
    "Jobs",
    "Message",
    "OutboxMessage",
    "RecurringJob",
    "Waiting",
    "WorkState",
    "Worker",
    "enqueue",
    "in_one_transaction",
    "list_dead_letters",
    "retry_dead_letters",
    "tidy_up",
    "work_state",
]


def enqueue(session: Session, topic: str, payload: dict[str, Any]) -> None:
    """Add a message for the worker.

    `topic` is `<subject>.<what happened>`, for instance `report.received`; `payload` holds
    ids and days only, never what a citizen wrote.
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
