"""Integration kits: pages for a partner's webmaster, who has their address and nothing else."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners.errors import PartnerError
from server.partners.key_state import key_state
from server.partners.lookup import get_attribution
from server.partners.models import Kit, PartnerKey
from server.partners.resolved_key import ResolvedKey
from server.partners.vocabulary import KeyState

KIT_DAYS = (7, 30, 90)
DEFAULT_KIT_DAYS = 30
MAX_OPEN_KITS = 20
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class IssuedKit:
    """A new kit. `token` (256 random bits) is part of its address, and never to be had again."""

    kit: Kit
    token: str


@dataclass(frozen=True, slots=True)
class OpenedKit:
    """A kit with its key, as whoever has the address sees them; `is_open` is false when it
    expired or was closed, or its key was revoked."""

    id: UUID
    key: ResolvedKey
    expires_at: datetime
    is_open: bool


def issue_kit(
    session: Session, key: PartnerKey, *, days: int, now: datetime, actor: str
) -> IssuedKit:
    """Open a kit of `key` for 7, 30 or 90 days.

    Raises PartnerError for other days, a secret key, a key that is not in use, and when 20 kits
    of the key are open.
    """
    if days not in KIT_DAYS:
        raise PartnerError("a kit is open for 7, 30 or 90 days", "days")
    if key.secret_hmac is not None:
        raise PartnerError("a secret key has no kit: it never stands in a page")
    state = key_state(key, now)
    if state not in (KeyState.ACTIVE, KeyState.PENDING):
        raise PartnerError(f"the key is {state.value}: only a key in use has a kit")
    if len(open_kits(session, key.id, now)) >= MAX_OPEN_KITS:
        raise PartnerError(f"{MAX_OPEN_KITS} kits of this key are open: close one first")
    token = secrets.token_urlsafe(32)
    kit = Kit(
        key_id=key.id,
        token_digest=_digest(token),
        created_at=now,
        created_by=actor,
        expires_at=now + timedelta(days=days),
    )
    session.add(kit)
    session.flush()
    record_event(
        session,
        actor,
        AuditAction.KIT_ISSUED,
        f"key:{key.id}",
        kit=str(kit.id),
        days=days,
        expires_at=kit.expires_at.isoformat(),
    )
    return IssuedKit(kit, token)


def open_kits(session: Session, key_id: UUID, now: datetime) -> list[Kit]:
    """The kits of a key whose addresses work, the newest first; none of a revoked key."""
    return list(
        session.scalars(
            select(Kit)
            .join(PartnerKey, PartnerKey.id == Kit.key_id)
            .where(
                Kit.key_id == key_id,
                Kit.closed_at.is_(None),
                Kit.expires_at > now,
                PartnerKey.state != KeyState.REVOKED,
            )
            .order_by(Kit.id.desc())
        )
    )


def close_kit(session: Session, key_id: UUID, kit_id: UUID, *, now: datetime, actor: str) -> Kit:
    """Close a kit of this key for good; raises PartnerError when it is closed or not there."""
    kit = session.scalar(
        select(Kit).where(Kit.id == kit_id, Kit.key_id == key_id).with_for_update()
    )
    if kit is None:
        raise PartnerError("there is no such kit")
    if kit.closed_at is not None:
        raise PartnerError("the kit was closed already")
    kit.closed_at = now
    record_event(session, actor, AuditAction.KIT_CLOSED, f"key:{key_id}", kit=str(kit.id))
    return kit


def find_kit(session: Session, token: str, now: datetime) -> OpenedKit | None:
    """The kit whose address holds `token`, open or not; None when there never was one.

    A text that is no token costs no query. The stored digest is compared by the index: what its
    timing could tell of a SHA-256 leads to no token.
    """
    if not _TOKEN.fullmatch(token):
        return None
    kit = session.scalar(select(Kit).where(Kit.token_digest == _digest(token)))
    key = get_attribution(session, kit.key_id) if kit else None
    if kit is None or key is None:
        return None
    holds = kit.closed_at is None and now < kit.expires_at
    return OpenedKit(kit.id, key, kit.expires_at, holds and key.state is not KeyState.REVOKED)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
