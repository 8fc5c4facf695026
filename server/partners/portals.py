"""Set up portals and partners, and publish a partner's branding."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners import branding as brand
from server.partners.errors import PartnerError
from server.partners.models import Branding, Partner, Portal

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TERRITORY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def add_portal(
    session: Session,
    *,
    slug: str,
    name: str,
    territories: list[str],
    languages: list[str],
    actor: str,
) -> Portal:
    """Add a portal for one or more territories (ISO 3166-1 alpha-2) with its languages.

    The first language is the portal's default. Raises PartnerError for a slug that is taken
    or malformed, and for malformed codes.
    """
    _check_slug(slug)
    if _portal(session, slug) is not None:
        raise PartnerError(f"there is a portal {slug!r} already")
    if not territories or not all(_TERRITORY.fullmatch(code) for code in territories):
        raise PartnerError("territories are two capital letters each, for instance SN")
    if not languages or not all(_LANGUAGE.fullmatch(code) for code in languages):
        raise PartnerError("languages are codes such as en, fr, ar")
    portal = Portal(
        slug=slug,
        name=brand.check_text(name, 120),
        territories=territories,
        languages=languages,
        created_at=datetime.now(UTC),
    )
    session.add(portal)
    session.flush()
    record_event(session, actor, AuditAction.PORTAL_ADDED, f"portal:{portal.id}", slug=slug)
    return portal


def add_partner(session: Session, *, slug: str, name: str, actor: str) -> Partner:
    """Add a partner; raises PartnerError for a slug that is taken or malformed."""
    _check_slug(slug)
    if session.scalar(select(Partner).where(Partner.slug == slug)) is not None:
        raise PartnerError(f"there is a partner {slug!r} already")
    partner = Partner(slug=slug, name=brand.check_text(name, 120), created_at=datetime.now(UTC))
    if not partner.name:
        raise PartnerError("a partner needs a name")
    session.add(partner)
    session.flush()
    record_event(session, actor, AuditAction.PARTNER_ADDED, f"partner:{partner.id}", slug=slug)
    return partner


def publish_branding(
    session: Session,
    partner: Partner,
    *,
    display_name: str,
    colour: str,
    logo: bytes | None,
    texts: dict[str, dict[str, str]],
    actor: str,
) -> Branding:
    """Publish a new revision of a partner's branding; raises BrandingError out of bounds.

    `texts` is `{language: {"intro": …, "footer": …}}`, plain text. `logo` is a PNG or JPEG
    file's bytes; it is re-encoded.
    """
    latest = session.scalar(
        select(func.max(Branding.revision)).where(Branding.partner_id == partner.id)
    )
    row = Branding(
        partner_id=partner.id,
        revision=(latest or 0) + 1,
        display_name=brand.check_text(display_name, brand.MAX_DISPLAY_NAME),
        colour=brand.check_colour(colour),
        logo=brand.reencode_logo(logo) if logo else None,
        texts={
            language: {
                name: brand.check_text(parts.get(name, ""), brand.MAX_TEXT)
                for name in ("intro", "footer")
            }
            for language, parts in texts.items()
        },
        published_at=datetime.now(UTC),
    )
    session.add(row)
    record_event(
        session,
        actor,
        AuditAction.BRANDING_PUBLISHED,
        f"partner:{partner.id}",
        revision=row.revision,
        colour=row.colour,
    )
    return row


def list_partners(session: Session) -> list[Partner]:
    """All partners by slug."""
    return list(session.scalars(select(Partner).order_by(Partner.slug)))


def list_portals(session: Session) -> list[Portal]:
    """All portals by slug."""
    return list(session.scalars(select(Portal).order_by(Portal.slug)))


def portal_serving(session: Session, territory: str) -> Portal | None:
    """The portal whose territories include this one, the oldest when there are several."""
    portals = session.scalars(select(Portal).order_by(Portal.id))
    return next((portal for portal in portals if territory in portal.territories), None)


def get_partner(session: Session, slug: str) -> Partner:
    """The partner called `slug`; raises PartnerError when there is none."""
    partner = session.scalar(select(Partner).where(Partner.slug == slug))
    if partner is None:
        raise PartnerError(f"there is no partner {slug!r}; see `portals partners list`")
    return partner


def get_portal(session: Session, slug: str) -> Portal:
    """The portal called `slug`; raises PartnerError when there is none."""
    portal = _portal(session, slug)
    if portal is None:
        raise PartnerError(f"there is no portal {slug!r}; see `portals portals list`")
    return portal


def _portal(session: Session, slug: str) -> Portal | None:
    return session.scalar(select(Portal).where(Portal.slug == slug))


def _check_slug(slug: str) -> None:
    if len(slug) > 40 or not _SLUG.fullmatch(slug):
        raise PartnerError(
            f"{slug!r} is no slug: small letters, digits and single hyphens, at most 40"
        )
