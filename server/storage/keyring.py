"""Server secrets and the keys derived from them, one label a purpose (HKDF, RFC 5869)."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MIN_SECRET_BYTES = 32


class SecretError(ValueError):
    """A secret is missing, malformed or too short; the message says how to make one."""


@dataclass(frozen=True, slots=True)
class IntakeSecrets:
    """Generations of the intake's secret. Old ones stay, so that old retries keep working."""

    current: int
    generations: tuple[tuple[int, bytes], ...]

    def __repr__(self) -> str:
        return f"IntakeSecrets(current={self.current})"

    def derive(self, label: str, generation: int | None = None, length: int = 32) -> bytes:
        """`length` bytes for the purpose `label`, from the current or a given generation.

        Raises SecretError when that generation is not configured any more.
        """
        wanted = self.current if generation is None else generation
        for number, secret in self.generations:
            if number == wanted:
                return derive_key(secret, label, length)
        raise SecretError(f"intake secret of generation {wanted} is not configured")

    def numbers(self) -> tuple[int, ...]:
        """All configured generations, the current one first."""
        return tuple(number for number, _ in self.generations)


@lru_cache(maxsize=256)
def derive_key(secret: bytes, label: str, length: int = 32) -> bytes:
    """HKDF-SHA256 of `secret`, without salt, with `portals/<label>` as info."""
    return HKDF(SHA256(), length, salt=None, info=f"portals/{label}".encode()).derive(secret)


def new_secret() -> str:
    """A fresh secret of 32 random bytes, in base64url without padding."""
    return secrets.token_urlsafe(MIN_SECRET_BYTES)


def parse_secret(text: str) -> bytes:
    """Decode one secret; raises SecretError below 32 bytes or when all bytes are alike."""
    try:
        secret = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SecretError("not base64url; make one with `portals check --new-secret`") from None
    if len(secret) < MIN_SECRET_BYTES or len(set(secret)) < 8:
        raise SecretError(
            "too weak, at least 32 random bytes; make one with `portals check --new-secret`"
        )
    return secret


def parse_intake_secrets(text: str) -> IntakeSecrets:
    """Decode `2:<secret>,1:<secret>`; the first generation is the current one."""
    generations: list[tuple[int, bytes]] = []
    for part in text.split(","):
        number, colon, secret = part.strip().partition(":")
        if not colon or not number.isdigit():
            raise SecretError("write generation:secret, for instance 1:<output of new-secret>")
        generations.append((int(number), parse_secret(secret)))
    numbers = [number for number, _ in generations]
    if len(set(numbers)) != len(numbers):
        raise SecretError("a generation is given twice")
    return IntakeSecrets(numbers[0], tuple(generations))
