"""The list of partners: filtered by what stands in their names and by their keys' state."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from server.partners.key_state import key_state
from server.partners.models import Partner, PartnerKey
from server.partners.vocabulary import KeyMode, KeyState


@dataclass(frozen=True, slots=True)
class KeyNote:
    """As much of a key as a list of partners needs."""

    id: UUID
    state: KeyState
    mode: KeyMode


@dataclass(frozen=True, slots=True)
class PartnerNote:
    """A partner with its keys as they stand now."""

    id: UUID
    slug: str
    name: str
    keys: tuple[KeyNote, ...]


def find_partners(
    session: Session,
    now: datetime,
    *,
    state: KeyState | None = None,
    without_keys: bool = False,
    words: str = "",
    after: str | None = None,
    limit: int = 50,
) -> list[PartnerNote]:
    """Up to `limit` partners by slug, those behind the slug `after`.

    With `state` only those that have a key in it at `now`, with `without_keys` only those that
    have none, with `words` only those whose name or slug holds them.
    """
    query = select(Partner).order_by(Partner.slug).limit(limit)
    owned = PartnerKey.partner_id == Partner.id
    if state is not None:
        query = query.where(exists().where(owned, _stands(state, now)))
    if without_keys:
        query = query.where(~exists().where(owned))
    if words:
        found = [
            column.icontains(words, autoescape=True) for column in (Partner.name, Partner.slug)
        ]
        query = query.where(or_(*found))
    if after is not None:
        query = query.where(Partner.slug > after)
    partners = list(session.scalars(query))
    keys = _keys_of(session, [partner.id for partner in partners], now)
    return [PartnerNote(p.id, p.slug, p.name, tuple(keys.get(p.id, ()))) for p in partners]


def _keys_of(
    session: Session, partner_ids: Collection[UUID], now: datetime
) -> dict[UUID, list[KeyNote]]:
    keys: dict[UUID, list[KeyNote]] = {}
    query = select(PartnerKey).where(PartnerKey.partner_id.in_(partner_ids))
    for key in session.scalars(query.order_by(PartnerKey.id)):
        note = KeyNote(key.id, key_state(key, now), key.mode)
        keys.setdefault(key.partner_id, []).append(note)
    return keys


def _stands(state: KeyState, now: datetime) -> ColumnElement[bool]:
    """`key_state` as a condition."""
    expired = and_(PartnerKey.expires_at.is_not(None), PartnerKey.expires_at <= now)
    if state is KeyState.EXPIRED:
        return and_(expired, PartnerKey.state != KeyState.REVOKED)
    if state is KeyState.REVOKED:
        return PartnerKey.state == state
    return and_(
        PartnerKey.state == state,
        or_(PartnerKey.expires_at.is_(None), PartnerKey.expires_at > now),
    )
