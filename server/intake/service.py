"""What the edge may use of the intake."""

from __future__ import annotations

from server.intake import errors
from server.intake.accept import Accepted, Intake
from server.intake.addresses import (
    MAX_ADDRESS_LENGTH,
    Address,
    AddressRefused,
    Notice,
    Refusal,
    canonical_address,
)
from server.intake.challenge import NORMAL, Difficulty, create_challenge, difficulty_at
from server.intake.defang import defang
from server.intake.evidence import Evidence
from server.intake.idempotency import new_idempotency_key, parse_idempotency_key
from server.intake.pressure import Level, Pressure
from server.intake.spool import Spool
from server.intake.spool_drain import Drained, drain
from server.intake.spool_drainer import SpoolDrainer, resolver
from server.intake.spool_stock import SpoolState
from server.intake.submission import Handle, Submission

__all__ = [
    "MAX_ADDRESS_LENGTH",
    "NORMAL",
    "Accepted",
    "Address",
    "AddressRefused",
    "Difficulty",
    "Drained",
    "Evidence",
    "Handle",
    "Intake",
    "Level",
    "Notice",
    "Pressure",
    "Refusal",
    "Spool",
    "SpoolDrainer",
    "SpoolState",
    "Submission",
    "canonical_address",
    "create_challenge",
    "defang",
    "difficulty_at",
    "drain",
    "errors",
    "new_idempotency_key",
    "parse_idempotency_key",
    "resolver",
]
