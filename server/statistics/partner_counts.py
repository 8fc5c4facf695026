"""A partner's own counts, small cells suppressed, the same whatever range is asked for."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from server.partners.service import shows_outcomes
from server.reports.service import veiled
from server.reports.vocabulary import PublicStatus
from server.statistics.models import Tally
from server.statistics.queries import days_of, reports_by_day
from server.statistics.suppression import shown_cells
from server.statistics.vocabulary import Dimension, Grouping


@dataclass(frozen=True, slots=True)
class PartnerCell:
    """Reports of a day or of a month's value; None where a day's count is not shown."""

    start: date
    end: date
    value: str
    reports: int | None


@dataclass(frozen=True, slots=True)
class PartnerCounts:
    """Cells from `start` to `end`, both included. `total` is the sum of what is shown."""

    grouping: Grouping
    start: date
    end: date
    cells: tuple[PartnerCell, ...]

    @property
    def total(self) -> int:
        return sum(cell.reports or 0 for cell in self.cells)


def partner_counts(
    session: Session,
    grouping: Grouping,
    start: date,
    end: date,
    *,
    partner_id: UUID,
    portal_id: UUID,
) -> PartnerCounts:
    """Live reports of a partner in one portal by day, or by month and campaign, origin or outcome.

    There is no narrower selection, by key for instance: the difference between two overlapping
    ones would show what neither does. For the same reason a range is widened to whole months
    unless the grouping is by day, and each month is suppressed as a whole (`suppression`).
    Values of a month that are not shown are left out; days stay, without their count. Where a
    portal tells nobody what came of a report, its partners are not told either.
    """
    first, last = _whole_months(start, end)
    if grouping is Grouping.DAY:
        counted = reports_by_day(session, first, last, partner_id=partner_id, portal_id=portal_id)
        return PartnerCounts(grouping, start, end, tuple(_day_cells(counted, start, end)))
    by_month = _by_month(session, Dimension(grouping.value), first, last, partner_id, portal_id)
    if grouping is Grouping.OUTCOME and not shows_outcomes(session, portal_id):
        by_month = {month: _veiled(cells) for month, cells in by_month.items()}
    return PartnerCounts(grouping, first, last, tuple(_month_cells(by_month)))


def no_counts(grouping: Grouping, start: date, end: date) -> PartnerCounts:
    """The answer for a partner without any report; test reports are never counted."""
    first, last = (start, end) if grouping is Grouping.DAY else _whole_months(start, end)
    days = days_of(start, end) if grouping is Grouping.DAY else []
    cells = tuple(PartnerCell(day, day, day.isoformat(), None) for day in days)
    return PartnerCounts(grouping, first, last, cells)


def _day_cells(counted: dict[date, int], start: date, end: date) -> Iterator[PartnerCell]:
    months: dict[date, dict[date, int]] = {}
    for day, reports in counted.items():
        months.setdefault(day.replace(day=1), {})[day] = reports
    for day in days_of(start, end):
        shown = shown_cells(months[day.replace(day=1)])
        yield PartnerCell(day, day, day.isoformat(), shown.get(day))


def _month_cells(by_month: dict[date, dict[str, int]]) -> Iterator[PartnerCell]:
    for month in sorted(by_month):
        shown = shown_cells(by_month[month])
        for value, reports in sorted(shown.items(), key=lambda item: (-item[1], item[0])):
            yield PartnerCell(month, _month_end(month), value, reports)


def _by_month(
    session: Session,
    dimension: Dimension,
    first: date,
    last: date,
    partner_id: UUID,
    portal_id: UUID,
) -> dict[date, dict[str, int]]:
    columns = (extract("year", Tally.day), extract("month", Tally.day), Tally.value)
    rows = session.execute(
        select(*columns, func.sum(Tally.reports))
        .where(
            Tally.dimension == dimension,
            Tally.day >= first,
            Tally.day <= last,
            Tally.partner_id == partner_id,
            Tally.portal_id == portal_id,
        )
        .group_by(*columns)
    )
    found: dict[date, dict[str, int]] = {}
    for year, month, value, reports in rows:
        found.setdefault(date(int(year), int(month), 1), {})[value] = int(reports)
    return found


def _veiled(cells: dict[str, int]) -> dict[str, int]:
    known: Counter[str] = Counter()
    for value, reports in cells.items():
        known[veiled(PublicStatus(value), False).value] += reports
    return known


def _whole_months(start: date, end: date) -> tuple[date, date]:
    return start.replace(day=1), _month_end(end)


def _month_end(day: date) -> date:
    return day.replace(day=1) + timedelta(days=monthrange(day.year, day.month)[1] - 1)
