"""Seal what a citizen wrote so that the intake itself cannot read it again.

A random data key encrypts the padded content (ChaCha20-Poly1305, RFC 8439); HPKE (RFC 9180)
with the hybrid KEM ML-KEM-768 + X25519, HKDF-SHA256 and ChaCha20-Poly1305 seals the data key
to the hotline's sealing key. `info` binds report, part, schema version and sealing key to the
data key, so that an envelope that is moved to another row does not open. The content itself is
bound to report, part and version only: the data key alone is sealed anew for another sealing key
(docs/decisions/0018). Version 1 bound the content to the sealing key too, and is still read.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from server.reports.vocabulary import EnvelopeKind

SUITE = "HPKE MLKEM768-X25519 HKDF-SHA256 ChaCha20Poly1305"
SCHEMA_VERSION = 2
#: The content is padded to the first that fits. 1, 4 and 16 KiB hide a usual report's length;
#: the larger ones hold twenty long addresses in other scripts.
PADDED_SIZES = (1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576)

_LENGTH_BYTES = 4
_MLKEM_PUBLIC = 1_184
_MLKEM_SEED = 64
_X25519 = 32
_DATA_KEY = 32
PRIVATE_BYTES = _MLKEM_SEED + _X25519
_VERSIONS = (1, SCHEMA_VERSION)
# Safe as a constant: every data key encrypts exactly one message.
_NONCE = bytes(12)

_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


class EnvelopeDamaged(Exception):
    """The envelope does not open: altered, truncated, moved to another row, or no key for it."""


@dataclass(frozen=True, slots=True)
class PublicSealingKey:
    """The half that the intake holds."""

    id: UUID
    public_bytes: bytes


@dataclass(frozen=True, slots=True)
class SealedPart:
    """One envelope. `content_key_id` is only there once version 1 was re-sealed: the sealing key
    that its content is bound to."""

    kind: EnvelopeKind
    schema_version: int
    sealing_key_id: UUID
    wrapped_key: bytes
    ciphertext: bytes
    content_key_id: UUID | None = None


def generate_key_pair() -> tuple[bytes, bytes]:
    """A new (private, public) pair: 96 bytes (ML-KEM seed, X25519), and 1,216 bytes."""
    kem, curve = mlkem.MLKEM768PrivateKey.generate(), x25519.X25519PrivateKey.generate()
    private = kem.private_bytes_raw() + curve.private_bytes_raw()
    public = kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    return private, public


def seal(
    content: dict[str, Any], report_id: UUID, kind: EnvelopeKind, key: PublicSealingKey
) -> SealedPart:
    """Seal JSON content; raises ValueError above 1,048,572 bytes of UTF-8."""
    plaintext = _pad(_encoded(content).encode())
    data_key = os.urandom(_DATA_KEY)
    info = _info(report_id, kind, SCHEMA_VERSION, key.id)
    return SealedPart(
        kind=kind,
        schema_version=SCHEMA_VERSION,
        sealing_key_id=key.id,
        wrapped_key=_suite.encrypt(data_key, _public_key(key.public_bytes), info),
        ciphertext=ChaCha20Poly1305(data_key).encrypt(
            _NONCE, plaintext, _bound(report_id, kind, SCHEMA_VERSION, key.id)
        ),
    )


def unseal(part: SealedPart, report_id: UUID, private_bytes: bytes) -> dict[str, Any]:
    """Open an envelope; raises EnvelopeDamaged and nothing else for whatever is wrong with it."""
    data_key = _data_key(part, report_id, private_bytes)
    bound = _bound(
        report_id, part.kind, part.schema_version, part.content_key_id or part.sealing_key_id
    )
    try:
        plaintext = ChaCha20Poly1305(data_key).decrypt(_NONCE, part.ciphertext, bound)
        content = json.loads(_unpad(plaintext))
    except (InvalidTag, ValueError, RecursionError) as error:
        raise EnvelopeDamaged(f"{part.kind.value} envelope of report {report_id}") from error
    if not isinstance(content, dict):
        raise EnvelopeDamaged(f"{part.kind.value} envelope of report {report_id}")
    return content


def reseal(
    part: SealedPart, report_id: UUID, private_bytes: bytes, key: PublicSealingKey
) -> SealedPart:
    """The same content under another sealing key: its data key is sealed anew, all else stays.

    The content is neither opened nor looked at. Raises EnvelopeDamaged when the data key does
    not open.
    """
    data_key = _data_key(part, report_id, private_bytes)
    info = _info(report_id, part.kind, part.schema_version, key.id)
    bound_to = (part.content_key_id or part.sealing_key_id) if part.schema_version == 1 else None
    return replace(
        part,
        sealing_key_id=key.id,
        wrapped_key=_suite.encrypt(data_key, _public_key(key.public_bytes), info),
        content_key_id=bound_to,
    )


def public_of(private_bytes: bytes) -> bytes:
    """The public half of a private key; raises ValueError for what is none."""
    if len(private_bytes) != PRIVATE_BYTES:
        raise ValueError("no private sealing key")
    kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(private_bytes[:_MLKEM_SEED])
    curve = x25519.X25519PrivateKey.from_private_bytes(private_bytes[_MLKEM_SEED:])
    return kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def wrap_private_key(private_bytes: bytes, recovery_public: bytes, key_id: UUID) -> bytes:
    """A generation's private key, sealed to the offline recovery key."""
    return _suite.encrypt(private_bytes, _public_key(recovery_public), _recovery_info(key_id))


