"""Set an envelope apart that does not open: noted once, its report in quarantine."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.reports.models import Envelope, Report
from server.reports.vocabulary import EnvelopeKind, Lane


def set_apart(session: Session, report_id: UUID, kind: EnvelopeKind, *, actor: str) -> bool:
    """Note that an envelope does not open; False when that was noted before.

    A report whose own envelope does not open waits in quarantine for a person. A damaged contact
    address leaves it where it is: the report can be worked on, and must not wait for that.
    """
    noted = session.execute(
        update(Envelope)
        .where(Envelope.report_id == report_id, Envelope.kind == kind)
        .where(Envelope.damaged_at.is_(None))
        .values(damaged_at=datetime.now(UTC))
    )
    moved = kind is EnvelopeKind.REPORT and _quarantine(session, report_id)
    # An envelope that is gone has no row to note it in: then the lane says whether it is new.
    is_new = bool(getattr(noted, "rowcount", 0)) or moved
    if is_new:
        record_event(
            session,
            actor,
            AuditAction.ENVELOPE_DAMAGED,
            f"report:{report_id}",
            part=kind.value,
        )
    return is_new


def with_damage(session: Session, report_ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these reports have an envelope that was found not to open."""
    found = select(Envelope.report_id).where(
        Envelope.report_id.in_(report_ids), Envelope.damaged_at.is_not(None)
    )
    return frozenset(session.scalars(found)) if report_ids else frozenset()


def _quarantine(session: Session, report_id: UUID) -> bool:
    # `updated_at` stays: a citizen sees it, and nothing came of the report.
    moved = session.execute(
        update(Report)
        .where(Report.id == report_id, Report.lane != Lane.QUARANTINE)
        .values(lane=Lane.QUARANTINE)
    )
    return bool(getattr(moved, "rowcount", 0))
