"""Keep acknowledged reports in a folder while the database is away, each in a file of its own.

A file's name says which submission it is: found without a list, and the same one lies there once.
"""

from __future__ import annotations

import errno
import fcntl
import heapq
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog

from server.intake.errors import SpoolFailed, SpoolFull
from server.intake.spool_durable import create_durably, make_folder_durably, sync_folder
from server.intake.spool_file import (
    MAX_FILE_BYTES,
    Spooled,
    SpoolFileDamaged,
    decode,
    encode,
)
from server.intake.spool_stock import SET_APART, SUFFIX, Entry, SpoolState, Stock, entries
from server.reports.service import NewReport
from server.reports.vocabulary import Lane

#: Another thread may take the name, and the drain take the file away, between two of our steps.
_ATTEMPTS = 8
#: What reports without proof may take of the spool: whoever floods it during an outage leaves room
#: for citizens whose browsers did the work.
DOUBTFUL_SHARE = 0.75
_DOUBTFUL = frozenset({Lane.LOW, Lane.QUARANTINE})
#: Why a report is set apart, as logs say it.
UNREADABLE = "unreadable"

_log = structlog.get_logger("portals")


class Spool:
    """The spool in `folder`; for all threads of all processes of one machine.

    Makes the folder when the first report comes. The limits are of this machine.
    """

    def __init__(self, folder: Path, *, max_bytes: int, max_reports: int) -> None:
        self.folder = folder
        self._folder_name = str(folder)
        self.max_bytes = max_bytes
        self.max_reports = max_reports
        self._stock = Stock(folder, max_bytes, max_reports)
        self._made: set[Path] = set()

    @property
    def set_apart_folder(self) -> Path:
        """Where reports lie that could not be stored."""
        return self.folder / SET_APART

    def put(self, report: NewReport) -> datetime:
        """Keep a report; it outlives a power cut when this returns.

        Gives when the submission was received: an earlier moment than `report.received_at` when
        it lies there already (the same idempotency hash and body tag). Raises SpoolFull, and
        SpoolFailed when the file system refuses.
        """
        path, data = self._path(report.idempotency_hash, report.body_tag), encode(report)
        with _failing():
            for _ in range(_ATTEMPTS):
                if (first := self._acknowledged(path)) is not None:
                    return first.received_at
                if self._create(path, data, _share(report.lane)):
                    return report.received_at
        raise SpoolFailed("other processes kept changing the same report")

    def find(self, idempotency_hash: bytes, body_tag: bytes) -> Spooled | None:
        """The submission when it waits here, on the disk for certain; raises SpoolFailed."""
        name = self._name(idempotency_hash, body_tag)
        with _failing():
            # Asked for every report: hardly ever is one there.
            if not _exists(f"{self._folder_name}/{name}"):
                return None
            found = self._acknowledged(self.folder / name)
        return None if found is None else Spooled(found.secret_generation, found.received_at)

    def state(self) -> SpoolState:
        """What lies here, with others' changes some seconds late; raises SpoolFailed."""
        with _failing():
            return self._stock.state()

    @contextmanager
    def exclusively(self) -> Iterator[bool]:
        """True for one at a time on this machine, who may take reports away; False for others."""
        with _failing():
            self._make(self.folder)
            descriptor = self._open_lock()
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            try:
                yield True
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            os.close(descriptor)

    def oldest(self, limit: int) -> list[Entry]:
        """At most `limit` of the reports that wait, the oldest first; lists the folder."""
        with _failing():
            return heapq.nsmallest(limit, entries(self.folder))

    def read(self, entry: Entry) -> NewReport | None:
        """The report of an entry, or None when it is gone or its owner is another.

        Raises SpoolFileDamaged also when the disk cannot read it, SpoolFailed for all else.
        """
        with _failing(), suppress(FileNotFoundError, PermissionError):
            try:
                return decode(_content(entry.path))
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                raise SpoolFileDamaged("the disk does not read it") from error
        return None

    def remove(self, entry: Entry) -> None:
        """A report is in the database: it need not lie here.

        Without an fsync: what a power cut brings back is drained again, and found to be the same.
        """
        with _failing(), suppress(FileNotFoundError):
            entry.path.unlink()
            self._stock.removed(entry.size)

    def sync(self, folders: Iterable[Path]) -> None:
        """What was removed from these stays removed."""
        with _failing():
            for folder in folders:
                sync_folder(folder)

    def set_apart(self, path: Path, why: str, report_id: UUID | None = None) -> None:
        """Move a report that cannot be stored to where a person looks at it."""
        apart = self.set_apart_folder
        with _failing(), suppress(FileNotFoundError):
            make_folder_durably(apart)  # each time: a person may have taken it away
            target = apart / path.name
            if target.exists():
                target = apart / f"{path.stem}-{os.urandom(4).hex()}{SUFFIX}"
            path.rename(target)
            sync_folder(apart)
            sync_folder(path.parent)
            named = "unknown" if report_id is None else str(report_id)
            _log.error("spooled report set apart", kind=why, report_id=named)
            self._stock.moved_apart()

    def _create(self, path: Path, data: bytes, share: float) -> bool:
        """False when the name was taken meanwhile, or the folder taken away."""
        if not self._stock.reserve(len(data), share):
            raise SpoolFull
        is_there = False
        try:
            if self.folder not in self._made:
                self._make(self.folder)
                os.close(self._open_lock())  # before the disk is full: it could not be drained
            self._make(path.parent)
            create_durably(path, data)
            is_there = True
        except FileExistsError:
            pass
        except FileNotFoundError:
            self._made.clear()
        finally:
            self._stock.landed(len(data), is_there)
        return is_there

    def _acknowledged(self, path: Path) -> NewReport | None:
        """The report that lies there, on the disk for certain: its writer may not have come to
        its last fsync. A damaged one is set apart, and makes room for a whole one."""
        try:
            data = _content(path, durably=True)
        except FileNotFoundError:
            return None
        try:
            report = decode(data)
        except SpoolFileDamaged:
            self.set_apart(path, UNREADABLE)
            return None
        sync_folder(path.parent)
        return report

    def _path(self, idempotency_hash: bytes, body_tag: bytes) -> Path:
        return self.folder / self._name(idempotency_hash, body_tag)

    @staticmethod
    def _name(idempotency_hash: bytes, body_tag: bytes) -> str:
        name = idempotency_hash.hex()
        return f"{name[:2]}/{name}-{body_tag.hex()}{SUFFIX}"

    def _open_lock(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        return os.open(self.folder / "drain.lock", flags, mode=0o600)

    def _make(self, folder: Path) -> None:
        if folder not in self._made:
            make_folder_durably(folder)
            self._made.add(folder)


def _exists(path: str) -> bool:
    """As os.path.exists, but for a folder that cannot be read, which is an OSError here."""
    try:
        os.stat(path)  # noqa: PTH116  (a Path costs twice as much as the question)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SpoolFailed(_reason(error)) from error


def _share(lane: Lane) -> float:
    return DOUBTFUL_SHARE if lane in _DOUBTFUL else 1.0


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _content(path: Path, durably: bool = False) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123  (it is open already)
        data = file.read(MAX_FILE_BYTES + 1)
        if durably:
            os.fsync(descriptor)
    return data