def unwrap_private_key(wrapped: bytes, recovery_private: bytes, key_id: UUID) -> bytes:
    """The private key out of its recovery copy; raises EnvelopeDamaged."""
    try:
        return _suite.decrypt(wrapped, _private_key(recovery_private), _recovery_info(key_id))
    except (InvalidTag, ValueError) as error:
        raise EnvelopeDamaged(f"recovery copy of sealing key {key_id}") from error


def _info(report_id: UUID, kind: EnvelopeKind, version: int, key_id: UUID) -> bytes:
    return b"portals/envelope/%d/%b/%b%b" % (
        version,
        kind.value.encode(),
        report_id.bytes,
        key_id.bytes,
    )


def _bound(report_id: UUID, kind: EnvelopeKind, version: int, key_id: UUID) -> bytes:
    """What the content is bound to, by its version."""
    if version == 1:
        return _info(report_id, kind, version, key_id)
    return b"portals/content/%d/%b/%b" % (version, kind.value.encode(), report_id.bytes)


def _data_key(part: SealedPart, report_id: UUID, private_bytes: bytes) -> bytes:
    info = _info(report_id, part.kind, part.schema_version, part.sealing_key_id)
    try:
        data_key = _suite.decrypt(part.wrapped_key, _private_key(private_bytes), info)
    except (InvalidTag, ValueError, TypeError) as error:
        raise EnvelopeDamaged(f"{part.kind.value} envelope of report {report_id}") from error
    if len(data_key) != _DATA_KEY or part.schema_version not in _VERSIONS:
        raise EnvelopeDamaged(f"{part.kind.value} envelope of report {report_id}")
    return data_key


def _recovery_info(key_id: UUID) -> bytes:
    return b"portals/recovery/" + key_id.bytes


def _pad(data: bytes) -> bytes:
    length = len(data).to_bytes(_LENGTH_BYTES, "big")
    for size in PADDED_SIZES:
        if len(data) + _LENGTH_BYTES <= size:
            return (length + data).ljust(size, b"\0")
    raise ValueError("too long to be sealed")


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    if len(padded) not in PADDED_SIZES or length > len(padded) - _LENGTH_BYTES:
        raise ValueError("padding")
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]


@lru_cache(maxsize=8)
def _public_key(data: bytes) -> hpke.MLKEM768X25519PublicKey:
    return hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(data[:_MLKEM_PUBLIC]),
        x25519.X25519PublicKey.from_public_bytes(data[_MLKEM_PUBLIC:]),
    )


def _private_key(data: bytes) -> hpke.MLKEM768X25519PrivateKey:
    return hpke.MLKEM768X25519PrivateKey(
        mlkem.MLKEM768PrivateKey.from_seed_bytes(data[:_MLKEM_SEED]),
        x25519.X25519PrivateKey.from_private_bytes(data[_MLKEM_SEED:]),
    )
