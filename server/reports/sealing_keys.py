"""Generations of the hotline's sealing key: make, activate and retire one, find the current one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.reports.dependants import count_dependants
from server.reports.models import SealingKey
from server.reports.private_keys import PrivateKeys, add_private_key
from server.reports.sealing import (
    SUITE,
    PublicSealingKey,
    generate_key_pair,
    public_of,
    wrap_private_key,
)
from server.storage.ids import new_id

#: How long a report may lie in a spool, as far as forgetting a private key goes.
IN_SPOOLS = timedelta(days=1)

#: PostgreSQL's lock for whoever changes a generation: a number that nothing else here locks.
_ADVISORY_LOCK = 0x7365616C

#: Where a private key goes when it is made or recovered: the key file, or a file of its own.
Keep = Callable[[UUID, bytes], None]


class SealingRefused(Exception):
    """A generation may not be changed like that; the message says why and what to do."""


class KeyState(StrEnum):
    NEW = "new"
    ACTIVE = "active"
    OPEN = "open"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new pair whose private half is kept already, not yet a generation."""

    id: UUID
    public: bytes
    recovery_copy: bytes


def make_key(keep: Keep, recovery_public: bytes) -> MadeKey:
    """A new pair: the private half goes to `keep`, its copy is sealed to the recovery key.

    Raises ValueError for a malformed recovery key, and what `keep` raises. Needs no database:
    a passphrase is derived slowly on purpose, which would hold a transaction up.
    """
    private, public = generate_key_pair()
    made = MadeKey(new_id(), public, b"")
    copy = wrap_private_key(private, recovery_public, made.id)
    # The private key first, the row after: a private key without its row is harmless, a row
    # without its private key would seal reports that nobody can open.
    keep(made.id, private)
    return MadeKey(made.id, public, copy)


def add_sealing_key(session: Session, made: MadeKey, *, actor: str) -> SealingKey:
    """The next generation. It seals nothing until it is activated."""
    _one_at_a_time(session)
    latest = session.scalar(select(func.max(SealingKey.generation)))
    key = SealingKey(
        id=made.id,
        generation=(latest or 0) + 1,
        suite=SUITE,
        public_key=made.public,
        recovery_copy=made.recovery_copy,
        created_at=datetime.now(UTC),
    )
    session.add(key)
    session.flush()
    _note(session, actor, AuditAction.SEALING_KEY_CREATED, key)
    return key


def create_sealing_key(
    session: Session, *, key_file: Path, passphrase: str, recovery_public: bytes, actor: str
) -> SealingKey:
    """Make the next generation with its private half in the key file.

    Raises PrivateKeysError when the file or its passphrase is refused, ValueError for a
    malformed recovery key.
    """
    made = make_key(partial(add_private_key, key_file, passphrase), recovery_public)
    return add_sealing_key(session, made, actor=actor)


def activate_generation(
    session: Session, generation: int, private_keys: PrivateKeys, *, actor: str
) -> SealingKey:
    """Seal with this generation from now on, provided that its private half is at hand.

    Raises SealingRefused for one that is retired, active already, or could not be opened.
    """
    _one_at_a_time(session)
    key = find_generation(session, generation)
    if state_of(key) is KeyState.RETIRED:
        raise SealingRefused(
            f"generation {generation} is retired; make another with `portals sealing new`"
        )
    if state_of(key) is KeyState.ACTIVE:
        raise SealingRefused(f"generation {generation} is active already")
    private = private_keys.find(key.id)
    if private is None or public_of(private) != key.public_key:
        raise SealingRefused(
            f"the private key of generation {generation} is not here: nobody could open what is "
            f"sealed to it; bring it back with `portals sealing recover {generation}`"
        )
    activate_sealing_key(session, key, actor=actor)
    return key


