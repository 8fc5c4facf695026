"""Count live reports of a day. Test reports are never counted, nor are those that nobody's key
brought: keys that nobody knows cost nothing to invent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, case, func, literal_column, select, type_coerce
from sqlalchemy.orm import Session

from server.partners.service import KeyMode
from server.reports.models import Report
from server.reports.store import UNATTRIBUTED
from server.storage.ids import first_id_at, moment_of

#: An id is made within the request that notes `received_at`; clocks may be set in between.
_MARGIN = timedelta(hours=1)


class CountedBy(StrEnum):
    """What stands in clear and may be counted by."""

    CAMPAIGN = "campaign"
    ORIGIN = "origin"
    LANGUAGE = "language"
    TERRITORY = "territory"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class ReportCount:
    """How many reports of a key have a value; without one it is empty."""

    key_id: UUID
    portal_id: UUID
    partner_id: UUID
    value: str
    reports: int


def count_reports(
    session: Session, day: date, by: CountedBy, *, most: int, rest: str
) -> list[ReportCount]:
    """Live reports received on a UTC day, by key and value.

    Each key keeps its `most` frequent values; the rarer ones are counted together as `rest`. The
    scan is of that day's ids: they begin with their time.
    """
    begin = datetime.combine(day, time(), UTC)
    end = begin + timedelta(days=1)
    # Literals: PostgreSQL would take two parameters of one value for two expressions.
    value: ColumnElement[Any] = func.coalesce(
        type_coerce(getattr(Report, by.value), String), literal_column("''")
    )
    counted = (
        select(
            Report.key_id,
            Report.portal_id,
            Report.partner_id,
            value.label("value"),
            func.count().label("reports"),
            func.row_number()
            .over(partition_by=Report.key_id, order_by=(func.count().desc(), value))
            .label("place"),
        )
        .where(
            Report.mode == KeyMode.LIVE,
            Report.key_id != UNATTRIBUTED,
            Report.id >= first_id_at(begin - _MARGIN),
            Report.id < first_id_at(end + _MARGIN),
            Report.received_at >= begin,
            Report.received_at < end,
        )
        .group_by(Report.key_id, Report.portal_id, Report.partner_id, value)
        .subquery()
    )
    kept = case((counted.c.place <= most, counted.c.value), else_=rest).label("kept")
    columns = (counted.c.key_id, counted.c.portal_id, counted.c.partner_id)
    rows = session.execute(
        select(*columns, kept, func.sum(counted.c.reports)).group_by(*columns, "kept")
    )
    return [
        ReportCount(key, portal, partner, value, int(reports))
        for key, portal, partner, value, reports in rows
    ]


def oldest_day(session: Session) -> date | None:
    """The UTC day of the oldest live report that is still kept; None when there is none."""
    oldest = session.scalar(
        select(Report.id).where(Report.mode == KeyMode.LIVE).order_by(Report.id).limit(1)
    )
    return None if oldest is None else moment_of(oldest).date()
