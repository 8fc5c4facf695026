"""How much lies in the spool, known without listing the folder at each report.

Each process counts the files at its start, then its own changes, and counts the files again every
few seconds for those of the others: the limits hold to within what they add in between.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from weakref import WeakSet

from server.intake.spool_durable import UNFINISHED

SUFFIX = ".report"
SET_APART = "set-apart"

_RECOUNT_S = 2.0
#: Counting takes at most a tenth of one thread, however much lies there.
_RECOUNT_SHARE = 10
#: What disks hand out.
_BLOCK = 4_096
#: A file that is being written for longer was left by a process that was killed.
_LEFT_S = 600.0


class Entry(NamedTuple):
    """A file that waits. Ordered by age."""

    at: float
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class SpoolState:
    """What lies in the spool. `bytes` is what it takes of the disk, with what is set apart."""

    waiting: int
    bytes: int
    oldest_at: datetime | None
    set_apart: int
    is_full: bool


@dataclass(slots=True)
class _Count:
    waiting: int = 0
    bytes: int = 0
    oldest: float | None = None
    set_apart: int = 0


class Stock:
    """The count of one folder, shared by all threads of a process."""

    def __init__(
        self,
        folder: Path,
        max_bytes: int,
        max_reports: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_reports = max_reports
        self._clock = clock
        self._count = _Count()
        self._recount_at = -1.0
        self.forget()
        _stocks.add(self)

    def forget(self) -> None:
        """Begin anew: in a forked process another's thread may hold the locks for ever."""
        self._in_flight: list[int] = []
        self._landed_meanwhile: list[int] | None = None
        self._lock = Lock()
        self._recounting = Lock()
        self._recount_at = -1.0

    def reserve(self, size: int, share: float = 1.0) -> bool:
        """Count a report that is about to be written; False when it has no room within that
        share of the limits."""
        self.recount_when_due()
        with self._lock:
            count, taken = self._count, on_disk(size)
            if count.waiting >= share * self._max_reports:
                return False
            if count.bytes + taken > share * self._max_bytes:
                return False
            count.waiting += 1
            count.bytes += taken
            if count.oldest is None:
                count.oldest = time.time()
            self._in_flight.append(taken)
        return True

    def landed(self, size: int, is_there: bool) -> None:
        """What was reserved is written now, or never will be."""
        with self._lock:
            self._in_flight.remove(on_disk(size))
            if is_there and self._landed_meanwhile is not None:
                self._landed_meanwhile.append(on_disk(size))
        if not is_there:
            self.removed(size)

    def removed(self, size: int) -> None:
        """A report is not there any more."""
        with self._lock:
            self._count.waiting = max(0, self._count.waiting - 1)
            self._count.bytes = max(0, self._count.bytes - on_disk(size))
            if not self._count.waiting:
                self._count.oldest = None

    def moved_apart(self) -> None:
        """A report does not wait any more, and lies in the folder still."""
        self.removed(0)
        with self._lock:
            self._count.set_apart += 1

    def state(self) -> SpoolState:
        self.recount_when_due()
        with self._lock:
            count = self._count
            oldest = None if count.oldest is None else datetime.fromtimestamp(count.oldest, UTC)
            # One more of a usual size would not fit.
            full = count.waiting >= self._max_reports or count.bytes + _BLOCK > self._max_bytes
            return SpoolState(count.waiting, count.bytes, oldest, count.set_apart, full)

    def recount_when_due(self) -> None:
        """Count the files when that was some seconds ago; one thread does, the first time all
        wait for it."""
        if self._clock() < self._recount_at:
            return
        if not self._recounting.acquire(blocking=self._recount_at < 0):
            return
        try:
            if self._clock() >= self._recount_at:
                self.recount()
        finally:
            self._recounting.release()

    def recount(self) -> None:
        """Count the files now, and remove what killed processes left unfinished."""
        started = self._clock()
        with self._lock:
            self._landed_meanwhile = []
        count = _counted(self._folder)
        with self._lock:
            # Some of these were counted already: rather too many than too few.
            uncertain = [*self._in_flight, *(self._landed_meanwhile or ())]
            count.waiting += len(uncertain)
            count.bytes += sum(uncertain)
            self._landed_meanwhile = None
            self._count = count
            now = self._clock()
            self._recount_at = now + max(_RECOUNT_S, _RECOUNT_SHARE * (now - started))


def entries(folder: Path) -> Iterator[Entry]:
    """All files that wait, in no order."""
    for entry in _files(folder):
        if entry.name.endswith(SUFFIX):
            found = _stat(entry)
            if found is not None:
                yield Entry(found.st_mtime, Path(entry.path), found.st_size)


def on_disk(size: int) -> int:
    """What a file of this size takes, in bytes."""
    return -(-size // _BLOCK) * _BLOCK


def _counted(folder: Path) -> _Count:
    count = _Count()
    for entry in _files(folder):
        found = _stat(entry)
        if found is None:
            continue
        if entry.name.endswith(SUFFIX):
            count.waiting += 1
            if count.oldest is None or found.st_mtime < count.oldest:
                count.oldest = found.st_mtime
        elif entry.name.endswith(UNFINISHED) and time.time() - found.st_mtime > _LEFT_S:
            Path(entry.path).unlink(missing_ok=True)
            continue
        count.bytes += on_disk(found.st_size)
    for entry in _listed(folder / SET_APART):
        found = _stat(entry)
        if found is not None:
            count.set_apart += 1
            count.bytes += on_disk(found.st_size)
    return count


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    for shard in list(_listed(folder)):
        if len(shard.name) == 2 and shard.is_dir(follow_symlinks=False):
            yield from _listed(Path(shard.path))


def _listed(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            yield from found
    except FileNotFoundError:
        return


def _stat(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # drained since it was listed
        return None


_stocks: WeakSet[Stock] = WeakSet()


def _forget_all() -> None:
    for stock in tuple(_stocks):
        stock.forget()


os.register_at_fork(after_in_child=_forget_all)
