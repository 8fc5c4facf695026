"""Read the tallies: by day, by a dimension, by partner. The reports themselves are never read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.statistics.models import Tally
from server.statistics.vocabulary import Dimension, Owner

_OWNERS: dict[Owner, Any] = {
    Owner.PORTAL: Tally.portal_id,
    Owner.PARTNER: Tally.partner_id,
    Owner.KEY: Tally.key_id,
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many reports have a value; of an Owner, the value is its id as text."""

    value: str
    reports: int


def days_of(start: date, end: date) -> list[date]:
    """Every day from `start` to `end`, both included."""
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def reports_by_day(
    session: Session,
    start: date,
    end: date,
    *,
    portal_id: UUID | None = None,
    partner_id: UUID | None = None,
    key_id: UUID | None = None,
) -> dict[date, int]:
    """Live reports of each UTC day from `start` to `end`, both included; no day is left out."""
    query = _tallies(Dimension.TOTAL, start, end, portal_id, partner_id, key_id)
    rows = session.execute(
        query.add_columns(Tally.day, func.sum(Tally.reports)).group_by(Tally.day)
    )
    counted: dict[date, int] = {day: int(reports) for day, reports in rows}
    return {day: counted.get(day, 0) for day in days_of(start, end)}


def breakdown(
    session: Session,
    by: Dimension | Owner,
    start: date,
    end: date,
    *,
    portal_id: UUID | None = None,
    partner_id: UUID | None = None,
    key_id: UUID | None = None,
) -> list[Count]:
    """Live reports from `start` to `end` by a dimension's values or by owner, the most first.

    NO_VALUE stands for reports without one, OTHER_VALUES for those too rare to be kept apart.
    """
    column = _OWNERS[by] if isinstance(by, Owner) else Tally.value
    dimension = Dimension.TOTAL if isinstance(by, Owner) else by
    query = _tallies(dimension, start, end, portal_id, partner_id, key_id)
    rows = session.execute(query.add_columns(column, func.sum(Tally.reports)).group_by(column))
    counts = [Count(str(value), int(reports)) for value, reports in rows]
    return sorted(counts, key=lambda count: (-count.reports, count.value))


def tallies_of(
    session: Session,
    day: date,
    *,
    portal_id: UUID | None = None,
    partner_id: UUID | None = None,
) -> list[Tally]:
    """All tallies of a day, as they are kept: by key, dimension and value."""
    query = select(Tally).where(Tally.day == day)
    if portal_id is not None:
        query = query.where(Tally.portal_id == portal_id)
    if partner_id is not None:
        query = query.where(Tally.partner_id == partner_id)
    return list(session.scalars(query.order_by(Tally.key_id, Tally.dimension, Tally.value)))


def last_30_days(session: Session, now: datetime) -> dict[UUID, tuple[int, ...]]:
    """For each partner with reports in the 30 days to `now`: 30 counts, the oldest first."""
    end = now.astimezone(UTC).date()
    days = days_of(end - timedelta(days=29), end)
    query = _tallies(Dimension.TOTAL, days[0], end, None, None, None)
    columns = (Tally.partner_id, Tally.day)
    rows = session.execute(query.add_columns(*columns, func.sum(Tally.reports)).group_by(*columns))
    counted: dict[UUID, dict[date, int]] = {}
    for partner_id, day, reports in rows:
        counted.setdefault(partner_id, {})[day] = int(reports)
    return {
        partner_id: tuple(by_day.get(day, 0) for day in days)
        for partner_id, by_day in counted.items()
    }


def _tallies(
    dimension: Dimension,
    start: date,
    end: date,
    portal_id: UUID | None,
    partner_id: UUID | None,
    key_id: UUID | None,
) -> Select[Any]:
    query: Select[Any] = select().where(
        Tally.dimension == dimension, Tally.day >= start, Tally.day <= end
    )
    wanted = (
        (Tally.portal_id, portal_id),
        (Tally.partner_id, partner_id),
        (Tally.key_id, key_id),
    )
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    return query
