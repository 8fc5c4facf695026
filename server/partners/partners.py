"""Partners: the organisations that show the form to their public."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners.errors import PartnerError
from server.partners.models import Partner
from server.partners.names import clean_name
from server.partners.slug import check_slug, is_slug


def add_partner(session: Session, *, slug: str, name: str, actor: str) -> Partner:
    """Add a partner; raises PartnerError for a slug that is taken or malformed, and for a name
    that is none (1–120 characters of plain text)."""
    partner = Partner(
        slug=check_slug(slug),
        name=clean_name(name, "a partner's name", "name"),
        created_at=datetime.now(UTC),
    )
    try:
        with session.begin_nested():
            session.add(partner)
    except IntegrityError as error:  # the constraint, since two may add it at once
        raise PartnerError(f"there is a partner {slug!r} already", "slug") from error
    record_event(
        session,
        actor,
        AuditAction.PARTNER_ADDED,
        f"partner:{partner.id}",
        slug=slug,
        name=partner.name,
    )
    return partner


def list_partners(session: Session) -> list[Partner]:
    """All partners by slug."""
    return list(session.scalars(select(Partner).order_by(Partner.slug)))


def get_partner(session: Session, slug: str) -> Partner:
    """The partner called `slug`; raises PartnerError when there is none."""
    query = select(Partner).where(Partner.slug == slug)
    partner = session.scalar(query) if is_slug(slug) else None
    if partner is None:
        raise PartnerError(f"there is no partner {slug!r}; see `portals partners list`")
    return partner
