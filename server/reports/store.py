"""Store a sealed report: report, envelopes and outbox message in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.delivery.service import enqueue
from server.partners.service import KeyMode
from server.reports.models import Envelope, Report
from server.reports.sealing import SealedPart
from server.reports.vocabulary import Lane, PublicStatus, ReportState, ReportType
from server.storage.ids import moment_of

REPORT_RECEIVED = "report.received"


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report as it enters the store: what stands in clear, and the sealed parts."""

    id: UUID
    idempotency_hash: bytes
    body_tag: bytes
    reference: str
    receipt_hmac: bytes
    secret_generation: int
    received_at: datetime
    mode: KeyMode
    lane: Lane
    portal_id: UUID
    partner_id: UUID
    key_id: UUID
    campaign: str | None
    origin: str | None
    language: str
    territory: str | None
    report_type: ReportType
    parts: tuple[SealedPart, ...]


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """What a retry needs to get the answer of the first time."""

    body_tag: bytes
    secret_generation: int
    received_at: datetime


def find_submission(session: Session, idempotency_hash: bytes) -> StoredSubmission | None:
    """The submission with this idempotency hash, or None."""
    row = session.execute(
        select(Report.body_tag, Report.secret_generation, Report.received_at).where(
            Report.idempotency_hash == idempotency_hash
        )
    ).first()
    return None if row is None else StoredSubmission(*row)


def store_report(session: Session, report: NewReport) -> bool:
    """Insert the report, its envelopes and its outbox message.

    False when a report with this idempotency hash is there already (nothing is written then).
    Touches no row that two reports share.
    """
    # Core inserts: the unit of work of the ORM gives nothing here and costs twice as much.
    inserted = session.scalar(
        _insert_unless_there(session).values(_report_row(report)).returning(Report.id)
    )
    if inserted is None:
        return False
    session.execute(
        insert(Envelope),
        [
            {
                "report_id": report.id,
                "kind": part.kind,
                "schema_version": part.schema_version,
                "sealing_key_id": part.sealing_key_id,
                "wrapped_key": part.wrapped_key,
                "ciphertext": part.ciphertext,
            }
            for part in report.parts
        ],
    )
    if report.mode is KeyMode.LIVE:
        day = report.received_at.astimezone(UTC).date()
        payload = {"report_id": str(report.id), "day": day.isoformat()}
        enqueue(session, REPORT_RECEIVED, payload)
    return True


def day_received(payload: Mapping[str, Any]) -> date:
    """The UTC day of the report that a message of REPORT_RECEIVED is about.

    Messages of the first version named no day; the id tells when it was made.
    """
    if "day" in payload:
        return date.fromisoformat(payload["day"])
    return moment_of(UUID(payload["report_id"])).date()


def _insert_unless_there(session: Session) -> Insert:
    dialect = session.get_bind().dialect.name
    build: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement: Insert = build(Report).on_conflict_do_nothing(index_elements=["idempotency_hash"])
    return statement


def _report_row(report: NewReport) -> dict[str, Any]:
    return {
        "id": report.id,
        "idempotency_hash": report.idempotency_hash,
        "body_tag": report.body_tag,
        "reference": report.reference,
        "receipt_hmac": report.receipt_hmac,
        "secret_generation": report.secret_generation,
        "received_at": report.received_at,
        "updated_at": report.received_at,
        "mode": report.mode,
        "lane": report.lane,
        "state": ReportState.NEW,
        "status": PublicStatus.RECEIVED,
        "portal_id": report.portal_id,
        "partner_id": report.partner_id,
        "key_id": report.key_id,
        "campaign": report.campaign,
        "origin": report.origin,
        "language": report.language,
        "territory": report.territory,
        "report_type": report.report_type,
    }
