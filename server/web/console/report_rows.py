"""The list of reports as its page shows it: words instead of values and ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.partners.service import KeyMode, ResolvedKey, get_attributions
from server.reports.service import Report, list_reports
from server.web.console.words import (
    Badge,
    Moment,
    lane_badge,
    language_name,
    moment,
    plain_words,
    status_badge,
    territory_name,
)

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of the list."""

    reference: str
    received: Moment
    report_type: str
    portal: str
    partner: str
    language: str
    territory: str | None
    lane: Badge
    status: Badge


@dataclass(frozen=True, slots=True)
class ReportList:
    """One page of the list; `next_before` is None on the last."""

    rows: tuple[ReportRow, ...]
    next_before: UUID | None


def read_list(session: Session, mode: KeyMode, before: UUID | None, now: datetime) -> ReportList:
    """PAGE_SIZE reports before a given one, the newest first."""
    found = list_reports(session, mode=mode, before=before, limit=PAGE_SIZE)
    keys = get_attributions(session, {report.key_id for report in found.rows})
    rows = tuple(_row(report, keys.get(report.key_id), now) for report in found.rows)
    return ReportList(rows, found.next_before)


def _row(report: Report, key: ResolvedKey | None, now: datetime) -> ReportRow:
    return ReportRow(
        reference=report.reference,
        received=moment(report.received_at, now),
        report_type=plain_words(report.report_type),
        portal=key.portal_name if key else "Unknown portal",
        partner=key.partner_name if key else "Unknown partner",
        language=language_name(report.language),
        territory=territory_name(report.territory),
        lane=lane_badge(report.lane),
        status=status_badge(report.status),
    )
