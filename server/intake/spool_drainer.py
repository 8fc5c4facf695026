"""The thread of a server's process that drains the spool as soon as the database is back."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Event, Lock, Thread
from weakref import WeakSet, finalize

import structlog
from sqlalchemy import select

from server.intake.spool import Spool
from server.intake.spool_drain import drain
from server.observability.logs import log_failed_job
from server.partners.service import ResolvedKey, find_key
from server.reports.service import ReportStore
from server.storage.availability import BoundedReads, DatabaseAway

#: How long it sleeps while something waits, and while nothing of this process does.
WAITING_S = 1.0
IDLE_S = 5.0

_log = structlog.get_logger("portals")


class SpoolDrainer:
    """For one process; any number of processes may have one, and one at a time drains.

    `start` costs nothing once it runs, and is called by whoever has a request: a process that
    forks later has a thread of its own then.
    """

    def __init__(
        self, spool: Spool, open_store: Callable[[], ReportStore], reads: BoundedReads
    ) -> None:
        self._work = (spool, open_store, reads)
        self._thread: Thread | None = None
        self.begin_anew()
        _drainers.add(self)

    def start(self) -> None:
        """Let the thread run, if it does not yet."""
        if self._runs():
            return
        with self._starting:
            if not self._runs():
                # It holds what it works with and not the drainer, so that a forgotten one ends.
                target = (*self._work, self._stopping)
                thread = Thread(target=_run, args=target, name="spool-drainer", daemon=True)
                thread.start()
                finalize(self, self._stopping.set)
                self._thread = thread

    def stop(self, wait_s: float = 5.0) -> None:
        """End after the batch that is on its way. What waits then waits for the next start."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(wait_s)

    def _runs(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def begin_anew(self) -> None:
        """Forget the thread: in a forked process it is the other's."""
        self._starting = Lock()
        self._stopping = Event()
        self._thread = None


def resolver(reads: BoundedReads) -> Callable[[str], ResolvedKey | None]:
    """Looks partner keys up; raises DatabaseAway."""
    return lambda text: reads.read(lambda session: find_key(session, text))


def _run(
    spool: Spool, open_store: Callable[[], ReportStore], reads: BoundedReads, stopping: Event
) -> None:
    store = open_store()
    is_waiting = True  # what an earlier process left
    while not stopping.is_set():
        try:
            is_waiting = _turn(spool, store, reads, stopping)
        except DatabaseAway:
            is_waiting = True
        except Exception as error:  # this thread ends with the process only
            log_failed_job("spool.drain", error)
            is_waiting = True
        if not is_waiting:
            store.close()
        stopping.wait(WAITING_S if is_waiting else IDLE_S)
    store.close()


def _turn(spool: Spool, store: ReportStore, reads: BoundedReads, stopping: Event) -> bool:
    """Drain if something waits and the database answers; True when something may wait still."""
    if not spool.state().waiting:
        return False
    if reads.availability.is_away:
        reads.read(lambda session: session.scalar(select(1)))
    done = drain(spool, store, resolver(reads), until=stopping.is_set)
    if done.files:
        _log.info("spool drained", count=done.files)
    return done.is_away or done.is_busy or bool(spool.state().waiting)


_drainers: WeakSet[SpoolDrainer] = WeakSet()


def _begin_all_anew() -> None:
    for drainer in tuple(_drainers):
        drainer.begin_anew()


os.register_at_fork(after_in_child=_begin_all_anew)
