"""Reports gather until a batch is worth its commit: to the database one report costs nearly as
much as eight. Who comes alone is stored at once; while others come quickly, for a moment nobody is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from server.reports.store import NewReport, Written

#: So many are a batch, whoever else is on the way.
ENOUGH = 8
#: So long the first of a batch waits for company, in seconds, where it can hope for so many.
PATIENCE_S = 0.003
WORTH_WAITING_FOR = 2
#: How much the newest interval counts, and the longest that does.
_WEIGHT = 1 / 16
_CALM_S = 0.1


class Waiting:
    """A report that somebody waits for."""

    __slots__ = ("abandoned", "answer", "report", "taken", "turn")

    def __init__(self, report: NewReport) -> None:
        self.report = report
        self.answer: Written | None = None
        self.abandoned = False
        self.taken = False
        self.turn = Lock()
        self.turn.acquire()

    def done(self, answer: Written | None) -> None:
        """Let whoever waits go on; without an answer nobody knows whether it is stored."""
        self.answer = answer
        self.turn.release()


class Gathering:
    """What waits for one writer. `clock` gives seconds that never run backwards."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._waiting: list[Waiting] = []
        self._interval = _CALM_S
        self._last = 0.0
        self._ended = False
        self._called = Lock()
        self._called.acquire()

    def join(self, waiting: Waiting) -> bool:
        """Wait from now on; the writer is called once there is no use in waiting for company.

        True for the one who has to call it after `PATIENCE_S`, if it was not taken by then.
        """
        with self._lock:
            now = self._clock()
            self._interval += (min(now - self._last, _CALM_S) - self._interval) * _WEIGHT
            self._last = now
            self._waiting.append(waiting)
            number = len(self._waiting)
            is_alone = self._interval * WORTH_WAITING_FOR > PATIENCE_S
        if is_alone or number >= ENOUGH:
            self.call()
            return False
        return number == 1

    def call(self) -> None:
        """Let the writer take what waits."""
        with suppress(RuntimeError):  # it was called already
            self._called.release()

    def take(self, seconds: float) -> list[Waiting] | None:
        """All that wait, once called; None when nobody called for so long. For one thread."""
        if not self._called.acquire(timeout=seconds):
            return None
        with self._lock:
            taken, self._waiting = self._waiting, []
        for each in taken:
            each.taken = True
        return taken

    def end(self) -> None:
        """Nobody joins any more: what waits is taken."""
        self._ended = True
        self.call()

    @property
    def is_over(self) -> bool:
        """Whether it has ended, and nobody waits."""
        return self._ended and not self._waiting
