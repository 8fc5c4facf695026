"""A secret key as the database knows it: what it opens, and the HMAC that it must have."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from server.partners.resolved_key import ResolvedKey
from server.storage.keyring import IntakeSecrets

SECRET_LABEL = "secret-key"  # noqa: S105  (an HKDF label)


@dataclass(frozen=True, slots=True)
class SecretKey:
    """The secret itself is with its holder only."""

    key: ResolvedKey
    hmac: bytes = field(repr=False)


def secret_hmac(secrets: IntakeSecrets, text: str, generation: int | None = None) -> bytes:
    """What is stored of the secret key `text`, under the current or a given generation."""
    return hmac.new(
        secrets.derive(SECRET_LABEL, generation), text.encode("ascii"), hashlib.sha256
    ).digest()


def secret_matches(secrets: IntakeSecrets, stored: bytes | None, text: str) -> bool:
    """Whether `text` has this HMAC under any configured generation; in constant time."""
    if stored is None:
        return False
    return any(
        hmac.compare_digest(stored, secret_hmac(secrets, text, generation))
        for generation in secrets.numbers()
    )
