"""The list of reports as its page shows it: words instead of values and ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.partners.service import KeyMode, ResolvedKey, get_attributions
from server.reports.service import Report, list_reports, with_damage
from server.reports.vocabulary import Lane
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
    is_damaged: bool


@dataclass(frozen=True, slots=True)
class ReportList:
    """One page of the list; `next_before` is None on the last."""

    rows: tuple[ReportRow, ...]
    next_before: UUID | None


@dataclass(frozen=True, slots=True)
class LaneChoice:
    """One choice of what the list shows: a lane, or all of them (`value` is None)."""

    value: Lane | None
    text: str
    meaning: str
    is_chosen: bool


#: What stands in a lane, as the list says when it shows that lane alone.
_MEANINGS = {
    Lane.TRUSTED: "Sent by a partner’s server with its secret key.",
    Lane.NORMAL: "Sent by somebody who took the time of a person, or solved a challenge.",
    Lane.LOW: "Without proof, too fast, by a key that has ceased, or among many from one place.",
    Lane.QUARANTINE: "Damaged, or from the midst of a flood. A real report may be among them.",
}


def lane_choices(chosen: Lane | None) -> tuple[LaneChoice, ...]:
    """All lanes together, then each, the best first."""
    each = [LaneChoice(lane, plain_words(lane), _MEANINGS[lane], lane is chosen) for lane in Lane]
    return (LaneChoice(None, "All", "", chosen is None), *each)


def read_list(
    session: Session, mode: KeyMode, lane: Lane | None, before: UUID | None, now: datetime
) -> ReportList:
    """PAGE_SIZE reports before a given one, the newest first, of one lane or all."""
    found = list_reports(session, mode=mode, lane=lane, before=before, limit=PAGE_SIZE)
    keys = get_attributions(session, {report.key_id for report in found.rows})
    damaged = with_damage(session, [report.id for report in found.rows])
    rows = tuple(
        _row(report, keys.get(report.key_id), report.id in damaged, now) for report in found.rows
    )
    return ReportList(rows, found.next_before)


def _row(report: Report, key: ResolvedKey | None, is_damaged: bool, now: datetime) -> ReportRow:
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
        is_damaged=is_damaged,
    )
