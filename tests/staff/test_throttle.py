"""Failures slow down their own bucket, exactly, and no other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.staff import service
from server.staff.errors import TooManyFailures
from server.staff.models import SignInThrottle
from server.staff.throttle import (
    FORGOTTEN_AFTER,
    FREE_ATTEMPTS,
    LONGEST_WAIT,
    bucket_of,
    clear_failures,
    take_attempt,
    wait_after,
)
from server.storage.database import Database


@settings(max_examples=50)
@given(st.integers(0, 10_000))
def test_waits_only_grow_and_end_at_an_hour(failures: int) -> None:
    assert timedelta(0) <= wait_after(failures) <= wait_after(failures + 1) <= LONGEST_WAIT
    assert (wait_after(failures) == timedelta(0)) is (failures < FREE_ATTEMPTS)


@settings(max_examples=50)
@given(st.text(), st.none() | st.text(min_size=1))
def test_a_bucket_fits_its_column_and_names_nobody(address: str, device: str | None) -> None:
    bucket = bucket_of(address, device)
    assert len(bucket) <= 80
    assert len(address) < 6 or address not in bucket


def test_after_five_failures_the_next_waits(session: Session) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        for _ in range(FREE_ATTEMPTS):
            take_attempt(session, "a")
        with pytest.raises(TooManyFailures, match="wait 1 minute, or use a passkey"):
            take_attempt(session, "a")
        clock.shift(timedelta(seconds=29))
        with pytest.raises(TooManyFailures):
            take_attempt(session, "a")
        clock.shift(timedelta(seconds=1))
        take_attempt(session, "a")
        clock.shift(timedelta(seconds=59))
        with pytest.raises(TooManyFailures):
            take_attempt(session, "a")


def test_a_day_of_guessing_is_about_thirty_guesses(session: Session) -> None:
    guesses = 0
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        for _ in range(24 * 60):
            clock.shift(timedelta(minutes=1))
            try:
                take_attempt(session, "a")
            except TooManyFailures:
                continue
            guesses += 1
    assert guesses < 40


def test_buckets_do_not_know_each_other(session: Session) -> None:
    for _ in range(FREE_ATTEMPTS):
        take_attempt(session, "strangers")
    with pytest.raises(TooManyFailures):
        take_attempt(session, "strangers")
    take_attempt(session, "known")


def test_success_and_a_day_of_silence_empty_a_bucket(session: Session) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        for bucket in ("a", "b", "c"):
            for _ in range(FREE_ATTEMPTS):
                take_attempt(session, bucket)
        clear_failures(session, "a")
        take_attempt(session, "a")
        with pytest.raises(TooManyFailures):
            take_attempt(session, "b")
        clock.shift(FORGOTTEN_AFTER + timedelta(seconds=1))
        take_attempt(session, "b")
        assert service.forget_old_throttles(session, datetime.now(UTC)) == 2
        assert session.scalars(select(SignInThrottle.bucket)).all() == ["b"]


def test_parallel_attempts_all_count(database: Database) -> None:
    def attempt(_: int) -> bool:
        try:
            with database.transaction() as session:
                take_attempt(session, "a")
        except TooManyFailures:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(24))) == FREE_ATTEMPTS
