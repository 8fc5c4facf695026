"""Portals: set up a reporting point, and find one."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners import branding as brand
from server.partners.errors import PartnerError
from server.partners.models import Portal
from server.partners.slug import check_slug

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
    check_slug(slug)
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


def list_portals(session: Session) -> list[Portal]:
    """All portals by slug."""
    return list(session.scalars(select(Portal).order_by(Portal.slug)))


def portal_serving(session: Session, territory: str) -> Portal | None:
    """The portal whose territories include this one, the oldest when there are several."""
    portals = session.scalars(select(Portal).order_by(Portal.id))
    return next((portal for portal in portals if territory in portal.territories), None)


def get_portal(session: Session, slug: str) -> Portal:
    """The portal called `slug`; raises PartnerError when there is none."""
    portal = _portal(session, slug)
    if portal is None:
        raise PartnerError(f"there is no portal {slug!r}; see `portals portals list`")
    return portal


def _portal(session: Session, slug: str) -> Portal | None:
    return session.scalar(select(Portal).where(Portal.slug == slug))
