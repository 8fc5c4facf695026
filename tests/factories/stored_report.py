"""Reports straight in the store: for tests that count many, where the intake does not matter."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from server.partners.service import KeyMode
from server.reports.models import Report
from server.reports.service import NewReport, SealedPart, store_batch
from server.reports.vocabulary import EnvelopeKind, Lane, PublicStatus, ReportType
from server.storage.ids import first_id_at, new_id

KEY, PORTAL, PARTNER = new_id(), new_id(), new_id()


def new_report(received_at: datetime | None = None, **changes: Any) -> NewReport:
    """A live report as the intake hands it to the store."""
    at = received_at or datetime.now(UTC)
    values: dict[str, Any] = {
        "id": UUID(int=first_id_at(at).int | 0x7 << 76 | secrets.randbits(62) | 0b10 << 62),
        "idempotency_hash": secrets.token_bytes(32),
        "body_tag": secrets.token_bytes(32),
        "reference": secrets.token_hex(6),
        "receipt_hmac": secrets.token_bytes(32),
        "secret_generation": 1,
        "received_at": at,
        "mode": KeyMode.LIVE,
        "lane": Lane.NORMAL,
        "portal_id": PORTAL,
        "partner_id": PARTNER,
        "key_id": KEY,
        "campaign": None,
        "origin": None,
        "language": "fr",
        "territory": "SN",
        "report_type": ReportType.NOT_SURE,
        "parts": (SealedPart(EnvelopeKind.REPORT, 1, new_id(), b"", b""),),
    }
    return NewReport(**values | changes)


def stored_report(
    session: Session,
    received_at: datetime | None = None,
    *,
    status: PublicStatus = PublicStatus.RECEIVED,
    **changes: Any,
) -> UUID:
    """Store a live report as the intake does, with its outbox message, and give its id."""
    report = new_report(received_at, **changes)
    store_batch(session.connection(), [report])
    if status is not PublicStatus.RECEIVED:
        session.get_one(Report, report.id).status = status
    return report.id
