"""What the edge may use of the intake."""

from __future__ import annotations

from server.intake import errors
from server.intake.accept import Accepted, Evidence, accept_report
from server.intake.addresses import (
    MAX_ADDRESS_LENGTH,
    Address,
    AddressRefused,
    Notice,
    Refusal,
    canonical_address,
)
from server.intake.challenge import NORMAL, create_challenge
from server.intake.defang import defang
from server.intake.idempotency import new_idempotency_key, parse_idempotency_key
from server.intake.submission import Handle, Submission

__all__ = [
    "MAX_ADDRESS_LENGTH",
    "NORMAL",
    "Accepted",
    "Address",
    "AddressRefused",
    "Evidence",
    "Handle",
    "Notice",
    "Refusal",
    "Submission",
    "accept_report",
    "canonical_address",
    "create_challenge",
    "defang",
    "errors",
    "new_idempotency_key",
    "parse_idempotency_key",
]
