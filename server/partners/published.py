"""The looks of a partner that were published: read only."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.partners.models import Branding, Partner


def published_look(session: Session, partner: Partner) -> Branding | None:
    """The newest revision, which every key of the partner shows."""
    return next(iter(published_looks(session, partner, most=1)), None)


def published_looks(session: Session, partner: Partner, most: int = 50) -> list[Branding]:
    """The newest revisions, the published one first."""
    query = (
        select(Branding)
        .where(Branding.partner_id == partner.id)
        .order_by(Branding.revision.desc())
        .limit(most)
    )
    return list(session.scalars(query))


def revision_of(session: Session, partner: Partner, revision: int) -> Branding | None:
    """One revision of this partner's, or None."""
    return session.scalar(
        select(Branding).where(Branding.partner_id == partner.id, Branding.revision == revision)
    )
