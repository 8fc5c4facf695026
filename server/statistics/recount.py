"""Tallies by recount: a day is counted anew from its reports, so that counting twice is harmless.

A report that comes in marks its day stale, in the transaction in which its message is done. The
count takes the number of marks along: marks that come while it runs leave the day stale.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.reports.service import CountedBy, count_reports, oldest_day
from server.statistics.models import TalliedDay, Tally
from server.statistics.vocabulary import NO_VALUE, OTHER_VALUES, Dimension
from server.storage.database import Database

#: Values kept apart for each day, key and dimension.
MOST_VALUES = 200
#: A day that took a second to count is left alone for ten, so that a flood of reports cannot keep
#: the worker busy with its tallies.
REST_FACTOR = 10

_COUNTED_BY = {
    Dimension.CAMPAIGN: CountedBy.CAMPAIGN,
    Dimension.ORIGIN: CountedBy.ORIGIN,
    Dimension.LANGUAGE: CountedBy.LANGUAGE,
    Dimension.TERRITORY: CountedBy.TERRITORY,
    Dimension.OUTCOME: CountedBy.STATUS,
}


@dataclass(frozen=True, slots=True)
class DayCount:
    """A day as it was counted: the marks that it answers, and its rows; None to keep the old."""

    day: date
    marks: int
    rows: tuple[dict[str, Any], ...] | None
    seconds: float


def mark_stale(session: Session, days: Collection[date]) -> None:
    """Note that reports of these days came in or changed: they are to be counted again."""
    if not days:
        return
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    build: Any = postgresql.insert if is_postgresql else sqlite.insert
    # In order: two workers that mark the same days cannot wait for each other in a circle.
    rows = [{"day": day, "marks": 1, "counted_marks": 0, "seconds": 0.0} for day in sorted(days)]
    session.execute(
        build(TalliedDay)
        .values(rows)
        .on_conflict_do_update(index_elements=["day"], set_={"marks": TalliedDay.marks + 1})
    )


def stale_days(session: Session, now: datetime, *, rested_only: bool = True) -> list[date]:
    """Days that are to be counted and have rested long enough, the longest uncounted first."""
    rows = session.scalars(select(TalliedDay).where(TalliedDay.marks > TalliedDay.counted_marks))
    rested = [
        row
        for row in rows
        if not rested_only
        or row.counted_at is None
        or now >= row.counted_at + timedelta(seconds=row.seconds * REST_FACTOR)
    ]
    never = datetime.min.replace(tzinfo=UTC)
    rested.sort(key=lambda row: (row.counted_at or never, row.day))
    return [row.day for row in rested]


def count_day(session: Session, day: date, *, force: bool = False) -> DayCount:
    """Count a day's live reports. `session` sees one moment (`Database.snapshot`).

    A day from before the oldest report that is kept has lost reports to retention: its old
    tallies are the better ones and stay, unless `force` says otherwise.
    """
    began = time.monotonic()
    marks = session.scalar(select(TalliedDay.marks).where(TalliedDay.day == day)) or 0
    oldest = oldest_day(session)
    if not force and (oldest is None or day < oldest):
        return DayCount(day, marks, None, 0.0)
    rows = [row for dimension in _COUNTED_BY for row in _rows(session, day, dimension)]
    rows += _totals(row for row in rows if row["dimension"] is Dimension.OUTCOME)
    return DayCount(day, marks, tuple(rows), time.monotonic() - began)


def store_day(session: Session, count: DayCount, now: datetime) -> bool:
    """Put a count in the place of the day's old one; False when a later one is there already.

    The day's row is taken first: of two workers the second waits, and then its older count is
    not stored.
    """
    taken = session.execute(
        update(TalliedDay)
        .where(TalliedDay.day == count.day, TalliedDay.counted_marks <= count.marks)
        .values(counted_marks=count.marks, counted_at=now, seconds=count.seconds)
        .returning(TalliedDay.day)
        .execution_options(synchronize_session=False)
    )
    if taken.first() is None:
        return False
    if count.rows is not None:
        session.execute(delete(Tally).where(Tally.day == count.day))
        if count.rows:
            session.execute(insert(Tally), list(count.rows))
    return True


def recount_day(database: Database, day: date, *, force: bool = False) -> None:
    """Count a day and store it. The counting only reads: on SQLite it keeps no writer waiting."""
    with database.snapshot() as session:
        count = count_day(session, day, force=force)
    with database.transaction() as session:
        store_day(session, count, datetime.now(UTC))


def recount_stale(database: Database, *, budget_s: float = 2.0) -> None:
    """Count stale days that have rested, until none is left or `budget_s` seconds are over."""
    _recount(database, rested_only=True, budget_s=budget_s)


def recount_all_stale(database: Database) -> None:
    """Count every stale day now, however long it takes."""
    _recount(database, rested_only=False, budget_s=float("inf"))


def _recount(database: Database, *, rested_only: bool, budget_s: float) -> None:
    until = time.monotonic() + budget_s
    with database.reading() as session:
        days = stale_days(session, datetime.now(UTC), rested_only=rested_only)
    for day in days:
        recount_day(database, day)
        if time.monotonic() > until:
            return


def _rows(session: Session, day: date, dimension: Dimension) -> list[dict[str, Any]]:
    counts = count_reports(
        session, day, _COUNTED_BY[dimension], most=MOST_VALUES, rest=OTHER_VALUES
    )
    return [
        {
            "day": day,
            "key_id": count.key_id,
            "portal_id": count.portal_id,
            "partner_id": count.partner_id,
            "dimension": dimension,
            "value": count.value,
            "reports": count.reports,
        }
        for count in counts
    ]


def _totals(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of `total`: every report has one outcome, so their sums are all reports."""
    totals: dict[Any, dict[str, Any]] = {}
    for row in rows:
        if total := totals.get(row["key_id"]):
            total["reports"] += row["reports"]
        else:
            totals[row["key_id"]] = row | {"dimension": Dimension.TOTAL, "value": NO_VALUE}
    return list(totals.values())
