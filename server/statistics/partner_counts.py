"""A partner's own counts of what is over, small cells suppressed, whatever range is asked for."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from server.partners.service import shows_outcomes
from server.reports.service import veiled
from server.reports.vocabulary import PublicStatus
from server.statistics.models import Tally
from server.statistics.queries import days_of, reports_by_day
from server.statistics.suppression import shown_cells, shown_days
from server.statistics.vocabulary import Dimension, Grouping

#: By month: the days that may be shown, and whether the month's sum would tell the others.
_Days = dict[date, tuple[dict[date, int], bool]]

#: What came in before midnight is counted by now, unless no worker ran.
SETTLES = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PartnerCell:
    """Reports of a day or of a month's value; None where a day's count is not shown."""

    start: date
    end: date
    value: str
    reports: int | None


@dataclass(frozen=True, slots=True)
class PartnerCounts:
    """Cells from `start` to `end`, both included, of what is over: nothing is after `until`.
    `total` is the sum of what is shown."""

    grouping: Grouping
    start: date
    end: date
    until: date
    cells: tuple[PartnerCell, ...]

    @property
    def total(self) -> int:
        return sum(cell.reports or 0 for cell in self.cells)


def closed_until(grouping: Grouping, now: datetime) -> date:
    """The last day that a partner may see: the last that is over, in UTC and for an hour; of all
    groupings but days, the last of a calendar month that is over."""
    day = (now.astimezone(UTC) - SETTLES).date()
    return (day if grouping is Grouping.DAY else day.replace(day=1)) - timedelta(days=1)


def partner_counts(
    session: Session,
    grouping: Grouping,
    start: date,
    end: date,
    *,
    partner_id: UUID,
    portal_id: UUID,
    now: datetime | None = None,
) -> PartnerCounts:
    """Live reports of a partner in one portal by day, or by month and campaign, origin or outcome.

    Only of days and months that are over (`closed_until`): whoever asks before and after a report
    came sees no difference. There is no narrower selection, by key for instance: the difference
    between two overlapping ones would show what neither does. For the same reason a range is
    widened to whole months unless the grouping is by day, and suppression goes by months.
    Values of a month that are not shown are left out; days stay, without their count. Where a
    portal tells nobody what came of a report, its partners are not told either.
    """
    counts = no_counts(grouping, start, end, now=now)
    first, last = start.replace(day=1), min(_month_end(end), counts.until)
    if first > last:
        return counts
    by_day = reports_by_day(session, first, last, partner_id=partner_id, portal_id=portal_id)
    days = {month: shown_days(of_month) for month, of_month in _months(by_day).items()}
    if grouping is Grouping.DAY:
        return replace(counts, cells=tuple(_day_cells(counts.cells, days)))
    by_month = _by_month(session, Dimension(grouping.value), first, last, partner_id, portal_id)
    if grouping is Grouping.OUTCOME and not shows_outcomes(session, portal_id):
        by_month = {month: _veiled(cells) for month, cells in by_month.items()}
    return replace(counts, cells=tuple(_month_cells(by_month, days)))


def no_counts(
    grouping: Grouping, start: date, end: date, *, now: datetime | None = None
) -> PartnerCounts:
    """The answer for a partner without any report; test reports are never counted."""
    until = closed_until(grouping, now or datetime.now(UTC))
    if grouping is not Grouping.DAY:
        return PartnerCounts(grouping, *_whole_months(start, end), until, ())
    days = days_of(start, min(end, until))
    cells = tuple(PartnerCell(day, day, day.isoformat(), None) for day in days)
    return PartnerCounts(grouping, start, end, until, cells)


def _months(by_day: dict[date, int]) -> dict[date, dict[date, int]]:
    months: dict[date, dict[date, int]] = {}
    for day, reports in by_day.items():
        months.setdefault(day.replace(day=1), {})[day] = reports
    return months


def _day_cells(cells: Iterable[PartnerCell], days: _Days) -> Iterator[PartnerCell]:
    for cell in cells:
        shown, _ = days[cell.start.replace(day=1)]
        yield replace(cell, reports=shown.get(cell.start))


def _month_cells(by_month: dict[date, dict[str, int]], days: _Days) -> Iterator[PartnerCell]:
    for month in sorted(by_month):
        _, sum_tells = days[month]
        shown = {} if sum_tells else shown_cells(by_month[month])
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
