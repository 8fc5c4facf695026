"""When a batch is worth its commit: at once for who comes alone, soon for all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from server.reports import writer as writing
from server.reports.gathering import ENOUGH, PATIENCE_S, WORTH_WAITING_FOR, Gathering, Waiting
from server.reports.outcome import Outcome
from server.reports.service import ReportWriter, Written
from server.storage.availability import Availability
from tests.factories.stored_report import new_report

QUICK_S = PATIENCE_S / WORTH_WAITING_FOR / 2
NOBODY = None


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def gathering(clock):
    return Gathering(clock)


def join(gathering):
    return gathering.join(Waiting(new_report()))


def hurry(gathering, clock):
    """Let so many come quickly that company can be hoped for, and take them away."""
    for _ in range(200):
        clock.now += QUICK_S
        join(gathering)
    while gathering.take(0):
        pass


def test_who_comes_alone_is_taken_at_once(gathering, clock):
    for _ in range(50):
        clock.now += PATIENCE_S
        assert not join(gathering)
        assert len(gathering.take(0)) == 1


def test_the_first_of_many_has_to_call_and_the_last_of_a_batch_calls(gathering, clock):
    hurry(gathering, clock)
    assert [join(gathering) for _ in range(ENOUGH - 1)] == [True, *[False] * (ENOUGH - 2)]
    assert gathering.take(0) is NOBODY
    join(gathering)
    assert len(gathering.take(0)) == ENOUGH


def test_whoever_is_there_is_taken_when_somebody_calls(gathering, clock):
    hurry(gathering, clock)
    join(gathering)
    join(gathering)
    gathering.call()
    gathering.call()
    taken = gathering.take(0)
    assert [each.taken for each in taken] == [True, True]
    assert gathering.take(0) is NOBODY


def test_after_a_pause_nobody_hopes_for_company(gathering, clock):
    hurry(gathering, clock)
    clock.now += 60
    assert not join(gathering)
    assert len(gathering.take(0)) == 1


def test_the_end_leaves_nobody_behind(gathering, clock):
    hurry(gathering, clock)
    join(gathering)
    gathering.end()
    assert not gathering.is_over
    assert len(gathering.take(0)) == 1
    assert gathering.is_over


class InMemory:
    """A store that notes its batches, and how often it was closed."""

    def __init__(self):
        self.batches = []
        self.closed = 0

    def write(self, reports):
        self.batches.append(len(reports))
        return [Written(Outcome.STORED) for _ in reports]

    def close(self):
        self.closed += 1


@pytest.fixture
def store():
    return InMemory()


@pytest.fixture
def writer(store):
    writer = ReportWriter(lambda: store, Availability())
    yield writer
    writer.close()


def test_who_hoped_for_company_in_vain_is_stored_by_its_own_call(writer, store):
    clock = Clock()
    writer._gathering = Gathering(clock)
    hurry(writer._gathering, clock)
    assert writer.write(new_report()).outcome is Outcome.STORED
    assert store.batches[-1] == 1


def test_a_crowd_shares_its_commits(writer, store):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: writer.write(new_report()), range(400)))
    assert {each.outcome for each in answers} == {Outcome.STORED}
    assert sum(store.batches) == 400
    assert max(store.batches) > 1


def test_a_call_for_nothing_does_not_close_the_connection(writer, store):
    writer.write(new_report())
    writer._gathering.call()
    while not writer._gathering._called.locked():  # until the writer heard it
        pass
    writer.write(new_report())
    assert store.closed == 0


def test_a_connection_that_nobody_uses_is_closed_and_a_later_report_stored(
    writer, store, monkeypatch
):
    monkeypatch.setattr(writing, "IDLE_S", 0.01)
    writer.write(new_report())
    while not store.closed:
        pass
    assert writer.write(new_report()).outcome is Outcome.STORED


def test_a_writer_that_was_closed_stores_what_comes_later(writer):
    writer.write(new_report())
    writer.close()
    assert writer.write(new_report()).outcome is Outcome.STORED
