"""A report of the spool whose idempotency key the database knows with another body."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from server.reports.service import NewReport, with_check_symbol
from server.reports.vocabulary import Lane


def quarantined(report: NewReport) -> NewReport:
    """The same envelopes under names of their own, in the lane `quarantine`.

    Both bodies were acknowledged with one reference and receipt, which stay with the report that
    came into the database first. The names are digests of this submission's own, so that doing it
    twice gives the same report; nobody holds a receipt for it.
    """
    return replace(
        report,
        idempotency_hash=_digest(b"idempotency", report),
        reference=with_check_symbol(int.from_bytes(_digest(b"reference", report)[:8], "big") >> 4),
        receipt_hmac=_digest(b"receipt", report),
        lane=Lane.QUARANTINE,
        challenge=None,
    )


def _digest(label: bytes, report: NewReport) -> bytes:
    text = b"portals/quarantine/" + label + report.idempotency_hash + report.body_tag
    return hashlib.sha256(text).digest()
