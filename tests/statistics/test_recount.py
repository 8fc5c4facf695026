"""Tallies are what counting the reports gives, however often and by whom they were counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from server.audit.models import AuditEvent
from server.commands.work import count_reports
from server.delivery.service import Jobs, RecurringJob, Worker
from server.partners.service import KeyMode
from server.reports.models import Envelope, Report
from server.reports.service import REPORT_RECEIVED, UNATTRIBUTED, day_received
from server.reports.vocabulary import PublicStatus
from server.statistics import recount
from server.statistics.models import TalliedDay, Tally
from server.statistics.recount import (
    count_day,
    mark_stale,
    recount_all_stale,
    recount_stale,
    stale_days,
    store_day,
)
from server.statistics.service import RebuildRefused, rebuild
from server.statistics.vocabulary import NO_VALUE, OTHER_VALUES, Dimension
from server.storage.database import Database
from server.storage.ids import new_id
from tests.factories.stored_report import KEY, stored_report

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
DAY = MIDNIGHT.date()
KEYS = tuple(new_id() for _ in range(2))

Counted = dict[tuple[date, UUID, Dimension, str], int]


@dataclass(frozen=True)
class Made:
    """A report of a hypothesis example, `seconds` after midnight."""

    seconds: int
    key: int
    mode: KeyMode
    campaign: str | None
    origin: str | None
    language: str
    territory: str | None
    status: PublicStatus

    @property
    def at(self) -> datetime:
        return MIDNIGHT + timedelta(seconds=self.seconds)

    def values(self) -> dict[Dimension, str]:
        return {
            Dimension.TOTAL: NO_VALUE,
            Dimension.CAMPAIGN: self.campaign or NO_VALUE,
            Dimension.ORIGIN: self.origin or NO_VALUE,
            Dimension.LANGUAGE: self.language,
            Dimension.TERRITORY: self.territory or NO_VALUE,
            Dimension.OUTCOME: self.status.value,
        }


reports = st.builds(
    Made,
    seconds=st.sampled_from([-1, 0, 1, 86_399, 86_400]) | st.integers(-90_000, 180_000),
    key=st.integers(0, 1),
    mode=st.sampled_from(KeyMode),
    campaign=st.sampled_from([None, "spring", "other"]),
    origin=st.sampled_from([None, "https://www.example.org"]),
    language=st.sampled_from(["fr", "ar"]),
    territory=st.sampled_from([None, "SN"]),
    status=st.sampled_from(PublicStatus),
)


def store(database: Database, made: Sequence[Made]) -> None:
    with database.transaction() as session:
        for each in made:
            stored_report(
                session,
                each.at,
                key_id=KEYS[each.key],
                mode=each.mode,
                campaign=each.campaign,
                origin=each.origin,
                language=each.language,
                territory=each.territory,
                status=each.status,
            )


def expected(made: Sequence[Made]) -> Counted:
    counted: Counter[Any] = Counter()
    for each in made:
        if each.mode is KeyMode.LIVE:
            for dimension, value in each.values().items():
                counted[each.at.date(), KEYS[each.key], dimension, value] += 1
    return dict(counted)


def tallies(database: Database) -> Counted:
    with database.reading() as session:
        return {
            (row.day, row.key_id, row.dimension, row.value): row.reports
            for row in session.scalars(select(Tally))
        }


def work_a_while(database: Database) -> None:
    for _ in range(6):
        worker(database).run_once()


def empty(database: Database) -> None:
    with database.transaction() as session:
        for table in (Envelope, Report, Tally, TalliedDay):
            session.execute(delete(table))
        session.execute(text("DELETE FROM outbox_messages"))


def worker(database: Database) -> Worker:
    job = RecurringJob("statistics.recount", timedelta(0), recount_all_stale)
    return Worker(database, Jobs({REPORT_RECEIVED: count_reports}, (job,)))


@given(st.lists(st.lists(reports, max_size=6), min_size=1, max_size=4))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_tallies_kept_by_workers_are_those_of_a_rebuild(
    database: Database, batches: list[list[Made]]
) -> None:
    empty(database)
    for batch in batches:
        store(database, batch)
        worker(database).run_once()
    everything = [each for batch in batches for each in batch]
    assert tallies(database) == expected(everything)
    if expected(everything):
        rebuild(database, end=DAY + timedelta(days=3), actor="system")
    assert tallies(database) == expected(everything)


def test_workers_at_the_same_time_count_what_comes_in_meanwhile(database: Database) -> None:
    made = [
        Made(number, 0, KeyMode.LIVE, None, None, "fr", None, PublicStatus.RECEIVED)
        for number in range(24)
    ]
    with ThreadPoolExecutor(3) as pool:
        stored = pool.submit(lambda: [store(database, [each]) for each in made])
        workers = [pool.submit(work_a_while, database) for _ in range(2)]
        for each in (stored, *workers):
            each.result()
    worker(database).run_once()
    assert tallies(database) == expected(made)


def test_a_report_that_comes_while_its_day_is_counted_is_not_left_out(database: Database) -> None:
    with database.transaction() as session:
        stored_report(session, MIDNIGHT)
        mark_stale(session, [DAY])
    with database.snapshot() as session:
        early = count_day(session, DAY)
    with database.transaction() as session:
        stored_report(session, MIDNIGHT)
        mark_stale(session, [DAY])
    with database.transaction() as session:
        assert store_day(session, early, datetime.now(UTC))
    assert total(database) == 1
    with database.reading() as session:
        assert stale_days(session, datetime.now(UTC) + timedelta(hours=1)) == [DAY]


def test_of_two_counts_the_older_one_is_not_stored_over_the_newer(database: Database) -> None:
    counts = []
    for _ in range(2):
        with database.transaction() as session:
            stored_report(session, MIDNIGHT)
            mark_stale(session, [DAY])
        with database.snapshot() as session:
            counts.append(count_day(session, DAY))
    older, newer = counts
    for count, kept in ((newer, True), (older, False), (newer, True)):
        with database.transaction() as session:
            assert store_day(session, count, datetime.now(UTC)) is kept
        assert total(database) == 2


def test_a_count_sees_one_moment(database: Database) -> None:
    """Else the sums of two dimensions would differ, and give suppressed cells away."""
    with database.transaction() as session:
        stored_report(session, MIDNIGHT)
    with database.snapshot() as session:
        assert session.scalar(select(Report.id)) is not None
        with database.transaction() as other:
            stored_report(other, MIDNIGHT)
        count = count_day(session, DAY)
    assert count.rows is not None
    assert {row["reports"] for row in count.rows} == {1}


def test_only_the_200_most_frequent_values_of_a_key_are_kept_apart(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recount, "MOST_VALUES", 2)
    with database.transaction() as session:
        for campaign in ("a", "a", "b", "b", "c", "d", None):
            stored_report(session, MIDNIGHT, campaign=campaign)
        mark_stale(session, [DAY])
    recount_stale(database)
    kept = {
        value: count
        for (_, _, dimension, value), count in tallies(database).items()
        if dimension is Dimension.CAMPAIGN
    }
    assert kept == {"a": 2, "b": 2, OTHER_VALUES: 3}


def test_reports_of_a_key_that_nobody_knows_are_not_counted(database: Database) -> None:
    with database.transaction() as session:
        for key in (KEY, UNATTRIBUTED):
            stored_report(session, MIDNIGHT, key_id=key)
        mark_stale(session, [DAY])
    recount_stale(database)
    assert {key for (_, key, _, _) in tallies(database)} == {KEY}


def test_a_day_rests_ten_times_as_long_as_it_took(database: Database) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        mark_stale(session, [DAY])
        count = count_day(session, DAY)
        store_day(session, recount.DayCount(DAY, count.marks, (), 3.0), now)
        mark_stale(session, [DAY])
        assert stale_days(session, now + timedelta(seconds=29)) == []
        assert stale_days(session, now + timedelta(seconds=30)) == [DAY]


def test_a_message_of_the_first_version_names_its_day_by_the_reports_id(session: Session) -> None:
    identifier = stored_report(session, MIDNIGHT)
    assert day_received({"report_id": str(identifier)}) == DAY


def test_days_whose_reports_were_purged_keep_what_was_counted(database: Database) -> None:
    next_day = DAY + timedelta(days=1)
    with database.transaction() as session:
        stored_report(session, MIDNIGHT)
        stored_report(session, MIDNIGHT + timedelta(days=1))
    worker(database).run_once()
    with database.transaction() as session:
        purged = select(Report.id).where(
            Report.received_at < datetime.combine(next_day, time(), UTC)
        )
        session.execute(delete(Envelope).where(Envelope.report_id.in_(purged)))
        session.execute(delete(Report).where(Report.id.in_(purged)))
        mark_stale(session, [DAY])
    recount_stale(database)
    assert total(database) == 1
    with pytest.raises(RebuildRefused, match=f"begin with {next_day}"):
        rebuild(database, DAY, actor="system")
    rebuild(database, end=next_day, actor="system")
    assert total(database) == 1
    assert rebuild(database, DAY, DAY, force=True, actor="system") == [DAY]
    assert total(database) == 0


def test_without_reports_there_is_nothing_to_rebuild(database: Database) -> None:
    with pytest.raises(RebuildRefused, match="no reports"):
        rebuild(database, actor="system")
    with pytest.raises(RebuildRefused, match="before the first"):
        rebuild(database, DAY, DAY - timedelta(days=1), actor="system")


def test_a_rebuild_is_in_the_audit_trail(database: Database) -> None:
    with database.transaction() as session:
        stored_report(session)
    rebuild(database, actor="command:somebody")
    with database.reading() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.actor) == ("statistics:tallies:rebuilt", "command:somebody")


def total(database: Database) -> int:
    return tallies(database).get((DAY, KEY, Dimension.TOTAL, NO_VALUE), 0)
