"""P2: no report is lost after it was acknowledged when the power is cut.

In the suite one cut, while a spool is drained into SQLite; by `make test-crash` six, with FULL=1
50, on each of SQLite, PostgreSQL, the spool, and both. The controls, which do not flush, lose.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import text

from server.intake.spool_file import SpoolFileDamaged, decode
from server.intake.spool_stock import entries
from server.storage import migrate
from server.storage.database import Database
from tests.crash.acknowledging import keep_reporting
from tests.crash.disk import PowerCutDisk
from tests.crash.scale import scale
from tests.crash.test_outage import signalled
from tests.services.postgres import Cluster, restart_cluster, start_cluster

CUTS = scale(1, 6, 50)
CONTROL_CUTS = scale(1, 3, 10)
#: At least so many are acknowledged between two cuts; then it comes at some moment.
BETWEEN = scale(10, 30, 30)
MOMENTS_S = scale(50, 400, 400) / 1_000

#: What writes is forked from a process that has imported all it needs.
PROGRAMS = multiprocessing.get_context("forkserver")
PROGRAMS.set_forkserver_preload(["tests.crash.acknowledging"])

KINDS = ["drained", "sqlite", "postgresql", "spool"]
CONTROLS = ["spool", "sqlite", "postgresql"]


class Kept:
    """Whatever keeps reports on a disk: where the writing program writes, what is there later."""

    kind = ""

    def __init__(self, disk: PowerCutDisk) -> None:
        self.root = disk.root

    @property
    def target(self) -> str:
        return str(self.root)

    def freeze(self) -> None:
        """Stop writing at once."""

    def end(self) -> None:
        """It has no power."""

    def start(self) -> None:
        """It has power again."""

    def reports(self) -> set[str]:
        """The idempotency hashes of what is there; checks that each report is whole."""
        raise NotImplementedError


class InSpool(Kept):
    kind = "spool"

    @property
    def target(self) -> str:
        return str(self.root / "spool")

    def reports(self) -> set[str]:
        return spooled(self.root / "spool")


class InSqlite(Kept):
    kind = "sqlite"

    def __init__(self, disk: PowerCutDisk, migrated: Path) -> None:
        super().__init__(disk)
        shutil.copy(migrated, self.root / "portals.db")

    @property
    def target(self) -> str:
        return f"sqlite:///{self.root}/portals.db"

    def reports(self) -> set[str]:
        return stored(self.target)


class InDrainedSpool(InSqlite):
    kind = "drained"

    @property
    def target(self) -> str:
        return str(self.root)

    def reports(self) -> set[str]:
        return spooled(self.root / "spool") | stored(f"sqlite:///{self.root}/portals.db")


class InPostgresql(Kept):
    kind = "postgresql"

    def __init__(self, disk: PowerCutDisk) -> None:
        super().__init__(disk)
        self.cluster = start_cluster(durable=True, inside=disk.root)
        # Else it flushes each of a thousand files at its start: seconds on such a disk.
        with (self.cluster.folder / "data/postgresql.conf").open("a") as settings:
            settings.write("recovery_init_sync_method = syncfs\n")
        self._url = self.cluster.create_database("portals")
        database = Database(self._url)
        migrate.upgrade(database.engine)
        database.dispose()

    @property
    def target(self) -> str:
        return self._url

    def freeze(self) -> None:
        self._processes = signalled(self.cluster.process_id, signal.SIGSTOP)
        until(lambda: all(states(each) <= {"T"} for each in self._processes))

    def end(self) -> None:
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        os.waitpid(self.cluster.process_id, 0)
        until(lambda: all(states(each) <= {"Z", "X"} for each in self._processes))

    def start(self) -> None:
        self.cluster: Cluster = restart_cluster(self.cluster.folder, durable=True)

    def reports(self) -> set[str]:
        return stored(self._url)


def spooled(folder: Path) -> set[str]:
    """Of the files that are whole; a damaged one holds a report that is lost."""
    found = set()
    for entry in entries(folder):
        with suppress(SpoolFileDamaged):
            found.add(decode(entry.path.read_bytes()).idempotency_hash.hex())
    return found


def states(process: int) -> set[str]:
    """What the threads of a process do, as proc(5) says it; nothing when it is no more."""
    found = set()
    for thread in Path(f"/proc/{process}/task").glob("*/stat"):
        with suppress(OSError):
            found.add(thread.read_text().rpartition(") ")[2][0])
    return found


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.002)


def stored(url: str) -> set[str]:
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            if database.is_sqlite:
                assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
            found = list(connection.scalars(text("SELECT idempotency_hash FROM reports")))
            for also in ("envelopes", "outbox_messages"):
                assert connection.scalar(text(f"SELECT count(*) FROM {also}")) == len(found)  # noqa: S608
        return {bytes(each).hex() for each in found}
    finally:
        database.dispose()


@contextmanager
def acknowledging(kept: Kept, ledger: Path, careless: bool) -> Iterator[BaseProcess]:
    """The writing program, once it has had some reports acknowledged."""
    before = len(noted(ledger))
    arguments = (kept.kind, kept.target, str(ledger), careless)
    program = PROGRAMS.Process(target=keep_reporting, args=arguments, daemon=True)
    program.start()
    try:
        end = time.monotonic() + 30
        while len(noted(ledger)) < before + BETWEEN:
            assert program.is_alive()
            assert time.monotonic() < end
            time.sleep(0.005)
        yield program
    finally:
        program.kill()
        program.join()


def noted(ledger: Path) -> list[str]:
    return ledger.read_text().split() if ledger.exists() else []


def run(disk: PowerCutDisk, kept: Kept, ledger: Path, cuts: int, careless: bool = False) -> int:
    """Cut the power again and again, each time on what the last cut left; how many were lost."""
    chance = random.Random(2)
    lost: set[str] = set()
    disk.settle()
    for _ in range(cuts):
        with acknowledging(kept, ledger, careless) as program:
            # Without care they are lost until something else flushes, as SQLite's checkpoints do.
            time.sleep(0 if careless else chance.random() * MOMENTS_S)
            os.kill(program.pid, signal.SIGSTOP)
            until(lambda process=program.pid: states(process) == {"T"})
            kept.freeze()
            with disk.power_cut():
                program.kill()
                program.join()
                kept.end()
        kept.start()
        lost |= set(noted(ledger)) - kept.reports()
    print(
        f"{kept.kind}{', careless' if careless else ''}: {cuts} power cuts, "
        f"{len(noted(ledger))} acknowledged, {len(lost)} lost"
    )
    return len(lost)


@pytest.fixture
def disk() -> Iterator[PowerCutDisk]:
    disk = PowerCutDisk()
    yield disk
    disk.close()


@pytest.fixture
def kept(request, disk, migrated_sqlite) -> Iterator[Kept]:
    match request.param:
        case "spool":
            yield InSpool(disk)
        case "sqlite":
            yield InSqlite(disk, migrated_sqlite)
        case "drained":
            yield InDrainedSpool(disk, migrated_sqlite)
        case "postgresql":
            kept = InPostgresql(disk)
            yield kept
            kept.cluster.stop(crash=True)


@pytest.mark.parametrize("kept", KINDS[: scale(1, 4, 4)], indirect=True)
def test_what_was_acknowledged_outlives_a_power_cut(kept, disk, tmp_path):
    assert run(disk, kept, tmp_path / "ledger", CUTS) == 0


@pytest.mark.parametrize("kept", CONTROLS[: scale(1, 3, 3)], indirect=True)
def test_without_its_care_the_same_loses(kept, disk, tmp_path):
    assert run(disk, kept, tmp_path / "ledger", CONTROL_CUTS, careless=True) > 0


@pytest.mark.skipif(scale(0, 1, 1) == 0, reason="a control of the method: make test-crash")
def test_a_disk_that_is_never_told_to_flush_loses(tmp_path):
    disk = PowerCutDisk(barriers=False)
    try:
        assert run(disk, InSpool(disk), tmp_path / "ledger", CONTROL_CUTS) > 0
    finally:
        disk.close()
