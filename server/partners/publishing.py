"""Publish a partner's branding, and go back to an older one: each time a new revision."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners.drafts import lock_branding, seen_draft
from server.partners.errors import EditConflict, PartnerError
from server.partners.logo import reencode_logo
from server.partners.look import Look, checked_look, difference, look_of
from server.partners.models import Branding, Partner
from server.partners.published import published_look, revision_of


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
    """Publish a new revision without a draft; raises BrandingError out of bounds.

    `texts` is `{language: {"intro": …, "footer": …}}`, plain text. `logo` is a PNG, JPEG or WebP
    file's bytes; it is re-encoded.
    """
    look = checked_look(
        display_name=display_name,
        colour=colour,
        logo=reencode_logo(logo) if logo else None,
        texts=texts,
    )
    lock_branding(session, partner)
    return _publish(session, partner, look, AuditAction.BRANDING_PUBLISHED, actor)


def publish_draft(session: Session, partner: Partner, *, revision: int, actor: str) -> Branding:
    """Publish the draft as it was seen at `revision`; there is no draft afterwards.

    Raises PartnerError without a draft, and EditConflict when it was saved again meanwhile.
    """
    draft = seen_draft(session, partner, revision, gone="there is no draft to publish")
    look = look_of(draft, partner)
    session.delete(draft)
    return _publish(session, partner, look, AuditAction.BRANDING_PUBLISHED, actor)


def roll_back(
    session: Session, partner: Partner, *, to: int, published: int, actor: str
) -> Branding:
    """Publish the look of revision `to` again. A draft stays as it is.

    `published` is the revision that was the newest when this was decided: EditConflict when it
    is not any more. Raises PartnerError for a revision that is none, or is the newest itself.
    """
    lock_branding(session, partner)
    current = published_look(session, partner)
    if current is None or current.revision != published:
        raise EditConflict("the published look")
    if to == published:
        raise PartnerError("this look is the published one")
    old = revision_of(session, partner, to)
    if old is None:
        raise PartnerError(f"there is no look {to} of this partner")
    action = AuditAction.BRANDING_ROLLED_BACK
    return _publish(session, partner, look_of(old, partner), action, actor, to=to)


def _publish(
    session: Session,
    partner: Partner,
    look: Look,
    action: AuditAction,
    actor: str,
    **details: int,
) -> Branding:
    """The caller holds the lock, so that no two revisions get the same number."""
    before = published_look(session, partner)
    row = Branding(
        partner_id=partner.id,
        revision=(before.revision if before else 0) + 1,
        display_name=look.display_name,
        colour=look.colour,
        logo=look.logo,
        texts={language: dict(parts) for language, parts in look.texts.items()},
        published_at=datetime.now(UTC),
        published_by=actor,
    )
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        action,
        f"partner:{partner.id}",
        revision=row.revision,
        **details,
        **difference(look_of(before, partner), look),
    )
    return row
