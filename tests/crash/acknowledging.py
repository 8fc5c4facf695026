"""What keeps reports on a disk, and writes down on another one each that is kept."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import event

from server.intake.spool import Spool
from server.intake.spool_drain import drain
from server.reports.service import NewReport, Outcome, ReportStore, ReportWriter, open_store
from server.reports.store_postgresql import PostgresStore
from server.storage.availability import Availability, DatabaseAway
from server.storage.database import Database
from tests.factories.new_report import new_report

THREADS = 4

#: Keeps a report, or raises DatabaseAway.
Keep = Callable[[NewReport], object]


class CarelessPostgresStore(PostgresStore):
    def _connect(self) -> Any:
        connection = super()._connect()
        connection.execute("SET synchronous_commit = off")
        return connection


def open_spool(folder: Path) -> Spool:
    return Spool(folder, max_bytes=1 << 30, max_reports=1 << 20)


def into_database(url: str, careless: bool) -> Keep:
    database = Database(url)
    store: Callable[[], ReportStore] = partial(open_store, database)
    if careless and database.is_sqlite:
        event.listen(
            database.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL"),
        )
    elif careless:
        store = partial(CarelessPostgresStore, database.engine)
    writer = ReportWriter(store, Availability())

    def keep(report: NewReport) -> None:
        assert writer.write(report).outcome is Outcome.STORED

    return keep


def into_spool(folder: Path, careless: bool) -> Keep:
    if careless:
        os.fsync = lambda _: None
    return open_spool(folder).put


def into_drained_spool(folder: Path, database: str) -> Keep:
    """The spool, which is drained all the time: into a database on the same disk."""
    store, draining = open_store(Database(database)), open_spool(folder)

    def empty() -> None:
        while True:
            done = drain(draining, store, lambda _: None)
            assert not done.set_apart
            if not done.files:
                time.sleep(0.002)

    Thread(target=empty, daemon=True).start()
    return open_spool(folder).put


def report_for_ever(keep: Keep, ledger: int) -> None:
    while True:
        report = new_report()
        try:
            keep(report)
        except DatabaseAway:  # this machine is slow just now
            time.sleep(0.05)
            continue
        os.write(ledger, f"{report.idempotency_hash.hex()}\n".encode())


def keep_reporting(kind: str, target: str, ledger: str, careless: bool) -> None:
    """Until this process is killed. `careless` leaves out what makes the kind durable: a control.

    The line of a report in the file `ledger` is the hash of its idempotency key.
    """
    match kind:
        case "spool":
            keep = into_spool(Path(target), careless)
        case "drained":
            keep = into_drained_spool(Path(target) / "spool", f"sqlite:///{target}/portals.db")
        case _:
            keep = into_database(target, careless)
    file = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for _ in range(THREADS):
        Thread(target=report_for_ever, args=(keep, file), daemon=True).start()
    time.sleep(60)  # whoever started this kills it long before
