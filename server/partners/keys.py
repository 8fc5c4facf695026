"""The life of a key: issue, rotate, pause, revoke. Publishable and secret keys alike."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from server.audit.service import AuditAction, record_event
from server.partners.campaign import clean_campaign
from server.partners.errors import PartnerError
from server.partners.key_format import KEY_ID_LENGTH, SECRET, Kind, mint_key
from server.partners.models import Partner, PartnerKey, Portal
from server.partners.origins import OriginError, parse_allowed_origin
from server.partners.vocabulary import KeyMode, KeyState
from server.storage.keyring import IntakeSecrets

MAX_GRACE_DAYS = 365
SECRET_LABEL = "secret-key"  # noqa: S105  (an HKDF label)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key. `text` is the whole key; of a secret key it is never to be had again."""

    row: PartnerKey
    text: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """What a key is issued with, besides its partner and portal."""

    label: str
    origins: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    campaign: str | None = None
    mode: KeyMode = KeyMode.LIVE
    secret: bool = False
    expires_at: datetime | None = None


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
    origins, warnings = _origins(terms)
    languages = _languages(terms, portal)
    if not terms.label.strip():
        raise PartnerError("a key needs a label, for instance --label 'Home page'")
    if terms.campaign and clean_campaign(terms.campaign) is None:
        raise PartnerError("a campaign is 1 to 64 letters, digits, spaces and _ . ~ -")
    if terms.expires_at is not None and terms.expires_at <= datetime.now(UTC):
        raise PartnerError("the expiry is in the past")
    kind: Kind = "iwfsk" if terms.secret else "iwfpk"
    minted = mint_key(kind, terms.mode)
    row = PartnerKey(
        text=minted.key_id if terms.secret else minted.text,
        secret_hmac=_secret_hmac(secrets, minted.text) if terms.secret else None,
        mode=terms.mode,
        state=KeyState.ACTIVE,
        partner_id=partner.id,
        portal_id=portal.id,
        label=terms.label.strip()[:120],
        origins=origins,
        languages=languages,
        default_language=languages[0],
        campaign=terms.campaign,
        revision=1,
        created_at=datetime.now(UTC),
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
        mode=terms.mode.value,
        secret=terms.secret,
        origins=origins,
    )
    return IssuedKey(row, minted.text, warnings)


def rotate_key(
    session: Session, text: str, *, grace_days: int, secrets: IntakeSecrets, actor: str
) -> IssuedKey:
    """Issue a successor with the same terms; the old key holds for `grace_days` (0–365) more.

    Raises PartnerError for a key that is not active or was rotated before.
    """
    old = get_key(session, text)
    if old.state is not KeyState.ACTIVE:
        raise PartnerError(f"the key is {old.state.value}: only an active key can be rotated")
    if old.successor_id is not None:
        raise PartnerError("the key was rotated before; rotate its successor")
    if not 0 <= grace_days <= MAX_GRACE_DAYS:
        raise PartnerError(f"the grace period is 0 to {MAX_GRACE_DAYS} days")
    now = datetime.now(UTC)
    if old.expires_at is not None and old.expires_at <= now:
        raise PartnerError("the key has expired: issue a new one")
    terms = KeyTerms(
        label=old.label,
        origins=tuple(old.origins),
        languages=tuple(old.languages),
        campaign=old.campaign,
        mode=old.mode,
        secret=old.secret_hmac is not None,
        expires_at=old.expires_at,
    )
    partner = session.get_one(Partner, old.partner_id)
    portal = session.get_one(Portal, old.portal_id)
    issued = issue_key(session, partner, portal, terms, secrets=secrets, actor=actor)
    grace_end = now + timedelta(days=grace_days)
    old.expires_at = min(old.expires_at, grace_end) if old.expires_at else grace_end
    old.successor_id = issued.row.id
    old.revision += 1
    record_event(
        session,
        actor,
        AuditAction.KEY_ROTATED,
        f"key:{old.id}",
        successor=str(issued.row.id),
        grace_days=grace_days,
    )
    return issued


