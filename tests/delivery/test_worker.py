"""The worker: each message carried out once, failures tried again, and none lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.delivery import leases
from server.delivery.models import OutboxMessage
from server.delivery.service import (
    Done,
    Jobs,
    Message,
    RecurringJob,
    Worker,
    enqueue,
    list_dead_letters,
    retry_dead_letters,
    tidy_up,
    work_state,
)
from server.storage.database import Database

TOPIC = "thing.happened"
DAY = timedelta(days=1)


class Hands:
    """A handler that notes what it was given, and fails on messages that say so."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, session: Session, messages: Sequence[Message]) -> None:
        self.batches.append([message.payload["n"] for message in messages])
        if any(message.payload.get("bad") for message in messages):
            raise ArithmeticError("words of a citizen")

    @property
    def handled(self) -> list[int]:
        return [number for batch in self.batches for number in batch]


def send(database: Database, *payloads: dict[str, Any], topic: str = TOPIC) -> None:
    with database.transaction() as session:
        for payload in payloads:
            enqueue(session, topic, payload)


def rows(database: Database) -> list[OutboxMessage]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def worker(database: Database, hands: Hands) -> Worker:
    return Worker(database, Jobs({TOPIC: hands}))


def test_messages_are_carried_out_in_batches_and_done(
    database: Database, worker: Worker, hands: Hands
) -> None:
    send(database, *({"n": number} for number in range(250)))
    done = worker.run_once()
    assert [len(batch) for batch in hands.batches] == [200, 50]
    assert sorted(hands.handled) == list(range(250))
    assert done.messages == 250
    assert all(row.done_at and row.leased_by is None for row in rows(database))
    assert worker.run_once().messages == 0


def test_one_bad_message_does_not_keep_the_others_of_its_batch(
    database: Database, worker: Worker, hands: Hands
) -> None:
    send(database, {"n": 1}, {"n": 2, "bad": True}, {"n": 3})
    done = worker.run_once()
    assert (done.messages, done.failures) == (2, 1)
    undone = [row for row in rows(database) if row.done_at is None]
    assert [row.payload["n"] for row in undone] == [2]
    assert undone[0].last_error == "ArithmeticError"
    assert undone[0].available_at > datetime.now(UTC)


UNREADABLE = ('{"n": ' + "9" * 5_000 + "}", "[1]", "null", "not json", "", '{"n": ' + "[" * 20_000)


