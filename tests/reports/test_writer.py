"""The writer: many that wait, one commit; nobody waits in vain, whatever the database does."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_bytes

import pytest
from sqlalchemy import func, select, text

from server.delivery.models import OutboxMessage
from server.partners.service import KeyMode
from server.reports import writer as writing
from server.reports.models import Envelope, Report, SpentChallenge
from server.reports.outcome import Outcome
from server.reports.service import (
    ReportWriter,
    SpentProof,
    Written,
    forget_spent_challenges,
    open_store,
)
from server.storage import migrate
from server.storage.availability import Availability, DatabaseAway
from server.storage.database import Database
from tests.factories.stored_report import new_report
from tests.services.postgres import start_cluster


@pytest.fixture
def writer(database):
    writer = ReportWriter(partial(open_store, database), Availability())
    yield writer
    writer.close()


@pytest.fixture
def store(database):
    store = open_store(database)
    yield store
    store.close()


def proof():
    return SpentProof(token_bytes(32), datetime.now(UTC) + timedelta(minutes=10))


def lock(database, digest):
    """Spend a challenge, and leave it open whether it is."""
    connection = database.engine.connect()
    values = {"digest": digest, "expires_at": datetime.now(UTC)}
    connection.execute(SpentChallenge.__table__.insert().values(**values))
    return connection


def count(database, model):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_all_that_belongs_to_a_report_is_there_when_it_is_stored(database, writer):
    report = new_report(challenge=proof())
    assert writer.write(report) == Written(Outcome.STORED)
    with database.reading() as session:
        row = session.get_one(Report, report.id)
        assert (row.idempotency_hash, row.body_tag) == (report.idempotency_hash, report.body_tag)
        assert (row.reference, row.receipt_hmac) == (report.reference, report.receipt_hmac)
        assert (row.received_at, row.updated_at) == (report.received_at, report.received_at)
        assert (row.lane, row.mode, row.state, row.status) == (
            *(report.lane, report.mode),
            *("new", "received"),
        )
        assert (row.portal_id, row.partner_id, row.key_id) == (
            *(report.portal_id, report.partner_id, report.key_id),
        )
        assert (row.campaign, row.origin, row.language, row.territory, row.report_type) == (
            *(report.campaign, report.origin, report.language, report.territory),
            report.report_type,
        )
        [envelope] = session.scalars(select(Envelope))
        assert (envelope.report_id, envelope.ciphertext) == (report.id, report.parts[0].ciphertext)
        [message] = session.scalars(select(OutboxMessage))
        assert message.payload == {
            "report_id": str(report.id),
            "day": report.received_at.date().isoformat(),
        }
        assert (message.attempts, message.done_at) == (0, None)
        [spent] = session.scalars(select(SpentChallenge))
        assert spent.digest == report.challenge.digest


def test_a_test_report_starts_nothing(database, writer):
    writer.write(new_report(mode=KeyMode.TEST))
    assert (count(database, Report), count(database, OutboxMessage)) == (1, 0)


def test_what_was_stored_before_is_the_same_or_a_conflict(database, store):
    first = new_report(challenge=proof())
    again = replace(new_report(), idempotency_hash=first.idempotency_hash)
    assert store.write([first]) == [Written(Outcome.STORED)]
    same = replace(again, body_tag=first.body_tag, challenge=proof())
    [written] = store.write([same])
    assert written.outcome is Outcome.SAME
    assert written.first.received_at == first.received_at
    assert [each.outcome for each in store.write([again])] == [Outcome.CONFLICT]
    assert count(database, Report) == count(database, Envelope) == 1


def test_a_challenge_carries_one_report(database, store):
    challenge = proof()
    first, second = new_report(challenge=challenge), new_report(challenge=challenge)
    assert [each.outcome for each in store.write([first])] == [Outcome.STORED]
    assert [each.outcome for each in store.write([second, new_report()])] == [
        Outcome.SPENT,
        Outcome.STORED,
    ]
    assert count(database, Report) == count(database, Envelope) == 2


def test_one_bad_row_keeps_no_other_out(database, store):
    good, bad = [new_report() for _ in range(3)], new_report(campaign="\x00")
    if database.is_sqlite:  # takes NUL; a reference that is there already it does not
        bad = new_report(reference=good[0].reference)
    answers = store.write([*good, bad])
    assert [each.outcome for each in answers] == [*[Outcome.STORED] * 3, Outcome.REFUSED]
    assert count(database, Report) == count(database, Envelope) == 3


def test_many_that_wait_are_stored_in_few_commits(database, monkeypatch):
    batches = []
    store = open_store(database)

    class Slow:
        """The real store, and a commit that takes its time."""

        def write(self, reports):
            batches.append(len(reports))
            time.sleep(0.05)
            return store.write(reports)

        def close(self):
            store.close()

    writer = ReportWriter(Slow, Availability())
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: writer.write(new_report()), range(96)))
    writer.close()
    assert {each.outcome for each in answers} == {Outcome.STORED}
    assert count(database, Report) == 96
    assert len(batches) < 20


def test_the_same_submission_many_times_at_once_is_stored_once(database, writer):
    report = new_report(challenge=proof())
    with ThreadPoolExecutor(32) as pool:
        outcomes = [each.outcome for each in pool.map(writer.write, [report] * 64)]
    assert sorted(outcomes, key=lambda each: each is Outcome.SAME) == [
        Outcome.STORED,
        *[Outcome.SAME] * 63,
    ]
    assert count(database, Report) == 1


def test_a_forked_process_writes_on_a_connection_of_its_own(database, writer):
    writer.write(new_report())
    child = os.fork()
    if not child:
        os._exit(0 if writer.write(new_report()).outcome is Outcome.STORED else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert writer.write(new_report()).outcome is Outcome.STORED
    assert count(database, Report) == 3


def test_who_waits_is_told_when_the_store_itself_fails(database):
    class Broken:
        def write(self, reports):
            raise RuntimeError("a fault of ours")

        def close(self):
            pass

    writer = ReportWriter(Broken, Availability())
    with pytest.raises(DatabaseAway):
        writer.write(new_report())
    writer.close()


def test_a_thread_that_ended_is_replaced_by_the_next_report(database, writer, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(writing, "_store_all", lambda *_: None)
        writer._ensure_thread()
        writer._thread.join()
    assert writer.write(new_report()).outcome is Outcome.STORED


def test_nobody_waits_longer_than_the_budget_and_the_others_not_at_all(database):
    held = threading.Event()
    asked = []

    class Hanging:
        def write(self, reports):
            asked.append(reports)
            held.wait(10)
            return [Written(Outcome.STORED) for _ in reports]

        def close(self):
            pass

    clock = [0.0]
    availability = Availability(clock=lambda: clock[0])
    writer = ReportWriter(Hanging, availability, budget_s=0.05)
    with pytest.raises(DatabaseAway):
        writer.write(new_report())
    assert availability.is_away
    with pytest.raises(DatabaseAway):
        writer.write(new_report())
    assert len(asked) == 1  # the second was not even asked
    held.set()
    clock[0] = 2.0
    assert writer.write(new_report()).outcome is Outcome.STORED
    assert not availability.is_away
    writer.close()


@contextmanager
def stopped(cluster):
    """All of the server's processes stand still, as a host that hangs."""
    children = Path(f"/proc/{cluster.process_id}/task/{cluster.process_id}/children")
    processes = [cluster.process_id, *map(int, children.read_text().split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def test_a_postgresql_that_hangs_crashes_and_comes_back():
    cluster = start_cluster()
    database = Database(cluster.create_database("portals"))
    writer = ReportWriter(partial(open_store, database), Availability(), budget_s=0.3)
    try:
        migrate.upgrade(database.engine)
        assert _in_the_end(writer).outcome is Outcome.STORED
        with stopped(cluster), pytest.raises(DatabaseAway):
            writer.write(new_report())
        assert _in_the_end(writer).outcome is Outcome.STORED
        with database.engine.connect() as other:
            other.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        with pytest.raises(DatabaseAway):
            writer.write(new_report())
        assert _in_the_end(writer).outcome is Outcome.STORED
    finally:
        writer.close()
        database.dispose()
        cluster.remove()


def _in_the_end(writer):
    """The first answer of a database that comes back."""
    for _ in range(100):
        try:
            return writer.write(new_report())
        except DatabaseAway:
            time.sleep(0.1)
    raise AssertionError("the database did not come back")


def test_spent_challenges_are_forgotten_an_hour_after_their_end(database, store):
    now = datetime.now(UTC)
    old, young = (SpentProof(token_bytes(32), now - timedelta(minutes=m)) for m in (61, 59))
    store.write([new_report(challenge=old), new_report(challenge=young)])
    with database.transaction() as session:
        forget_spent_challenges(session, now)
    with database.reading() as session:
        assert session.scalars(select(SpentChallenge.digest)).all() == [young.digest]


def test_one_challenge_by_many_at_once_carries_one_report(database, writer):
    challenge = proof()
    with ThreadPoolExecutor(32) as pool:
        several = [new_report(challenge=challenge) for _ in range(64)]
        outcomes = [each.outcome for each in pool.map(writer.write, several)]
    assert sorted(outcomes) == [*[Outcome.SPENT] * 63, Outcome.STORED]
    assert count(database, Report) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_processes_that_meet_the_same_challenges_never_wait_for_one_another(database):
    """Whoever sends both could make every batch wait for as long as a deadlock takes to be seen."""
    first, second, third = sorted((proof() for _ in range(3)), key=lambda each: each.digest)
    one, other = open_store(database), open_store(database)
    held, threads = lock(database, second.digest), ThreadPoolExecutor(2)
    with closing(one), closing(other), held, threads:
        ahead = threads.submit(one.write, spending(first, second, third))
        wait_until_waiting(database, 1)
        behind = threads.submit(other.write, spending(third, first))
        wait_until_waiting(database, 2)
        held.rollback()
        assert [each.outcome for each in ahead.result()] == [Outcome.STORED] * 3
        assert [each.outcome for each in behind.result()] == [Outcome.SPENT] * 2
    assert deadlocks(database) == 0


def spending(*proofs):
    """A report for each of these, in this order as the writer sorts them."""
    return [
        new_report(idempotency_hash=bytes([place]) + token_bytes(31), challenge=each)
        for place, each in enumerate(proofs)
    ]


def wait_until_waiting(database, sessions):
    asked = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    end = time.monotonic() + 5
    with database.engine.connect() as connection:
        while connection.scalar(asked) < sessions:
            assert time.monotonic() < end
            connection.rollback()


def deadlocks(database):
    asked = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    with database.engine.connect() as connection:
        return connection.scalar(asked)
