"""Issue a key and find it again. Publishable and secret keys alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from server.audit.service import AuditAction, record_event
from server.partners.errors import PartnerError
from server.partners.key_format import KEY_ID_LENGTH, SECRET, Kind, mint_key
from server.partners.key_terms import CheckedTerms, KeyTerms, check_terms
from server.partners.models import Partner, PartnerKey, Portal
from server.partners.secret_key import secret_hmac
from server.partners.vocabulary import KeyMode, KeyState
from server.storage.keyring import IntakeSecrets


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key. `text` is the whole key; of a secret key it is never to be had again."""

    row: PartnerKey
    text: str
    warnings: tuple[str, ...] = ()


def issue_key(
    session: Session,
    partner: Partner,
    portal: Portal,
    terms: KeyTerms,
    *,
    secrets: IntakeSecrets,
    actor: str,
) -> IssuedKey:
    """Issue an active key. The key's languages are the portal's unless fewer are named.

    Raises PartnerError for a missing label, a publishable key without an origin, languages
    that the portal does not have, an origin that is none, or an expiry in the past.
    """
    now = datetime.now(UTC)
    checked = check_terms(terms, portal, now)
    return add_key(
        session,
        (partner, portal),
        checked,
        mode=terms.mode,
        secret=terms.secret,
        secrets=secrets,
        actor=actor,
        now=now,
    )


def add_key(
    session: Session,
    place: tuple[Partner, Portal],
    terms: CheckedTerms,
    *,
    mode: KeyMode,
    secret: bool,
    secrets: IntakeSecrets,
    actor: str,
    now: datetime,
) -> IssuedKey:
    """Mint and insert an active key with terms that were checked, and record that it was issued."""
    partner, portal = place
    kind: Kind = "iwfsk" if secret else "iwfpk"
    minted = mint_key(kind, mode)
    row = PartnerKey(
        text=minted.key_id if secret else minted.text,
        secret_hmac=secret_hmac(secrets, minted.text) if secret else None,
        mode=mode,
        state=KeyState.ACTIVE,
        partner_id=partner.id,
        portal_id=portal.id,
        label=terms.label,
        origins=terms.origins,
        languages=terms.languages,
        default_language=terms.default_language,
        campaign=terms.campaign,
        revision=1,
        created_at=now,
        expires_at=terms.expires_at,
    )
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        AuditAction.KEY_ISSUED,
        f"key:{row.id}",
        partner=partner.slug,
        portal=portal.slug,
        mode=mode.value,
        secret=secret,
        label=row.label,
        origins=terms.origins,
        expires_at=row.expires_at.isoformat() if row.expires_at else None,
    )
    return IssuedKey(row, minted.text, terms.warnings)


def list_keys(session: Session, partner_slug: str | None = None) -> list[PartnerKey]:
    """Keys with their partner and portal loaded, the newest first."""
    query = _with_place().order_by(PartnerKey.id.desc())
    if partner_slug is not None:
        query = query.join(Partner).where(Partner.slug == partner_slug)
    return list(session.scalars(query))


def get_key(session: Session, text: str) -> PartnerKey:
    """The key with this text (a secret key: its id part, or the whole), partner and portal loaded.

    Raises PartnerError when there is none.
    """
    return _one(session, _with_place().where(PartnerKey.text == _stored_text(text)))


def hold_key(session: Session, text: str) -> PartnerKey:
    """The same for a change: no other transaction changes the key until this one ends."""
    query = _with_place().where(PartnerKey.text == _stored_text(text))
    held = query.with_for_update(of=PartnerKey).execution_options(populate_existing=True)
    return _one(session, held)


def get_key_by_id(session: Session, key_id: UUID) -> PartnerKey:
    """The key with this id, partner and portal loaded; raises PartnerError when there is none."""
    return _one(session, _with_place().where(PartnerKey.id == key_id))


def predecessor_of(session: Session, key: PartnerKey) -> PartnerKey | None:
    """The key that was rotated into this one."""
    return session.scalar(select(PartnerKey).where(PartnerKey.successor_id == key.id))


def _with_place() -> Select[PartnerKey]:
    return select(PartnerKey).options(joinedload(PartnerKey.partner), joinedload(PartnerKey.portal))


def _stored_text(text: str) -> str:
    whole = text.startswith(f"{SECRET}_")
    return text[: len("iwfsk_live_") + KEY_ID_LENGTH] if whole else text


def _one(session: Session, query: Select[PartnerKey]) -> PartnerKey:
    key = session.scalar(query)
    if key is None:
        raise PartnerError("there is no such key; see `portals keys list`")
    return key


__all__ = [
    "IssuedKey",
    "KeyTerms",
    "add_key",
    "get_key",
    "get_key_by_id",
    "hold_key",
    "issue_key",
    "list_keys",
    "predecessor_of",
]
