"""Generations of the hotline's sealing key: make one, activate it, find the current one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.reports.models import SealingKey
from server.reports.private_keys import add_private_key
from server.reports.sealing import (
    SUITE,
    PublicSealingKey,
    generate_key_pair,
    wrap_private_key,
)
from server.storage.ids import new_id


def create_sealing_key(
    session: Session, *, key_file: Path, passphrase: str, recovery_public: bytes, actor: str
) -> SealingKey:
    """Make the next generation: private half into the file, recovery copy into the database.

    The key seals nothing until it is activated. Raises PrivateKeysError when the file or its
    passphrase is refused, ValueError for a malformed recovery key.
    """
    private, public = generate_key_pair()
    key_id = new_id()
    recovery_copy = wrap_private_key(private, recovery_public, key_id)
    latest = session.scalar(select(func.max(SealingKey.generation)))
    key = SealingKey(
        id=key_id,
        generation=(latest or 0) + 1,
        suite=SUITE,
        public_key=public,
        recovery_copy=recovery_copy,
        created_at=datetime.now(UTC),
    )
    session.add(key)
    session.flush()
    # The file first, the commit after: a private key without its row is harmless, a row
    # without its private key would seal reports that nobody can open.
    add_private_key(key_file, passphrase, key_id, private)
    record_event(
        session,
        actor,
        AuditAction.SEALING_KEY_CREATED,
        f"sealing_key:{key_id}",
        generation=key.generation,
    )
    return key


def activate_sealing_key(session: Session, key: SealingKey, *, actor: str) -> None:
    """Seal with this key from now on; the one before stays able to open what it sealed."""
    now = datetime.now(UTC)
    before = session.scalar(
        select(SealingKey.generation).where(
            SealingKey.activated_at.is_not(None), SealingKey.retired_at.is_(None)
        )
    )
    session.execute(
        update(SealingKey)
        .where(SealingKey.activated_at.is_not(None), SealingKey.retired_at.is_(None))
        .where(SealingKey.id != key.id)
        .values(retired_at=now)
    )
    key.activated_at, key.retired_at = now, None
    record_event(
        session,
        actor,
        AuditAction.SEALING_KEY_ACTIVATED,
        f"sealing_key:{key.id}",
        before=before,
        after=key.generation,
    )


def list_sealing_keys(session: Session) -> list[SealingKey]:
    """All generations, the newest first."""
    return list(session.scalars(select(SealingKey).order_by(SealingKey.generation.desc())))


def current_sealing_key(session: Session) -> PublicSealingKey | None:
    """The public half that new reports are sealed to, or None before the first activation."""
    row = session.execute(
        select(SealingKey.id, SealingKey.public_key)
        .where(SealingKey.activated_at.is_not(None), SealingKey.retired_at.is_(None))
        .order_by(SealingKey.generation.desc())
        .limit(1)
    ).first()
    return None if row is None else PublicSealingKey(row.id, row.public_key)
