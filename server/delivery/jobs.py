"""What a worker may be given to do. Which jobs there are is decided where the program is put
together (server/commands/work.py): this package knows none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from server.storage.database import Database


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that a worker holds and has not read yet. `attempts` counts this one too."""

    id: UUID
    topic: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Message(Claim):
    """A message of the outbox in a worker's hands."""

    payload: dict[str, Any]


#: Carries messages of one topic out, in the transaction in which they become done. It should be
#: quick: on SQLite nothing else is written meanwhile.
Handler = Callable[[Session, Sequence[Message]], None]


@dataclass(frozen=True, slots=True)
class RecurringJob:
    """Something done again and again, by one worker at a time.

    `run` opens its own transactions, so that long reading holds no lock. It may be run twice when
    a worker dies after it and before that was noted.
    """

    name: str
    every: timedelta
    run: Callable[[Database], object]


@dataclass(frozen=True, slots=True)
class Jobs:
    """All that a worker does: a handler for each topic, and the recurring jobs."""

    handlers: Mapping[str, Handler] = field(default_factory=dict)
    recurring: tuple[RecurringJob, ...] = ()


def in_one_transaction(work: Callable[[Session], object]) -> Callable[[Database], None]:
    """A recurring job's `run` for work that is one short transaction."""

    def run(database: Database) -> None:
        with database.transaction() as session:
            work(session)

    return run
