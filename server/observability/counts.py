"""Numbers that all processes of a server add to: a row of counters for each, in shared memory.

A process takes the first row that no living process holds, and goes on counting where the last
holder stopped: a killed or recycled worker loses nothing, and there are never more rows than
processes at one time.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from pathlib import Path
from threading import Lock

_BYTES = 8
_MOST_ROWS = 1_024


class Counts:
    """`size` counters, all 0 at first. Without a folder they are this process's alone."""

    def __init__(self, size: int, folder: Path | None = None) -> None:
        self._lock = Lock()
        self._bytes = size * _BYTES
        self._folder = folder
        self._file: int | None = None
        self._row = self._take_row()

    def add(self, index: int, number: int = 1) -> None:
        """Add to one counter; safe from any thread, and a fraction of a microsecond."""
        with self._lock:
            self._row[index] += number

    def totals(self) -> list[int]:
        """Every counter, summed over the rows of all processes that ever counted here."""
        own = list(self._row)
        if self._file is None or self._folder is None:
            return own
        rows = [memoryview(path.read_bytes()).cast("Q") for path in self._folder.glob("*.row")]
        whole = [row for row in rows if len(row) == len(own)]
        return [sum(column) for column in zip(*whole, strict=True)]

    def _take_row(self) -> memoryview:
        if self._folder is not None:
            try:
                return self._shared_row(self._folder)
            except OSError:  # a full disk must not keep anybody from reporting
                self._file = None
        return memoryview(mmap.mmap(-1, self._bytes)).cast("Q")

    def _shared_row(self, folder: Path) -> memoryview:
        for number in range(_MOST_ROWS):
            file = os.open(folder / f"{number}.row", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                # The kernel lets go of it when its holder ends, however that ends.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Its room is taken now: a page that finds none later would end the process.
                os.posix_fallocate(file, 0, self._bytes)
            except BlockingIOError:
                os.close(file)
            except OSError:
                os.close(file)
                raise
            else:
                self._file = file
                return memoryview(mmap.mmap(file, self._bytes)).cast("Q")
        raise OSError("more processes than rows")
