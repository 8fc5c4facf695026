"""One thread of a process stores the reports of all the others, as many as wait in one commit.

Whoever waits is answered after the commit, or told within a budget that the database is away:
then nobody knows whether the report is stored, and the same one may be stored again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock, Thread
from weakref import WeakSet, finalize

from server.observability.logs import log_failed_job
from server.reports.gathering import PATIENCE_S, Gathering, Waiting
from server.reports.store import NewReport, ReportStore, Written
from server.reports.store_core import CoreStore
from server.reports.store_postgresql import PostgresStore
from server.storage.availability import BUDGET_S, Availability, DatabaseAway
from server.storage.database import Database

MAX_BATCH = 64
#: A connection that nobody uses is closed.
IDLE_S = 60.0

OpenStore = Callable[[], ReportStore]


def open_store(database: Database) -> ReportStore:
    """A store with a connection of its own, which it opens when it is first written to."""
    return CoreStore(database) if database.is_sqlite else PostgresStore(database.engine)


class ReportWriter:
    """For all threads of a process; its own thread begins with the first report.

    A forked process has a thread and a connection of its own.
    """

    def __init__(
        self, open_store: OpenStore, availability: Availability, budget_s: float = BUDGET_S
    ) -> None:
        self.availability = availability
        self._open_store = open_store
        self._budget_s = budget_s
        self._thread: Thread | None = None
        self.begin_anew()
        _writers.add(self)

    def write(self, report: NewReport) -> Written:
        """Store one report durably; raises DatabaseAway, at once while it is known to be away."""
        if not self.availability.may_try():
            raise DatabaseAway
        waiting = Waiting(report)
        self._ensure_thread()
        if self._gathering.join(waiting):
            self._hope_for_company(waiting)
        if not waiting.turn.acquire(timeout=self._budget_s):
            waiting.abandoned = True
            self.availability.failed()
            raise DatabaseAway
        if waiting.answer is None:
            raise DatabaseAway
        return waiting.answer

    def close(self) -> None:
        """Let the thread end, and its connection with it, once it has stored what waits."""
        thread = self._thread
        if thread is not None:
            self._gathering.end()
            thread.join(self._budget_s * 2)
            self.begin_anew()

    def begin_anew(self) -> None:
        """Forget thread, gathering and connection: in a forked process they are the other's, and
        in a closed one they have ended."""
        self._gathering = Gathering()
        self._starting = Lock()
        self._thread = None

    def _hope_for_company(self, waiting: Waiting) -> None:
        if waiting.turn.acquire(timeout=PATIENCE_S):
            waiting.turn.release()
        elif not waiting.taken:
            self._gathering.call()

    def _runs(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _ensure_thread(self) -> None:
        if self._runs():
            return
        with self._starting:
            if not self._runs():
                # It holds the gathering and not the writer, so that a forgotten writer goes.
                work = (self._gathering, self._open_store(), self.availability)
                thread = Thread(target=_store_all, args=work, name="report-writer", daemon=True)
                thread.start()
                finalize(self, self._gathering.end)
                self._thread = thread


_writers: WeakSet[ReportWriter] = WeakSet()


def _begin_all_anew() -> None:
    for writer in tuple(_writers):
        writer.begin_anew()


os.register_at_fork(after_in_child=_begin_all_anew)


def _store_all(gathering: Gathering, store: ReportStore, availability: Availability) -> None:
    """The thread: whatever waits makes one batch, until all is over."""
    left: list[Waiting] = []
    while left or not gathering.is_over:
        came = gathering.take(0 if left else IDLE_S)
        if came is None and not left:
            store.close()
            continue
        batch, left = _apart(left + (came or []))
        _store(batch, store, availability)
    store.close()


def _apart(waiting: list[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    """Those that may stand in one batch: no two of one submission or one challenge; the rest."""
    seen: set[bytes] = set()
    batch: list[Waiting] = []
    left: list[Waiting] = []
    for each in waiting:
        report = each.report
        names = {report.idempotency_hash}
        if report.challenge is not None:
            names.add(report.challenge.digest)
        if len(batch) < MAX_BATCH and seen.isdisjoint(names):
            seen |= names
            batch.append(each)
        else:
            left.append(each)
    # One order on all processes: retries of the same submissions cannot block one another.
    batch.sort(key=lambda each: each.report.idempotency_hash)
    return batch, left


def _store(batch: list[Waiting], store: ReportStore, availability: Availability) -> None:
    wanted = [each for each in batch if not each.abandoned]
    if not wanted:
        return
    answers: list[Written] | list[None] = [None] * len(wanted)
    fault: Exception | None = None
    try:
        answers = store.write([each.report for each in wanted])
        availability.answered()
    except DatabaseAway:
        availability.failed()
    except Exception as error:  # nobody may wait in vain: a fault of ours counts as one of theirs
        fault = error
    for each, answer in zip(wanted, answers, strict=True):
        each.done(answer)
    if fault is not None:
        log_failed_job("reports.write", fault)
