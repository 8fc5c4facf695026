"""Portals: set up a reporting point, change it, and find one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from server.audit.service import AuditAction, record_event
from server.partners.errors import EditConflict, PartnerError
from server.partners.models import Partner, PartnerKey, Portal
from server.partners.portal_terms import PortalTerms, check_terms
from server.partners.slug import check_slug, is_slug
from server.partners.vocabulary import KeyMode, KeyState

_IN_USE = (KeyState.PENDING, KeyState.ACTIVE, KeyState.PAUSED)


@dataclass(frozen=True, slots=True)
class PortalOverview:
    """A portal as the list of portals shows it. `open_keys` are live, publishable and active."""

    portal: Portal
    default_partner: Partner | None
    open_keys: int


def add_portal(
    session: Session, slug: str, terms: PortalTerms, *, catalogues: Collection[str], actor: str
) -> Portal:
    """Add a portal. `catalogues` are the languages that the product speaks.

    Raises PartnerError, with the field, for a slug that is taken or malformed and for terms out
    of bounds.
    """
    check_slug(slug)
    if _find(session, slug) is not None:
        raise PartnerError(f"there is a portal {slug!r} already: choose another slug", "slug")
    checked = check_terms(terms, catalogues)
    portal = Portal(slug=slug, created_at=datetime.now(UTC), revision=1)
    _apply(portal, checked, _partner_id(session, checked.default_partner))
    session.add(portal)
    session.flush()
    record_event(
        session,
        actor,
        AuditAction.PORTAL_ADDED,
        f"portal:{portal.id}",
        slug=slug,
        after=_plain(checked),
    )
    return portal


def edit_portal(
    session: Session,
    slug: str,
    terms: PortalTerms,
    *,
    revision: int | None,
    catalogues: Collection[str],
    actor: str,
) -> Portal:
    """Give a portal other terms; the same terms again change nothing.

    `revision` is the one that the edit was made from; None takes whatever is stored. Raises
    EditConflict when it is another by now, and PartnerError, with the field, for terms out of
    bounds or a language less that a key still uses.
    """
    query = select(Portal).where(Portal.slug == slug).with_for_update()
    query = query.execution_options(populate_existing=True)
    portal = session.scalar(query) if is_slug(slug) else None
    if portal is None:
        raise PartnerError(f"there is no portal {slug!r}; see `portals portals list`")
    if revision is not None and portal.revision != revision:
        raise EditConflict("this portal")
    checked = check_terms(terms, catalogues)
    _check_languages_of_keys(session, portal, checked)
    old, new = _plain(terms_of(session, portal)), _plain(checked)
    changed = [name for name in new if new[name] != old[name]]
    if changed:
        _apply(portal, checked, _partner_id(session, checked.default_partner))
        portal.revision += 1
        session.flush()
        record_event(
            session,
            actor,
            AuditAction.PORTAL_EDITED,
            f"portal:{portal.id}",
            slug=slug,
            before={name: old[name] for name in changed},
            after={name: new[name] for name in changed},
        )
    return portal


def terms_of(session: Session, portal: Portal) -> PortalTerms:
    """What a portal is set up with now: an edit starts from it."""
    partner = session.get(Partner, portal.default_partner_id) if portal.default_partner_id else None
    return PortalTerms(
        name=portal.name,
        languages=tuple(portal.languages),
        reach=portal.reach,
        territories=tuple(portal.territories),
        continent=portal.continent,
        texts=portal.texts,
        default_partner=partner.slug if partner else None,
        shows_outcomes=portal.shows_outcomes,
        retention_days=portal.retention_days,
    )


def list_portals(session: Session) -> list[Portal]:
    """All portals by slug."""
    return list(session.scalars(select(Portal).order_by(Portal.slug)))


def list_portal_overviews(session: Session) -> list[PortalOverview]:
    """All portals by name, with default partner and number of open keys."""
    open_keys = (
        select(PartnerKey.portal_id, func.count().label("number"))
        .where(
            PartnerKey.state == KeyState.ACTIVE,
            PartnerKey.mode == KeyMode.LIVE,
            PartnerKey.secret_hmac.is_(None),
            or_(PartnerKey.expires_at.is_(None), PartnerKey.expires_at > datetime.now(UTC)),
        )
        .group_by(PartnerKey.portal_id)
        .subquery()
    )
    rows = session.execute(
        select(Portal, Partner, func.coalesce(open_keys.c.number, 0))
        .outerjoin(Partner, Partner.id == Portal.default_partner_id)
        .outerjoin(open_keys, open_keys.c.portal_id == Portal.id)
        .order_by(func.lower(Portal.name), Portal.slug)
    )
    return [PortalOverview(portal, partner, number) for portal, partner, number in rows]


def list_keys_of_portal(session: Session, portal_id: UUID) -> list[PartnerKey]:
    """The keys of a portal with their partner and portal loaded, the newest first."""
    return list(
        session.scalars(
            select(PartnerKey)
            .options(joinedload(PartnerKey.partner), joinedload(PartnerKey.portal))
            .where(PartnerKey.portal_id == portal_id)
            .order_by(PartnerKey.id.desc())
        )
    )


def get_portal(session: Session, slug: str) -> Portal:
    """The portal called `slug`; raises PartnerError when there is none."""
    portal = _find(session, slug)
    if portal is None:
        raise PartnerError(f"there is no portal {slug!r}; see `portals portals list`")
    return portal


def shows_outcomes(session: Session, portal_id: UUID) -> bool:
    """Whether those who reported through a portal are told what came of it."""
    return session.scalar(select(Portal.shows_outcomes).where(Portal.id == portal_id)) is not False


def _find(session: Session, slug: str) -> Portal | None:
    return session.scalar(select(Portal).where(Portal.slug == slug)) if is_slug(slug) else None


def _partner_id(session: Session, slug: str | None) -> UUID | None:
    if slug is None:
        return None
    query = select(Partner.id).where(Partner.slug == slug)
    found = session.scalar(query) if is_slug(slug) else None
    if found is None:
        raise PartnerError(f"there is no partner {slug!r}", "default_partner")
    return found


def _check_languages_of_keys(session: Session, portal: Portal, terms: PortalTerms) -> None:
    gone = [code for code in portal.languages if code not in terms.languages]
    if not gone:
        return
    keys = session.scalars(
        select(PartnerKey)
        .where(PartnerKey.portal_id == portal.id, PartnerKey.state.in_(_IN_USE))
        .order_by(PartnerKey.id)
    )
    now = datetime.now(UTC)
    speaking = [
        key.label
        for key in keys
        if (key.expires_at is None or key.expires_at > now) and set(gone) & set(key.languages)
    ]
    if speaking:
        labels = ", ".join(f"“{label}”" for label in speaking)
        raise PartnerError(
            f"keys of this portal still speak {', '.join(gone)}: {labels}. "
            "Take the language from these keys first, or keep it",
            "languages",
        )


def _apply(portal: Portal, terms: PortalTerms, partner_id: UUID | None) -> None:
    portal.name = terms.name
    portal.reach = terms.reach
    portal.continent = terms.continent
    portal.territories = list(terms.territories)
    portal.languages = list(terms.languages)
    portal.texts = {language: dict(words) for language, words in terms.texts.items()}
    portal.default_partner_id = partner_id
    portal.shows_outcomes = terms.shows_outcomes
    portal.retention_days = terms.retention_days


def _plain(terms: PortalTerms) -> dict[str, Any]:
    """The terms as the audit trail holds them."""
    plain = asdict(terms)
    plain["territories"], plain["languages"] = list(terms.territories), list(terms.languages)
    return plain
