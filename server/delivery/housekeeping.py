"""The outbox's own recurring job: dead letters of lost workers, and done messages to forget."""

from __future__ import annotations

from datetime import UTC, datetime

from server.delivery.leases import bury_the_lost
from server.delivery.outbox import FORGET_AT_ONCE, forget_done
from server.storage.database import Database


def tidy_up(database: Database) -> None:
    """Bury what kills its workers, and forget old done messages in short transactions."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        bury_the_lost(session, now)
    gone = FORGET_AT_ONCE
    while gone == FORGET_AT_ONCE:
        with database.transaction() as session:
            gone = forget_done(session, now)
