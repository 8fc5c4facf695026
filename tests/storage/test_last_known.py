"""Values that outlive the database's absence, and find out by themselves when it is back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from server.storage.availability import TRY_AGAIN_S, Availability, BoundedReads, DatabaseAway
from server.storage.database import Database
from server.storage.last_known import KEPT_S, LastKnown


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reads(database: Database, clock: Clock) -> Iterator[BoundedReads]:
    reads = BoundedReads(database, Availability(clock))
    yield reads
    reads.close()


def double(session: Session, name: str) -> str | None:
    return session.scalar(text("SELECT :name || :name"), {"name": name})


def test_who_is_served_from_memory_finds_out_that_the_database_is_back(
    reads: BoundedReads, clock: Clock
) -> None:
    """Else a process that only shows forms would show a revoked key for a day."""
    known = LastKnown(reads, double, clock=clock)
    assert known.get("a") == "aa"
    clock.now += KEPT_S
    reads.availability.failed()
    assert known.fresh("a") == "aa"
    assert reads._look is None  # it was asked a moment ago
    clock.now += TRY_AGAIN_S
    assert known.fresh("a") == "aa"
    assert reads._look is not None
    reads._look.result(10)
    assert not reads.availability.is_away
    assert known.fresh("a") is None


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_question_that_is_wrong_is_no_absence(reads: BoundedReads) -> None:
    """Nobody takes the forms of all others away by what they ask."""
    with pytest.raises(DataError):
        reads.read(lambda session: double(session, "\0"))
    assert not reads.availability.is_away


def test_a_query_that_fails_leaves_the_value_and_makes_it_no_younger(
    reads: BoundedReads, clock: Clock
) -> None:
    answers = [lambda session, name: double(session, name)]
    known = LastKnown(reads, lambda session, name: answers[-1](session, name), clock=clock)
    assert known.get("a") == "aa"
    answers.append(lambda session, name: session.scalar(text("SELECT nothing FROM nowhere")))
    clock.now += KEPT_S
    assert known.get("a") == "aa"
    assert [each.age_s for each in known.held()] == [KEPT_S]
    with pytest.raises(DatabaseAway):
        known.get("b")
