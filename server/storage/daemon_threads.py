"""A few threads for questions that may hang: unlike those of an executor they let the process end.

`concurrent.futures` waits for its threads when the interpreter ends, and so for the database.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Lock, Semaphore, Thread
from typing import Any, TypeAlias, TypeVar

Answer = TypeVar("Answer")
_Work: TypeAlias = SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]


class DaemonThreads:
    """At most `most` of them, each started when it is needed, and ended with this object."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._starting = Lock()
        self._started = 0
        self._idle = Semaphore(0)
        self._work: _Work = SimpleQueue()
        self._end = weakref.finalize(self, _end, self._work, most)

    def submit(self, work: Callable[[], Answer]) -> Future[Answer]:
        """Have `work` done by the next thread that is free."""
        asked: Future[Answer] = Future()
        self._work.put((asked, work))
        if not self._idle.acquire(blocking=False):
            self._start_one()
        return asked

    def close(self) -> None:
        """End the threads once they have done what waits; waits for none."""
        self._end()

    def _start_one(self) -> None:
        with self._starting:
            if self._started == self._most:
                return
            self._started += 1
        # Not a method: a thread that held this object would keep it, and itself, for ever.
        Thread(target=_run, args=(self._work, self._idle), name=self._name, daemon=True).start()


def _run(queue: _Work, idle: Semaphore) -> None:
    while (item := queue.get()) is not None:
        asked, work = item
        if asked.set_running_or_notify_cancel():
            try:
                asked.set_result(work())
            except BaseException as error:
                asked.set_exception(error)
        del asked, work, item
        idle.release()


def _end(queue: _Work, most: int) -> None:
    for _ in range(most):
        queue.put(None)
