"""A report opened by a member of staff: unsealed, in words, and noted in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners.service import KeyMode
from server.reports.service import (
    Fault,
    PrivateKeys,
    PrivateKeysError,
    Report,
    get_by_reference,
    open_report,
    set_apart,
)
from server.reports.vocabulary import EnvelopeKind
from server.web.console.attribution import Attribution, attribution_of
from server.web.console.report_content import Contact, Content, Unsealed, unsealed
from server.web.console.report_failure import Failure, failure_of, no_keys
from server.web.console.words import (
    Badge,
    Moment,
    lane_badge,
    moment,
    plain_words,
    status_badge,
)


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report as its page shows it: with its `content`, or else with the `failure`.

    The contact is a part of its own, and may open where the rest does not; `contact` is None
    when nothing could be tried.
    """

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
    contact: Contact | None
    contact_failure: Failure | None


def open_for_staff(
    session: Session,
    reference: str,
    *,
    keys: PrivateKeys | PrivateKeysError,
    may_see_contact: bool,
    actor: str,
    now: datetime,
) -> ReportPage | None:
    """Open a report and write the audit event in the same transaction; None when there is none.

    The caller commits before it shows the page. A part that does not open is set apart and
    returned as a failure, and the attempt is noted as well.
    """
    report = get_by_reference(session, reference)
    if report is None:
        return None
    if isinstance(keys, PrivateKeysError):
        found, failures = None, {EnvelopeKind.REPORT: no_keys(keys)}
    else:
        found = unsealed(open_report(session, report, keys), may_see_contact=may_see_contact)
        failures = {part.kind: failure_of(part, report, now) for part in found.unopened}
        for part in found.unopened:
            if part.fault is not Fault.NO_PRIVATE_KEY:
                set_apart(session, report.id, part.kind, actor=actor)
    record_event(
        session,
        actor,
        AuditAction.REPORT_OPENED,
        f"report:{report.id}",
        reference=report.reference,
        readable=found is not None and found.content is not None,
        contact_shown=found is not None and found.contact.email is not None,
    )
    return _page(session, report, found, failures, now)


def _page(
    session: Session,
    report: Report,
    found: Unsealed | None,
    failures: dict[EnvelopeKind, Failure],
    now: datetime,
) -> ReportPage:
    content = found.content if found else None
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
        failure=failures.get(EnvelopeKind.REPORT),
        contact=found.contact if found else None,
        contact_failure=failures.get(EnvelopeKind.CONTACT),
    )
