"""Keep a lease while its work takes longer than the lease lasts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from server.storage.database import Database


@contextmanager
def kept(
    database: Database, lease: timedelta, renew: Callable[[Session, datetime], None]
) -> Iterator[None]:
    """Call `renew(session, until)` at every third of the lease while the block runs.

    A renewal that the database refuses is left out: at worst another worker takes the work over,
    and then this one cannot complete it.
    """
    done = threading.Event()

    def beat() -> None:
        while not done.wait(lease.total_seconds() / 3):
            with suppress(OperationalError), database.transaction() as session:
                renew(session, datetime.now(UTC) + lease)

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
