"""P3: wherever the connection breaks around the commit, there is one row, and one receipt.

Every byte of the database's answer, and every so many of the question; FULL=1: every byte.
"""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from server.intake.evidence import Evidence
from server.intake.idempotency import idempotency_hash
from server.intake.spool_drain import drain
from server.reports.models import Envelope, Report
from server.reports.service import ReportWriter, open_store
from server.storage.availability import Availability
from server.storage.database import Database
from tests.crash.scale import scale
from tests.intake.test_accept import submission
from tests.services.cutting_proxy import CuttingProxy

QUESTIONS_CUT = scale(8, 200, 1_000_000)
ANSWERS_CUT = scale(12, 1_000_000, 1_000_000)


@pytest.fixture
def proxy(migrated_postgres):
    host = Path(migrated_postgres.engine.url.query["host"])
    proxy = CuttingProxy(host / ".s.PGSQL.5432")
    yield proxy
    proxy.close()


@pytest.fixture
def clock():
    """Seconds, which the test moves on: a database that was away is tried again after one."""
    return [0.0]


@pytest.fixture
def intake(proxy, database, open_intake, clock):
    url = database.engine.url.set(host="127.0.0.1", port=proxy.port)
    url = url.difference_update_query(["host"])
    url = url.update_query_dict({"sslmode": "disable", "gssencmode": "disable"})
    behind = Database(url.render_as_string(hide_password=False))
    writer = ReportWriter(partial(open_store, behind), Availability(lambda: clock[0]))
    yield open_intake(writer=writer)
    writer.close()
    behind.dispose()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_one_row_and_one_receipt_wherever_it_is_cut(database, intake, proxy, spool, key, clock):
    for _ in range(2):  # the second is as all later ones: connected, and the statement prepared
        proxy.heal()
        intake.accept(submission(key.text), os.urandom(16), Evidence())
    lengths = dict(proxy.counts)
    cuts = [("sent", at) for at in spread(lengths["sent"], QUESTIONS_CUT)]
    cuts += [("answered", at) for at in spread(lengths["answered"], ANSWERS_CUT)]
    ways = {"stored": 0, "spooled": 0}
    for direction, at in cuts:
        clock[0] += 2
        proxy.heal()
        intake.accept(submission(key.text), os.urandom(16), Evidence())  # on a new connection
        report, again = submission(key.text), os.urandom(16)
        proxy.cut(direction, at)
        first = intake.accept(report, again, Evidence())
        ways["spooled" if spool.state().waiting else "stored"] += 1
        proxy.heal()
        clock[0] += 2
        assert intake.accept(report, again, Evidence()) == first, (direction, at)
        drain_all(spool, database)
        with database.reading() as session:
            row = session.scalars(
                select(Report).where(Report.idempotency_hash == idempotency_hash(again))
            ).one()
            assert row.reference == first.reference
            assert session.get(Envelope, (row.id, "report")) is not None
    print(f"{len(cuts)} cuts of {lengths}: {ways}")
    assert ways["spooled"] >= len(cuts) - 1  # the last byte of the answer may be one too many


def drain_all(spool, database):
    """Until nothing waits: the intake's own drainer may be at it, too."""
    store = open_store(database)
    end = time.monotonic() + 20
    while spool.state().waiting:
        assert time.monotonic() < end
        done = drain(spool, store, lambda _text: None)
        assert not done.quarantined
    store.close()
    assert not spool.state().set_apart


def spread(length, number):
    """About `number` of the offsets from 0 to `length`, the first and the last among them."""
    step = max(1, length // number)
    return sorted({*range(0, length, step), length - 1})
