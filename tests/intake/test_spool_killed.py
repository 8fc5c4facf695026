"""Killed at any moment: what was acknowledged is there, and comes into the database once.

Two kills each; tests/crash kills whole servers under load.
"""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import func, select

from server.intake import spool_drain
from server.intake.spool import Spool
from server.intake.spool_drain import drain
from server.reports.models import Envelope, Report
from server.reports.service import open_store
from server.storage.database import Database
from tests.factories.new_report import new_report


def spool_in(folder):
    return Spool(folder, max_bytes=1 << 30, max_reports=100_000)


def put_for_ever(folder, ledger):
    """A server, and the client that notes each answer."""
    spool = spool_in(folder)
    while True:
        report = new_report()
        spool.put(report)
        os.write(ledger, report.id.bytes)


def drain_slowly(folder, url, ledger):
    """Notes each file before it is removed, after the commit of its batch."""
    spool_drain.BATCH = 4
    spool = spool_in(folder)
    remove = spool.remove

    def noting(entry):
        os.write(ledger, b".")
        remove(entry)

    spool.remove = noting
    drain(spool, open_store(Database(url)), lambda text: None)


def killed_after(count, work, *arguments):
    """All that a process noted until it was killed, which it is after so many bytes."""
    ledger, noting = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(ledger)
            work(*arguments, noting)
        finally:
            os._exit(1)
    os.close(noting)
    with open(ledger, "rb") as notes:  # noqa: PTH123  (it is open already)
        said = notes.read(count)
        os.kill(child, signal.SIGKILL)
        said += notes.read()
    assert len(said) >= count
    os.waitpid(child, 0)
    return said


def test_whatever_was_acknowledged_before_the_kill_lies_there(tmp_path):
    folder = tmp_path / "spool"
    acknowledged = set()
    kills = (1, 2, 3, 5, 8, 13)
    for answers in kills:
        ledger = killed_after(answers * 16, put_for_ever, folder)
        acknowledged |= {ledger[at : at + 16] for at in range(0, len(ledger), 16)}
    spool = spool_in(folder)
    found = [spool.read(entry).id.bytes for entry in spool.oldest(100_000)]
    assert acknowledged <= set(found)
    # Put, and killed before it could be said:
    assert len(found) == len(set(found)) <= len(acknowledged) + len(kills)


@pytest.mark.parametrize("removed", [1, 6])
def test_a_drain_that_was_killed_leaves_each_report_once(database, spool, removed):
    reports = [new_report() for _ in range(10)]
    for report in reports:
        spool.put(report)
    url = database.engine.url.render_as_string(hide_password=False)
    killed_after(removed, drain_slowly, spool.folder, url)
    again = open_store(database)
    done = drain(spool, again, lambda text: None)
    again.close()
    assert not done.is_busy  # the lock went with the process
    with database.reading() as session:
        assert set(session.scalars(select(Report.id))) == {report.id for report in reports}
        assert session.scalar(select(func.count()).select_from(Envelope)) == len(reports)
    assert spool.oldest(10) == []
