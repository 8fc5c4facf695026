"""Sealed reports that are not stored yet: for tests of what keeps them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from server.partners.service import KeyMode
from server.reports.references import with_check_symbol
from server.reports.service import NewReport, SealedPart
from server.reports.vocabulary import EnvelopeKind, Lane, ReportType
from server.storage.ids import new_id


def new_report(**changes: Any) -> NewReport:
    """A live report of nobody's key, with an envelope of a usual size that nobody can open."""
    values: dict[str, Any] = {
        "id": new_id(),
        "idempotency_hash": secrets.token_bytes(32),
        "body_tag": secrets.token_bytes(32),
        "reference": with_check_symbol(secrets.randbits(60)),
        "receipt_hmac": secrets.token_bytes(32),
        "secret_generation": 1,
        "received_at": datetime.now(UTC),
        "mode": KeyMode.LIVE,
        "lane": Lane.NORMAL,
        "portal_id": new_id(),
        "partner_id": new_id(),
        "key_id": new_id(),
        "campaign": None,
        "origin": None,
        "language": "fr",
        "territory": "SN",
        "report_type": ReportType.NOT_SURE,
        "parts": (sealed_part(),),
    }
    return NewReport(**values | changes)


def sealed_part(kind: EnvelopeKind = EnvelopeKind.REPORT, size: int = 1_040) -> SealedPart:
    """Random bytes as long as those of a real one."""
    return SealedPart(kind, 1, new_id(), secrets.token_bytes(1_168), secrets.token_bytes(size))
