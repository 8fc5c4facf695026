"""Rename a partner. Its slug stays: addresses, commands and the trail name it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners.errors import EditConflict, PartnerError
from server.partners.models import Partner
from server.partners.names import clean_name
from server.partners.slug import is_slug


def edit_partner(
    session: Session, slug: str, *, name: str, revision: int | None, actor: str
) -> Partner:
    """Give a partner another name, 1–120 characters; the same name again changes nothing.

    `revision` is the one that the edit was made from; None takes whatever is stored. Raises
    EditConflict when it is another by now, and PartnerError for a partner or name that is none.
    """
    query = select(Partner).where(Partner.slug == slug).with_for_update()
    query = query.execution_options(populate_existing=True)
    partner = session.scalar(query) if is_slug(slug) else None
    if partner is None:
        raise PartnerError(f"there is no partner {slug!r}; see `portals partners list`")
    if revision is not None and partner.revision != revision:
        raise EditConflict("this partner")
    cleaned = clean_name(name, "a partner's name", "name")
    if cleaned != partner.name:
        before, partner.name = partner.name, cleaned
        partner.revision += 1
        record_event(
            session,
            actor,
            AuditAction.PARTNER_EDITED,
            f"partner:{partner.id}",
            before={"name": before},
            after={"name": cleaned},
        )
    return partner


def partners_named(session: Session, name: str) -> list[Partner]:
    """The partners that have exactly this name: two are legal, and easily confused."""
    return list(session.scalars(select(Partner).where(Partner.name == name).order_by(Partner.slug)))
