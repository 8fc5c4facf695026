"""Bring private sealing keys back: out of their recovery copies, with the offline recovery key."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.reports.models import SealingKey
from server.reports.private_keys import PrivateKeysError
from server.reports.sealing import PRIVATE_BYTES, EnvelopeDamaged, public_of, unwrap_private_key


@dataclass(frozen=True, slots=True)
class RecoveredKey:
    """A generation's private key, not yet put anywhere."""

    id: UUID
    generation: int
    private: bytes


def read_recovery_key(path: Path) -> bytes:
    """The private half of a recovery key, in base64 or as its bytes; raises PrivateKeysError."""
    try:
        data = path.read_bytes()
        private = (
            data if len(data) == PRIVATE_BYTES else base64.b64decode(data.strip(), validate=True)
        )
        public_of(private)
    except OSError as error:
        raise PrivateKeysError(f"{error.strerror}: {path}") from error
    except (binascii.Error, ValueError):
        raise PrivateKeysError(
            f"{path} holds no private recovery key; it is what `portals sealing recovery-key` wrote"
        ) from None
    return private


def open_recovery_copy(key: SealingKey, recovery_private: bytes) -> RecoveredKey:
    """The private key of a generation; raises PrivateKeysError unless it is the very key."""
    try:
        private = unwrap_private_key(key.recovery_copy, recovery_private, key.id)
    except EnvelopeDamaged as error:
        raise PrivateKeysError(
            f"this recovery key does not open the copy of generation {key.generation}: another "
            "one was given when it was made, or the copy was altered"
        ) from error
    if public_of(private) != key.public_key:
        raise PrivateKeysError(
            f"the recovery copy of generation {key.generation} holds another key than reports are "
            "sealed to: the database was altered; restore its row from a backup"
        )
    return RecoveredKey(key.id, key.generation, private)


def note_recovered(session: Session, key: RecoveredKey, *, actor: str) -> None:
    """Say in the audit trail that a private key is in the world again."""
    record_event(
        session,
        actor,
        AuditAction.SEALING_KEY_RECOVERED,
        f"sealing_key:{key.id}",
        generation=key.generation,
    )
