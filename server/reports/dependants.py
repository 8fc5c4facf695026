"""How many envelopes depend on each generation of the sealing key."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.reports.models import Envelope


@dataclass(frozen=True, slots=True)
class Dependants:
    """Envelopes sealed to one key; `damaged` of them were found not to open."""

    envelopes: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class AllDependants:
    by_key: dict[UUID, Dependants]

    def of(self, sealing_key_id: UUID) -> Dependants:
        return self.by_key.get(sealing_key_id, Dependants())


def count_dependants(session: Session) -> AllDependants:
    """Counted by the indexes alone; some seconds at ten million envelopes."""
    every = select(Envelope.sealing_key_id, func.count()).group_by(Envelope.sealing_key_id)
    whole = dict(session.execute(every).all())
    damaged = dict(session.execute(every.where(Envelope.damaged_at.is_not(None))).all())
    return AllDependants(
        {key_id: Dependants(count, damaged.get(key_id, 0)) for key_id, count in whole.items()}
    )