@pytest.mark.parametrize("payload", UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_payload_that_nobody_can_read_fails_alone_until_it_is_a_dead_letter(
    database: Database, worker: Worker, hands: Hands, payload: str
) -> None:
    send(database, {"n": 1}, {"n": 2}, {"n": 3})
    spoilt = rows(database)[1].id
    with database.transaction() as session:
        if not database.is_sqlite:
            try:
                with session.begin_nested():
                    session.execute(text("SELECT CAST(:payload AS jsonb)"), {"payload": payload})
            except DBAPIError:
                return  # PostgreSQL takes JSON only
        value = ":payload" if database.is_sqlite else "CAST(:payload AS jsonb)"
        session.execute(
            text(f"UPDATE outbox_messages SET payload = {value} WHERE id = :id"),  # noqa: S608
            {"payload": payload, "id": spoilt.hex if database.is_sqlite else spoilt},
        )
    done = worker.run_once()
    assert (sorted(hands.handled), done.messages, done.failures) == ([1, 3], 2, 1)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(13):
            clock.shift(timedelta(hours=2))
            worker.run_once()
    with database.reading() as session:
        [letter] = list_dead_letters(session)
    assert (letter.id, letter.attempts, letter.last_error) == (spoilt, 12, "UnreadablePayload")


def test_recurring_jobs_run_when_the_messages_cannot_be_looked_at(
    database: Database, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks: list[Database] = []
    jobs = Jobs({TOPIC: hands}, (RecurringJob("tick", DAY, ticks.append),))
    worker = Worker(database, jobs)
    worker.introduce()
    send(database, {"n": 1})

    def no_claim(*_: Any, **__: Any) -> Any:
        raise ArithmeticError

    monkeypatch.setattr(leases, "claim", no_claim)
    with pytest.raises(ArithmeticError):
        worker.turn(Done())
    with pytest.raises(ArithmeticError):
        worker.run_once()
    assert len(ticks) == 2


def test_what_a_failed_handler_wrote_is_undone(database: Database) -> None:
    def half(session: Session, messages: Sequence[Message]) -> None:
        enqueue(session, "half.way", {})
        raise ArithmeticError

    send(database, {"n": 1})
    Worker(database, Jobs({TOPIC: half})).run_once()
    assert [row.topic for row in rows(database)] == [TOPIC]


def test_after_12_attempts_a_message_is_a_dead_letter_and_may_be_retried(
    database: Database, worker: Worker, hands: Hands
) -> None:
    send(database, {"n": 1, "bad": True})
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(15):
            clock.shift(timedelta(hours=2))
            worker.run_once()
    assert len(hands.batches) == 12
    with database.transaction() as session:
        [letter] = list_dead_letters(session)
        assert (letter.attempts, letter.last_error) == (12, "ArithmeticError")
        assert work_state(session).dead_letters == 1
        now = datetime.now(UTC)
        assert retry_dead_letters(session, ids=[letter.id], now=now, actor="system") == 1
        assert work_state(session).dead_letters == 0
    worker.run_once()
    assert len(hands.batches) == 13


def test_a_message_that_ends_its_workers_becomes_a_dead_letter(database: Database) -> None:
    send(database, {"n": 1})
    now = datetime.now(UTC)
    for _ in range(20):
        now += timedelta(minutes=2)
        with database.transaction() as session:
            leases.claim(session, [TOPIC], "worker", now)
    with time_machine.travel(now + timedelta(minutes=2), tick=False):
        tidy_up(database)
    [row] = rows(database)
    assert (row.attempts, row.last_error) == (12, leases.WORKER_LOST)
    assert row.failed_at is not None


def test_a_topic_that_nobody_handles_waits_without_failing(
    database: Database, worker: Worker, hands: Hands
) -> None:
    send(database, {"n": 1}, topic="not.ours.yet")
    send(database, {"n": 2})
    worker.run_once()
    assert hands.handled == [2]
    [waiting] = [row for row in rows(database) if row.done_at is None]
    assert (waiting.attempts, waiting.last_error, waiting.failed_at) == (0, None, None)


def test_two_workers_never_hold_the_same_message(database: Database) -> None:
    send(database, *({"n": number} for number in range(10)))
    now = datetime.now(UTC)
    with database.transaction() as session:
        first = leases.claim(session, [TOPIC], "a", now, limit=6)
    with database.transaction() as session:
        second = leases.claim(session, [TOPIC], "b", now, limit=6)
    assert len(first) == 6
    assert len(second) == 4
    assert not {message.id for message in first} & {message.id for message in second}


def test_postgresql_passes_over_what_another_worker_is_taking(database: Database) -> None:
    if database.is_sqlite:
        return  # one writer at a time: there is nothing to pass over
    send(database, *({"n": number} for number in range(4)))
    now = datetime.now(UTC)
    with database.transaction() as first, database.transaction() as second:
        taken = leases.claim(first, [TOPIC], "a", now, limit=2)
        others = leases.claim(second, [TOPIC], "b", now, limit=4)
    assert len(taken) == len(others) == 2


def test_who_lost_a_lease_cannot_complete(database: Database) -> None:
    send(database, {"n": 1})
    now = datetime.now(UTC)
    with database.transaction() as session:
        [message] = leases.claim(session, [TOPIC], "slow", now)
    with database.transaction() as session:
        assert leases.claim(session, [TOPIC], "early", now + timedelta(seconds=59)) == []
        leases.renew(session, [message.id], "slow", now + timedelta(seconds=80))
        assert leases.claim(session, [TOPIC], "early", now + timedelta(seconds=61)) == []
        assert leases.claim(session, [TOPIC], "other", now + timedelta(seconds=81))
    with pytest.raises(leases.LeaseLost), database.transaction() as session:
        leases.complete(session, [message.id], "slow", now)


def test_a_worker_that_is_stopped_gives_back_what_it_did_not_begin(database: Database) -> None:
    def stop(session: Session, messages: Sequence[Message]) -> None:
        worker.stop()

    worker = Worker(database, Jobs({"a.first": stop, "b.second": stop}))
    send(database, {}, topic="a.first")
    send(database, {}, topic="b.second")
    worker.run_once()
    first, second = rows(database)
    assert first.done_at is not None
    assert (second.done_at, second.attempts, second.leased_by) == (None, 0, None)


def test_a_recurring_job_is_done_by_one_worker_when_it_is_due(database: Database) -> None:
    runs: list[str] = []

    def worker(name: str) -> Worker:
        job = RecurringJob("some.job", timedelta(minutes=5), lambda _database: runs.append(name))
        return Worker(database, Jobs(recurring=(job,)))

    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        first, second = worker("a"), worker("b")
        for each in (first, second):
            each.introduce()
            each.turn(Done())
        assert runs == ["a"]
        clock.shift(timedelta(minutes=5))
        for each in (second, first):
            each.turn(Done())
        assert runs == ["a", "b"]


def test_a_recurring_job_that_fails_says_so_and_is_tried_again(database: Database) -> None:
    runs: list[int] = []

    def fail(_database: Database) -> None:
        runs.append(1)
        if len(runs) == 1:
            raise ArithmeticError("words of a citizen")

    worker = Worker(database, Jobs(recurring=(RecurringJob("some.job", timedelta(0), fail),)))
    assert worker.run_once().failed_jobs == ["some.job"]
    with database.reading() as session:
        [state] = work_state(session).jobs
    assert (state.last_error, state.last_done_at) == ("ArithmeticError", None)
    assert worker.run_once().jobs == ["some.job"]
    with database.reading() as session:
        [state] = work_state(session).jobs
    assert state.last_error is None
    assert state.last_done_at is not None


def test_messages_done_over_a_week_ago_are_forgotten(database: Database, worker: Worker) -> None:
    with time_machine.travel(datetime.now(UTC) - 8 * DAY, tick=False):
        send(database, {"n": 1}, {"n": 2, "bad": True})
        worker.run_once()
    send(database, {"n": 3})
    worker.run_once()
    tidy_up(database)
    assert [row.payload["n"] for row in rows(database)] == [2, 3]


@given(st.integers(1, 40))
def test_the_wait_grows_from_a_second_to_an_hour(attempts: int) -> None:
    seconds = leases.backoff(attempts).total_seconds()
    assert 0.5 <= seconds <= 3_600
    assert attempts < 12 or seconds >= 1_000