def pause_key(session: Session, text: str, *, actor: str) -> PartnerKey:
    """Pause an active key; raises PartnerError in any other state."""
    key = get_key(session, text)
    if key.state is not KeyState.ACTIVE:
        raise PartnerError(f"the key is {key.state.value}: only an active key can be paused")
    _cease(key, KeyState.PAUSED)
    record_event(session, actor, AuditAction.KEY_PAUSED, f"key:{key.id}")
    return key


def revoke_key(session: Session, text: str, *, reason: str, actor: str) -> PartnerKey:
    """Revoke a key for good; raises PartnerError when it is revoked already or no reason given."""
    key = get_key(session, text)
    if key.state is KeyState.REVOKED:
        raise PartnerError("the key is revoked already")
    if not reason.strip():
        raise PartnerError("say why: --reason 'no longer a partner'")
    key.revoked_reason = reason.strip()[:300]
    _cease(key, KeyState.REVOKED)
    record_event(
        session, actor, AuditAction.KEY_REVOKED, f"key:{key.id}", reason=key.revoked_reason
    )
    return key


def list_keys(session: Session, partner_slug: str | None = None) -> list[PartnerKey]:
    """Keys with their partner and portal loaded, the newest first."""
    query = (
        select(PartnerKey)
        .options(joinedload(PartnerKey.partner), joinedload(PartnerKey.portal))
        .order_by(PartnerKey.id.desc())
    )
    if partner_slug is not None:
        query = query.join(Partner).where(Partner.slug == partner_slug)
    return list(session.scalars(query))


def get_key(session: Session, text: str) -> PartnerKey:
    """The key with this text (a secret key: its id part, or the whole), partner and portal loaded.

    Raises PartnerError when there is none.
    """
    if text.startswith(f"{SECRET}_"):
        text = text[: len("iwfsk_live_") + KEY_ID_LENGTH]
    key = session.scalar(
        select(PartnerKey)
        .options(joinedload(PartnerKey.partner), joinedload(PartnerKey.portal))
        .where(PartnerKey.text == text)
    )
    if key is None:
        raise PartnerError("there is no such key; see `portals keys list`")
    return key


def secret_matches(secrets: IntakeSecrets, key: PartnerKey, text: str) -> bool:
    """Whether `text` is this secret key, under any configured generation; constant time."""
    if key.secret_hmac is None:
        return False
    return any(
        hmac.compare_digest(key.secret_hmac, _secret_hmac(secrets, text, generation))
        for generation in secrets.numbers()
    )


def _secret_hmac(secrets: IntakeSecrets, text: str, generation: int | None = None) -> bytes:
    return hmac.new(
        secrets.derive(SECRET_LABEL, generation), text.encode("ascii"), hashlib.sha256
    ).digest()


def _cease(key: PartnerKey, state: KeyState) -> None:
    # The moment of the first ceasing counts: revoking a paused key grants no new day.
    key.ceased_at = key.ceased_at or datetime.now(UTC)
    key.state = state
    key.revision += 1


def _origins(terms: KeyTerms) -> tuple[list[str], tuple[str, ...]]:
    try:
        parsed = [parse_allowed_origin(text) for text in terms.origins]
    except OriginError as error:
        raise PartnerError(str(error)) from error
    if not parsed and not terms.secret:
        raise PartnerError("a key needs an allowed origin: --origin https://www.example.org")
    origins = list(dict.fromkeys(origin.text for origin in parsed))
    return origins, tuple(origin.warning for origin in parsed if origin.warning)


def _languages(terms: KeyTerms, portal: Portal) -> list[str]:
    unknown = [code for code in terms.languages if code not in portal.languages]
    if unknown:
        raise PartnerError(
            f"the portal {portal.slug} has no {', '.join(unknown)}; "
            f"it speaks {', '.join(portal.languages)}"
        )
    return list(terms.languages) or list(portal.languages)


__all__ = [
    "IssuedKey",
    "KeyTerms",
    "get_key",
    "issue_key",
    "list_keys",
    "pause_key",
    "revoke_key",
    "rotate_key",
    "secret_matches",
]
