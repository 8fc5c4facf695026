"""Proof of work against floods: ALTCHA v2 challenges, bound to a partner key, good once.

An absent challenge lowers the lane; only a forged or foreign one is refused. The counter is
fixed when the challenge is made (deterministic mode), so that the server creates one with a
single short derivation and verifies with one HMAC.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.intake.errors import ChallengeExpired, ChallengeForged, ChallengeSpent
from server.intake.models import SpentChallenge
from server.storage.keyring import IntakeSecrets

LIFETIME = timedelta(minutes=10)
ALGORITHM = "PBKDF2/SHA-256"
MAX_PAYLOAD_LENGTH = 4_096


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Work of the solver: `cost` PBKDF2 iterations times a counter drawn from the range."""

    cost: int
    counter_from: int
    counter_to: int


#: About 100,000 iterations of work on average; 0.2 ms to create.
NORMAL = Difficulty(cost=200, counter_from=250, counter_to=750)


@dataclass(frozen=True, slots=True)
class Solved:
    """A valid, unspent solution; `spend` it in the report's transaction."""

    digest: bytes
    expires_at: datetime


def create_challenge(
    secrets_: IntakeSecrets, key_text: str, difficulty: Difficulty = NORMAL
) -> dict[str, Any]:
    """A new challenge for reports through the key `key_text`, as altcha's `Challenge` dict."""
    span = difficulty.counter_to - difficulty.counter_from
    challenge = altcha.create_challenge(
        algorithm=ALGORITHM,
        cost=difficulty.cost,
        counter=difficulty.counter_from + secrets.randbelow(span + 1),
        expires_at=datetime.now(UTC) + LIFETIME,
        data={"key": key_text, "generation": secrets_.current},
        hmac_secret=_secret(secrets_, "signature", secrets_.current),
        hmac_key_secret=_secret(secrets_, "solution", secrets_.current),
    )
    return dict(challenge.to_dict())


def verify_challenge(secrets_: IntakeSecrets, key_text: str, payload: str) -> Solved:
    """Check altcha's base64 payload; raises ChallengeForged or ChallengeExpired."""
    parsed = _parse(payload)
    parameters = parsed.challenge.parameters
    data = parameters.data if isinstance(parameters.data, dict) else {}
    generation = data.get("generation")
    if generation not in secrets_.numbers() or type(generation) is not int:
        raise ChallengeForged
    try:
        result = altcha.verify_solution(
            parsed,
            hmac_secret=_secret(secrets_, "signature", generation),
            hmac_key_secret=_secret(secrets_, "solution", generation),
        )
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise ChallengeForged from None
    if result.expired:
        raise ChallengeExpired
    if not result.verified or data.get("key") != key_text:
        raise ChallengeForged
    signature = str(parsed.challenge.signature)
    return Solved(
        digest=hashlib.sha256(signature.encode()).digest(),
        expires_at=datetime.fromtimestamp(parameters.expires_at or 0, UTC),
    )


def spend(session: Session, solved: Solved) -> None:
    """Mark a challenge as used, in the caller's transaction; raises ChallengeSpent."""
    dialect = session.get_bind().dialect.name
    build: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement: Insert = build(SpentChallenge).values(
        digest=solved.digest, expires_at=solved.expires_at
    )
    inserted = session.scalar(
        statement.on_conflict_do_nothing().returning(SpentChallenge.digest)  # type: ignore[attr-defined]
    )
    if inserted is None:
        raise ChallengeSpent


def _parse(payload: str) -> altcha.Payload:
    if len(payload) > MAX_PAYLOAD_LENGTH:
        raise ChallengeForged
    try:
        decoded = json.loads(base64.b64decode(payload, validate=True))
        return altcha.Payload.from_dict(decoded)
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ChallengeForged from None


def _secret(secrets_: IntakeSecrets, purpose: str, generation: int) -> bytes:
    return secrets_.derive(f"challenge-{purpose}", generation)
