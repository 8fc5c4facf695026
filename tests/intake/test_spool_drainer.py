"""A server's process drains the spool by itself once the database is there. On both databases."""

from __future__ import annotations

import os
from threading import Event

import pytest
from sqlalchemy import select

from server.intake import spool_drainer
from server.intake.spool_drainer import SpoolDrainer
from server.reports.models import Report
from server.reports.service import open_store
from server.storage.availability import Availability, BoundedReads
from tests.factories.new_report import new_report

SOON_S = 20.0


class Announcing:
    """A real store that tells of each commit."""

    def __init__(self, store, stored):
        self.store, self.stored = store, stored

    def write(self, reports):
        answers = self.store.write(reports)
        self.stored.set()
        return answers

    def close(self):
        self.store.close()


@pytest.fixture
def stored():
    return Event()


@pytest.fixture
def reads(database):
    reads = BoundedReads(database, Availability())
    yield reads
    reads.close()


@pytest.fixture
def drainer(database, spool, reads, stored, monkeypatch):
    monkeypatch.setattr(spool_drainer, "WAITING_S", 0.02)
    monkeypatch.setattr(spool_drainer, "IDLE_S", 0.02)
    drainer = SpoolDrainer(spool, lambda: Announcing(open_store(database), stored), reads)
    yield drainer
    drainer.stop()


def count(database):
    with database.reading() as session:
        return len(session.scalars(select(Report.id)).all())


def test_what_an_earlier_process_left_is_drained(database, spool, drainer, stored):
    spool.put(new_report())
    drainer.start()
    assert stored.wait(SOON_S)
    drainer.stop()
    assert count(database) == 1
    assert spool.state().waiting == 0


def test_what_comes_later_is_drained_too(spool, drainer, stored):
    drainer.start()
    spool.put(new_report())
    assert stored.wait(SOON_S)


def test_it_asks_a_database_that_was_away_and_goes_on_when_it_answers(
    spool, drainer, reads, stored
):
    reads.availability.failed()
    spool.put(new_report())
    drainer.start()
    assert stored.wait(SOON_S)
    assert not reads.availability.is_away


def test_a_fault_does_not_end_it(database, spool, reads, monkeypatch):
    monkeypatch.setattr(spool_drainer, "WAITING_S", 0.02)
    stored, faults = Event(), [ValueError("a fault of ours")]

    class Faulty(Announcing):
        def write(self, reports):
            if faults:
                raise faults.pop()
            return super().write(reports)

    drainer = SpoolDrainer(spool, lambda: Faulty(open_store(database), stored), reads)
    spool.put(new_report())
    drainer.start()
    assert stored.wait(SOON_S)
    drainer.stop()


def test_a_thread_that_ended_is_replaced_by_the_next_request(spool, drainer, stored, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(spool_drainer, "_run", lambda *_: None)
        drainer.start()
        drainer._thread.join()
    spool.put(new_report())
    drainer.start()
    assert stored.wait(SOON_S)


def test_a_forked_process_has_a_thread_of_its_own(drainer):
    drainer.start()
    child = os.fork()
    if not child:
        os._exit(0 if drainer._thread is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert drainer._thread.is_alive()
