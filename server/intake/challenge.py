"""Proof of work against floods: ALTCHA v2 challenges, bound to a partner key, good once.

An absent challenge lowers the lane; only a forged or foreign one is refused. The counter is
fixed when the challenge is made (deterministic mode), so that the server creates one with a
single short derivation and verifies with one HMAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
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
_DERIVED_KEY = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_encoded = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


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
    ChallengeExpired.

    As altcha's own check, for a tenth of its cost, and stricter: a parameter that is not the one
    we signed, or is spelled in another way, gives another canonical text. Of the solution only
    the derived key counts, as there.
    """
    parameters, signature, derived_key = _parse(payload)
    data = parameters.get("data")
    if not isinstance(data, dict):
        raise ChallengeForged
    generation = data.get("generation")
    if type(generation) is not int or generation not in secrets_.numbers():
        raise ChallengeForged
    signed = _hmac(secrets_, "signature", generation, _canonical(parameters))
    if not hmac.compare_digest(signed.encode(), signature.encode()):
        raise ChallengeForged
    # From here on the parameters are as we made them.
    expires_at = datetime.fromtimestamp(parameters["expiresAt"], UTC)
    if expires_at < datetime.now(UTC):
        raise ChallengeExpired
    if data["key"] != key_text or not _DERIVED_KEY.fullmatch(derived_key):
        raise ChallengeForged
    solved = _hmac(secrets_, "solution", generation, bytes.fromhex(derived_key))
    if not hmac.compare_digest(solved, parameters["keySignature"]):
        raise ChallengeForged
    return SpentProof(hashlib.sha256(signature.encode()).digest(), expires_at)


def is_hasty(solved: SpentProof, now: datetime) -> bool:
    """Whether a report came so soon after its challenge was made that no person filled it in."""
    return now - (solved.expires_at - LIFETIME) < HASTE


def _parse(payload: str) -> tuple[dict[str, Any], str, str]:
    """Parameters, signature and derived key, of the right types; raises ChallengeForged."""
    if len(payload) > MAX_PAYLOAD_LENGTH:
        raise ChallengeForged
    try:
        decoded = json.loads(base64.b64decode(payload, validate=True))
        challenge, derived_key = decoded["challenge"], decoded["solution"]["derivedKey"]
        parameters, signature = challenge["parameters"], challenge["signature"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ChallengeForged from None
    if not isinstance(parameters, dict) or not isinstance(derived_key, str):
        raise ChallengeForged
    if not isinstance(signature, str) or not signature.isascii():
        raise ChallengeForged
    return parameters, signature, derived_key


def _canonical(parameters: dict[str, Any]) -> bytes:
    """The text that altcha signs, for parameters that consist of ASCII and whole numbers."""
    try:
        return _encoded(parameters).encode()
    except (ValueError, RecursionError):
        raise ChallengeForged from None


def _hmac(secrets_: IntakeSecrets, purpose: str, generation: int, content: bytes) -> str:
    return hmac.new(_secret(secrets_, purpose, generation), content, "sha256").digest().hex()


def _secret(secrets_: IntakeSecrets, purpose: str, generation: int) -> bytes:
    return secrets_.derive(f"challenge-{purpose}", generation)
