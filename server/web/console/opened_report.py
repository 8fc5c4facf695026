"""A report opened by a member of staff: unsealed, in words, and noted in the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners.service import KeyMode
from server.reports.service import (
    EnvelopeDamaged,
    PrivateKeys,
    PrivateKeysError,
    Report,
    get_by_reference,
    open_report,
)
from server.web.console.attribution import Attribution, attribution_of
from server.web.console.report_content import Content, content_of
from server.web.console.words import (
    Badge,
    Moment,
    lane_badge,
    moment,
    plain_words,
    status_badge,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a report does not open, for the analyst and, as `detail`, for the operator."""

    is_configuration: bool
    detail: str


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report as its page shows it: with its `content`, or else with the `failure`."""

    reference: str
    id: str
    is_test: bool
    report_type: str
    received: Moment
    updated: Moment
    lane: Badge
    state: str
    status: Badge
    attribution: Attribution
    content: Content | None
    failure: Failure | None


def open_for_staff(
    session: Session,
    reference: str,
    *,
    keys: Callable[[], PrivateKeys],
    may_see_contact: bool,
    actor: str,
    now: datetime,
) -> ReportPage | None:
    """Open a report and write the audit event in the same transaction; None when there is none.

    The caller commits before it shows the page. A report that does not open is returned with
    its failure, and the attempt is noted as well.
    """
    report = get_by_reference(session, reference)
    if report is None:
        return None
    content, failure = None, None
    try:
        content = content_of(open_report(session, report, keys()), may_see_contact=may_see_contact)
    except EnvelopeDamaged as error:
        failure = Failure(is_configuration=False, detail=str(error))
    except PrivateKeysError as error:
        failure = Failure(is_configuration=True, detail=str(error))
    record_event(
        session,
        actor,
        AuditAction.REPORT_OPENED,
        f"report:{report.id}",
        reference=report.reference,
        readable=content is not None,
        contact_shown=content is not None and content.contact is not None,
    )
    return _page(session, report, content, failure, now)


def _page(
    session: Session,
    report: Report,
    content: Content | None,
    failure: Failure | None,
    now: datetime,
) -> ReportPage:
    return ReportPage(
        reference=report.reference,
        id=str(report.id),
        is_test=report.mode is KeyMode.TEST,
        report_type=plain_words(report.report_type),
        received=moment(report.received_at, now),
        updated=moment(report.updated_at, now),
        lane=lane_badge(report.lane),
        state=plain_words(report.state),
        status=status_badge(report.status),
        attribution=attribution_of(session, report, content.claimed_origin if content else None),
        content=content,
        failure=failure,
    )