def activate_sealing_key(session: Session, key: SealingKey, *, actor: str) -> None:
    """Seal with this key from now on; the one before stays open for what it sealed."""
    _one_at_a_time(session)
    now = datetime.now(UTC)
    is_active = (
        SealingKey.activated_at.is_not(None),
        SealingKey.superseded_at.is_(None),
        SealingKey.retired_at.is_(None),
    )
    before = session.scalar(
        select(SealingKey.generation).where(*is_active).order_by(SealingKey.generation.desc())
    )
    session.execute(
        update(SealingKey).where(*is_active, SealingKey.id != key.id).values(superseded_at=now)
    )
    key.activated_at, key.superseded_at, key.retired_at = now, None, None
    record_event(
        session,
        actor,
        AuditAction.SEALING_KEY_ACTIVATED,
        f"sealing_key:{key.id}",
        before=before,
        after=key.generation,
    )


def retire_generation(
    session: Session, generation: int, *, despite_damaged: bool, actor: str
) -> SealingKey:
    """Note that nothing depends on a generation any more. Repeating it changes nothing.

    Raises SealingRefused while it is active or envelopes depend on it; with `despite_damaged`
    those that do not open any more are given up.
    """
    _one_at_a_time(session)
    key = find_generation(session, generation)
    if state_of(key) is KeyState.RETIRED:
        return key
    if state_of(key) is KeyState.ACTIVE:
        raise SealingRefused(
            f"generation {generation} is active: reports are sealed to it; first activate another "
            "with `portals sealing new --activate`"
        )
    depend = count_dependants(session).of(key.id)
    whole = depend.envelopes - depend.damaged
    if whole:
        raise SealingRefused(
            f"{whole:,} envelopes are sealed to generation {generation}; first move them with "
            f"`portals sealing reseal --from {generation}`"
        )
    if depend.damaged and not despite_damaged:
        raise SealingRefused(
            f"{depend.damaged:,} damaged envelopes are sealed to generation {generation}; bring "
            "them back from a backup, or give them up with --despite-damaged"
        )
    key.retired_at = datetime.now(UTC)
    _note(session, actor, AuditAction.SEALING_KEY_RETIRED, key, damaged=depend.damaged)
    return key


def note_forgotten(session: Session, key: SealingKey, *, actor: str) -> None:
    """Say that the private half of a retired generation is removed; its recovery copy stays.

    Raises SealingRefused within a day of its last use: a report that was sealed to it may still
    lie in a server's spool.
    """
    since = key.superseded_at
    if since is not None and datetime.now(UTC) < since + IN_SPOOLS:
        after = (since + IN_SPOOLS).strftime("%d %b, %H:%M UTC")
        raise SealingRefused(
            f"generation {key.generation} was active until lately, and a spool may hold reports "
            f"that are sealed to it; forget its private key after {after}"
        )
    _note(session, actor, AuditAction.PRIVATE_KEY_FORGOTTEN, key)


def list_sealing_keys(session: Session) -> list[SealingKey]:
    """All generations, the newest first."""
    return list(session.scalars(select(SealingKey).order_by(SealingKey.generation.desc())))


def find_generation(session: Session, generation: int) -> SealingKey:
    """The key of a generation; raises SealingRefused when there is none."""
    key = session.scalar(select(SealingKey).where(SealingKey.generation == generation))
    if key is None:
        raise SealingRefused(f"there is no generation {generation}: see `portals sealing status`")
    return key


def state_of(key: SealingKey) -> KeyState:
    if key.retired_at is not None:
        return KeyState.RETIRED
    if key.activated_at is None:
        return KeyState.NEW
    return KeyState.ACTIVE if key.superseded_at is None else KeyState.OPEN


def current_sealing_key(session: Session) -> PublicSealingKey | None:
    """The public half that new reports are sealed to, or None before the first activation."""
    row = session.execute(
        select(SealingKey.id, SealingKey.public_key)
        .where(
            SealingKey.activated_at.is_not(None),
            SealingKey.superseded_at.is_(None),
            SealingKey.retired_at.is_(None),
        )
        .order_by(SealingKey.generation.desc())
        .limit(1)
    ).first()
    return None if row is None else PublicSealingKey(row.id, row.public_key)


def _one_at_a_time(session: Session) -> None:
    """Two commands at once must not make the same generation, or both be active."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writers are alone anyway
        session.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def _note(session: Session, actor: str, action: AuditAction, key: SealingKey, **more: int) -> None:
    record_event(session, actor, action, f"sealing_key:{key.id}", generation=key.generation, **more)
