"""Find the key that a request names, with all that is needed to serve it, in one query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from server.partners.branding import BrandingTexts, BrandingView, logo_uri
from server.partners.key_format import PUBLISHABLE, SECRET, parse_key
from server.partners.models import Branding, BrandingDraft, Partner, PartnerKey, Portal
from server.partners.resolved_key import PortalWords, ResolvedKey, Standing
from server.partners.secret_key import SecretKey, secret_matches
from server.partners.vocabulary import KeyMode, KeyState
from server.storage.keyring import IntakeSecrets


def find_key(session: Session, text: str) -> ResolvedKey | None:
    """The publishable key `text`, or None. A mistyped one costs no query (promise P21)."""
    parsed = parse_key(text)
    if parsed is None or parsed.kind != PUBLISHABLE:
        return None
    row = session.execute(_query().where(PartnerKey.text == text)).first()
    return None if row is None else _resolve(row)


def find_secret_key(session: Session, text: str, secrets: IntakeSecrets) -> ResolvedKey | None:
    """The secret key `text` when it exists, matches its HMAC and is open; else None."""
    parsed = parse_key(text)
    if parsed is None or parsed.kind != SECRET:
        return None
    stored = stored_secret_key(session, parsed.key_id)
    if stored is None or not secret_matches(secrets, stored.hmac, text):
        return None
    return stored.key if stored.key.standing(datetime.now(UTC)) is Standing.OPEN else None


def stored_secret_key(session: Session, key_id: str) -> SecretKey | None:
    """The secret key whose text begins with `key_id`, with the HMAC that the whole must have."""
    row = session.execute(_query().where(PartnerKey.text == key_id)).first()
    if row is None or row[0].secret_hmac is None:
        return None
    return SecretKey(_resolve(row), row[0].secret_hmac)


def get_attribution(session: Session, key_id: UUID) -> ResolvedKey | None:
    """The key that a report came through, whatever its state is today."""
    row = session.execute(_query().where(PartnerKey.id == key_id)).first()
    return None if row is None else _resolve(row)


def get_attributions(session: Session, key_ids: Collection[UUID]) -> dict[UUID, ResolvedKey]:
    """The keys that a page of reports came through, in one query."""
    rows = session.execute(_query().where(PartnerKey.id.in_(key_ids)))
    return {row[0].id: _resolve(row) for row in rows}


def form_keys_of(session: Session, portal_id: UUID) -> list[ResolvedKey]:
    """The live publishable keys of a portal that were ever opened, the newest first."""
    rows = session.execute(
        _query()
        .where(
            PartnerKey.portal_id == portal_id,
            PartnerKey.mode == KeyMode.LIVE,
            PartnerKey.state != KeyState.PENDING,
            PartnerKey.secret_hmac.is_(None),
        )
        .order_by(PartnerKey.id.desc())
    )
    return [_resolve(row) for row in rows]


def portal_words(portal: Portal) -> dict[str, PortalWords]:
    """A portal's own words by language."""
    return {language: PortalWords(**words) for language, words in portal.texts.items()}


def _resolve(row: Row[PartnerKey, Partner, Portal, Branding | None]) -> ResolvedKey:
    return resolve_key(*row)


def _query() -> Select[PartnerKey, Partner, Portal, Branding | None]:
    newest = (
        select(func.max(Branding.revision))
        .where(Branding.partner_id == PartnerKey.partner_id)
        .correlate(PartnerKey)
        .scalar_subquery()
    )
    return (
        select(PartnerKey, Partner, Portal, Branding)
        .join(Partner, Partner.id == PartnerKey.partner_id)
        .join(Portal, Portal.id == PartnerKey.portal_id)
        .outerjoin(
            Branding,
            (Branding.partner_id == PartnerKey.partner_id) & (Branding.revision == newest),
        )
    )


def resolve_key(
    key: PartnerKey, partner: Partner, portal: Portal, branding: Branding | BrandingDraft | None
) -> ResolvedKey:
    """The key under a look, detached; without a look under the partner's name."""
    return ResolvedKey(
        id=key.id,
        text=key.text,
        mode=key.mode,
        state=key.state,
        ceased_at=key.ceased_at,
        expires_at=key.expires_at,
        label=key.label,
        partner_id=partner.id,
        partner_slug=partner.slug,
        partner_name=partner.name,
        portal_id=portal.id,
        portal_slug=portal.slug,
        portal_name=portal.name,
        portal_languages=tuple(portal.languages),
        reach=portal.reach,
        continent=portal.continent,
        territories=tuple(portal.territories),
        languages=tuple(key.languages),
        default_language=key.default_language,
        origins=tuple(key.origins),
        campaign=key.campaign,
        branding=_branding_view(partner, branding),
        revision=".".join(
            str(part.revision if part else 0) for part in (key, branding, partner, portal)
        ),
        portal_texts=portal_words(portal),
    )


def _branding_view(partner: Partner, branding: Branding | BrandingDraft | None) -> BrandingView:
    if branding is None:
        return BrandingView(display_name=partner.name)
    return BrandingView(
        display_name=branding.display_name,
        colour=branding.colour,
        logo=logo_uri(branding.logo),
        texts={language: BrandingTexts(**parts) for language, parts in branding.texts.items()},
    )
