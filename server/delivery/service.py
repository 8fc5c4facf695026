"""What other packages may use of delivery: put messages into the outbox, and see what became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert
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
from server.delivery.pulse import Pulse, pulse
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
    "Pulse",
    "RecurringJob",
    "Waiting",
    "WorkState",
    "Worker",
    "enqueue",
    "in_one_transaction",
    "insert_messages",
    "list_dead_letters",
    "new_messages",
    "pulse",
    "retry_dead_letters",
    "tidy_up",
    "work_state",
]


def enqueue(session: Session, topic: str, payload: dict[str, Any]) -> None:
    """Add a message for the worker.

    `topic` is `<subject>.<what happened>`, for instance `report.received`; `payload` holds
    ids and days only, never what a citizen wrote.
    """
    insert_messages(session.connection(), topic, [payload])


def insert_messages(
    connection: Connection, topic: str, payloads: Sequence[Mapping[str, Any]]
) -> None:
    """The same for many, in the caller's transaction."""
    if payloads:
        connection.execute(insert(OutboxMessage), new_messages(topic, payloads))


def new_messages(topic: str, payloads: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the outbox as they enter it, one a payload."""
    now = datetime.now(UTC)
    return [
        {
            "id": new_id(),
            "topic": topic,
            "payload": dict(payload),
            "created_at": now,
            "available_at": now,
            "attempts": 0,
        }
        for payload in payloads
    ]
