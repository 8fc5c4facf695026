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

from server.intake.errors import ChallengeExpired, ChallengeForged
from server.intake.pressure import Level
from server.reports.service import SpentProof
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
    level: Level = Level.CALM


#: About 100,000 iterations of work on average; 0.2 ms to create.
NORMAL = Difficulty(cost=200, counter_from=250, counter_to=750)
#: A higher counter makes more work for the solver alone. Seven times the usual takes an old phone
#: about as long as it takes to fill the form in; the frame solves it meanwhile.
_BY_LEVEL = (
    NORMAL,
    Difficulty(cost=200, counter_from=500, counter_to=1_500, level=Level.RAISED),
    Difficulty(cost=200, counter_from=1_000, counter_to=3_000, level=Level.HIGH),
    Difficulty(cost=200, counter_from=2_000, counter_to=5_000, level=Level.EXTREME),
)
#: Nobody chooses, pastes an address and sends within so short a time. Who has to fetch a second
#: challenge waits as long (widget/sender/send.js).
HASTE = timedelta(seconds=1.5)


def difficulty_at(level: Level) -> Difficulty:
    """What a challenge costs under that pressure."""
    return _BY_LEVEL[level]


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
        data={
            "key": key_text,
            "generation": secrets_.current,
            "level": int(difficulty.level),
        },
        hmac_secret=_secret(secrets_, "signature", secrets_.current),
        hmac_key_secret=_secret(secrets_, "solution", secrets_.current),
    )
    return dict(challenge.to_dict())


def verify_challenge(secrets_: IntakeSecrets, key_text: str, payload: str) -> SpentProof:
    """Check altcha's base64 payload: what the report spends; raises ChallengeForged or
    ChallengeExpired."""
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
    return SpentProof(
        digest=hashlib.sha256(signature.encode()).digest(),
        expires_at=datetime.fromtimestamp(parameters.expires_at or 0, UTC),
    )


def is_hasty(solved: SpentProof, now: datetime) -> bool:
    """Whether a report came so soon after its challenge was made that no person filled it in."""
    return now - (solved.expires_at - LIFETIME) < HASTE


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
