"""Whether the database answers, as one process knows it; and questions that wait for so long only.

A database that is away may hang as well as refuse. Nobody waits for it longer than a budget, and
while it is away one question in a second tries it: all others are told at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from threading import Lock
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session

from server.storage.daemon_threads import DaemonThreads
from server.storage.database import Database

_log = structlog.get_logger("portals")

Answer = TypeVar("Answer")

#: A citizen waits for the database so long, in seconds; then the report goes into the spool.
BUDGET_S = 1.5
TRY_AGAIN_S = 1.0
_THREADS = 4


class DatabaseAway(Exception):
    """The database refused, failed or did not answer within the budget."""


class Availability:
    """Shared by all threads of a process. `clock` gives seconds that never run backwards."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._away_since: float | None = None
        self._try_at = 0.0

    @property
    def is_away(self) -> bool:
        return self._away_since is not None

    def away_s(self) -> float:
        """For how long it has been away; 0 while it answers."""
        since = self._away_since
        return 0.0 if since is None else self._clock() - since

    def may_try(self) -> bool:
        """Whether to ask the database: always, or once in `TRY_AGAIN_S` while it is away."""
        if self._away_since is None:
            return True
        with self._lock:
            now = self._clock()
            if now < self._try_at:
                return False
            self._try_at = now + TRY_AGAIN_S
            return True

    def failed(self) -> None:
        """It refused, failed as a whole, or did not answer within the budget."""
        with self._lock:
            now = self._clock()
            if self._away_since is None:
                self._away_since = now
            self._try_at = now + TRY_AGAIN_S

    def answered(self) -> None:
        """It did what it was asked."""
        if self._away_since is not None:
            with self._lock:
                self._away_since = None


class BoundedReads:
    """Questions to a database that are answered within a budget, or with DatabaseAway."""

    def __init__(
        self, database: Database, availability: Availability, budget_s: float = BUDGET_S
    ) -> None:
        self.availability = availability
        self._database = database
        self._budget_s = budget_s
        self._threads = DaemonThreads(_THREADS, "bounded-read")
        self._look: Future[Any] | None = None

    def read(self, question: Callable[[Session], Answer]) -> Answer:
        """What `question` returns, asked in a session that is read only; raises DatabaseAway.

        What it returns has to be detached: the session is closed by then. An answer that comes
        too late is dropped, and tells that the database is back.
        """
        if not self.availability.may_try():
            raise DatabaseAway
        asked: Future[Answer] = self._threads.submit(lambda: self._ask(question))
        try:
            return asked.result(self._budget_s)
        except Late:
            asked.cancel()
            self._is_away("no answer in time")
            raise DatabaseAway from None
        except DataError:
            raise  # it answered: the question was a wrong one
        except (DBAPIError, PoolExhausted) as error:
            self._is_away(type(getattr(error, "orig", None) or error).__name__)
            raise DatabaseAway from error

    def look_again(self) -> None:
        """While the database is away, find out whether it is back: waits for nothing.

        For those who go on with what they know: else nobody would ever try.
        """
        looking = self._look is not None and not self._look.done()
        if self.availability.is_away and not looking and self.availability.may_try():
            self._look = self._threads.submit(lambda: self._ask(Session.connection))

    def close(self) -> None:
        self._threads.close()

    def _is_away(self, kind: str) -> None:
        is_news = not self.availability.is_away
        self.availability.failed()
        if is_news:
            _log.warning("the database is away", kind=kind)

    def _ask(self, question: Callable[[Session], Answer]) -> Answer:
        with self._database.reading() as session:
            answer = question(session)
        self.availability.answered()
        return answer
