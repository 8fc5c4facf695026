"""Move envelopes to the active sealing key: their data keys are sealed anew, nothing else.

Each batch is read, then computed without a transaction, then written in one that compares: the
intake goes on meanwhile, a kill loses nothing, and two runs at once do no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.reports.damage import set_apart
from server.reports.models import Envelope, SealingKey
from server.reports.private_keys import PrivateKeys
from server.reports.sealing import EnvelopeDamaged, PublicSealingKey, SealedPart, reseal
from server.reports.sealing_keys import SealingRefused, current_sealing_key, find_generation
from server.reports.vocabulary import EnvelopeKind
from server.storage.database import Database

BATCH = 200
MAX_BATCH = 5_000

#: Where a batch ended: the primary key of its last envelope.
Place = tuple[UUID, EnvelopeKind]


@dataclass(frozen=True, slots=True)
class Resealed:
    """What a run did so far."""

    moved: int = 0
    damaged: int = 0

    def __add__(self, other: Resealed) -> Resealed:
        return Resealed(self.moved + other.moved, self.damaged + other.damaged)


@dataclass(frozen=True, slots=True)
class _Moved:
    report_id: UUID
    kind: EnvelopeKind
    before: SealedPart
    after: SealedPart | None
    is_damaged: bool = False


def reseal_envelopes(
    database: Database,
    private_keys: PrivateKeys,
    *,
    generation: int | None = None,
    batch: int = BATCH,
    actor: str,
) -> Iterator[Resealed]:
    """Seal data keys to the active generation, from one generation or from all others.

    Yields what each batch came to, after its commit. An envelope that does not open is set apart
    and passed over. Raises SealingRefused, before anything is changed, when there is no active
    generation or a private key is missing.
    """
    with database.reading() as session:
        wanted = _sources(session, generation, private_keys)
        known = frozenset(session.scalars(select(SealingKey.id)))
    done, place, is_first = Resealed(), None, True
    while True:
        with database.reading() as session:
            to = current_sealing_key(session)
            rows = [] if to is None else _next_batch(session, wanted, to.id, place, batch)
        if to is None or not rows:
            break
        moved = [_move(row, private_keys, to, known) for row in rows]
        with database.transaction() as session:
            if is_first:
                _note(session, actor, AuditAction.RESEALING_BEGUN, to, generation, None)
            came_to = _write(session, moved, actor)
        done, place, is_first = done + came_to, (rows[-1].report_id, rows[-1].kind), False
        yield came_to
    if to is not None and not is_first:
        with database.transaction() as session:
            _note(session, actor, AuditAction.RESEALING_DONE, to, generation, done)


def _sources(
    session: Session, generation: int | None, private_keys: PrivateKeys
) -> frozenset[UUID] | None:
    """The keys to move away from, None for all but the active one."""
    active = current_sealing_key(session)
    if active is None:
        raise SealingRefused(
            "no generation is active; make one with `portals sealing new --activate`"
        )
    chosen = None if generation is None else find_generation(session, generation)
    if chosen is not None and chosen.id == active.id:
        raise SealingRefused(f"generation {generation} is active: envelopes are moved to it")
    for key in [chosen] if chosen else list(session.scalars(select(SealingKey))):
        if (
            key.id != active.id
            and private_keys.find(key.id) is None
            and session.scalar(select(Envelope.report_id).where(Envelope.sealing_key_id == key.id))
        ):
            raise SealingRefused(
                f"the private key of generation {key.generation} is not here; bring it back with "
                f"`portals sealing recover {key.generation}`, or move one generation with --from"
            )
    return None if chosen is None else frozenset({chosen.id})


def _next_batch(
    session: Session,
    wanted: frozenset[UUID] | None,
    active: UUID,
    after: Place | None,
    size: int,
) -> list[Envelope]:
    """Keyset by the primary key, so that what does not open is passed over, not met again."""
    query = (
        select(Envelope)
        .where(Envelope.sealing_key_id != active)
        .order_by(Envelope.report_id, Envelope.kind)
        .limit(max(1, min(size, MAX_BATCH)))
    )
    if wanted is not None:
        query = query.where(Envelope.sealing_key_id.in_(wanted))
    if after is not None:
        query = query.where(tuple_(Envelope.report_id, Envelope.kind) > after)
    return list(session.scalars(query))


def _move(
    row: Envelope, private_keys: PrivateKeys, to: PublicSealingKey, known: frozenset[UUID]
) -> _Moved:
    part, private = row.part(), private_keys.find(row.sealing_key_id)
    if private is None:
        # Came in since the keys were looked at, from a spool; or names a key that never was.
        return _Moved(row.report_id, row.kind, part, None, row.sealing_key_id not in known)
    try:
        return _Moved(row.report_id, row.kind, part, reseal(part, row.report_id, private, to))
    except EnvelopeDamaged:
        return _Moved(row.report_id, row.kind, part, None, is_damaged=True)


def _write(session: Session, batch: list[_Moved], actor: str) -> Resealed:
    """Write what still stands as it was read: a contact may be deleted, another run ahead."""
    values = [
        {
            "at_report": each.report_id,
            "at_kind": each.kind,
            "was_wrapped": each.before.wrapped_key,
            "sealing_key_id": each.after.sealing_key_id,
            "wrapped_key": each.after.wrapped_key,
            "content_key_id": each.after.content_key_id,
        }
        for each in batch
        if each.after is not None
    ]
    moved = 0
    if values:
        written = session.connection().execute(_AS_READ, values)
        moved = max(written.rowcount, 0)
    damaged = [each for each in batch if each.is_damaged]
    for each in damaged:
        set_apart(session, each.report_id, each.kind, actor=actor)
    return Resealed(moved, len(damaged))


_AS_READ = (
    update(Envelope.__table__)  # type: ignore[arg-type]
    .where(Envelope.__table__.c.report_id == bindparam("at_report"))
    .where(Envelope.__table__.c.kind == bindparam("at_kind"))
    .where(Envelope.__table__.c.wrapped_key == bindparam("was_wrapped"))
    .values(
        sealing_key_id=bindparam("sealing_key_id"),
        wrapped_key=bindparam("wrapped_key"),
        content_key_id=bindparam("content_key_id"),
    )
)


def _note(
    session: Session,
    actor: str,
    action: AuditAction,
    to: PublicSealingKey,
    generation: int | None,
    done: Resealed | None,
) -> None:
    counts = {} if done is None else {"count": done.moved, "damaged": done.damaged}
    record_event(session, actor, action, f"sealing_key:{to.id}", generation=generation, **counts)
