"""Partners: the organisations that show the form to their public."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners import branding as brand
from server.partners.errors import PartnerError
from server.partners.models import Partner
from server.partners.slug import check_slug


def add_partner(session: Session, *, slug: str, name: str, actor: str) -> Partner:
    """Add a partner; raises PartnerError for a slug that is taken or malformed."""
    check_slug(slug)
    if session.scalar(select(Partner).where(Partner.slug == slug)) is not None:
        raise PartnerError(f"there is a partner {slug!r} already")
    partner = Partner(slug=slug, name=brand.check_text(name, 120), created_at=datetime.now(UTC))
    if not partner.name:
        raise PartnerError("a partner needs a name")
    session.add(partner)
    session.flush()
    record_event(session, actor, AuditAction.PARTNER_ADDED, f"partner:{partner.id}", slug=slug)
    return partner


def list_partners(session: Session) -> list[Partner]:
    """All partners by slug."""
    return list(session.scalars(select(Partner).order_by(Partner.slug)))


def get_partner(session: Session, slug: str) -> Partner:
    """The partner called `slug`; raises PartnerError when there is none."""
    partner = session.scalar(select(Partner).where(Partner.slug == slug))
    if partner is None:
        raise PartnerError(f"there is no partner {slug!r}; see `portals partners list`")
    return partner
