"""The draft of a partner's branding: at most one, worked on by several people, never lost."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners.errors import EditConflict, PartnerError
from server.partners.look import Look, difference, look_of
from server.partners.models import BrandingDraft, Partner
from server.partners.published import published_look

#: What an edit names that was made when there was no draft.
NO_DRAFT = 0


def lock_branding(session: Session, partner: Partner) -> None:
    """Until the end of the transaction nobody else changes this partner's branding."""
    session.execute(select(Partner.id).where(Partner.id == partner.id).with_for_update())


def draft_of(session: Session, partner: Partner) -> BrandingDraft | None:
    """The partner's draft as it is stored now, or None."""
    query = select(BrandingDraft).where(BrandingDraft.partner_id == partner.id)
    return session.scalar(query.execution_options(populate_existing=True))


def seen_draft(session: Session, partner: Partner, revision: int, *, gone: str) -> BrandingDraft:
    """The draft, locked with its branding, if it is still what somebody saw at `revision`.

    Raises EditConflict when it was saved again, and PartnerError, which begins with `gone`,
    when there is none.
    """
    lock_branding(session, partner)
    draft = draft_of(session, partner)
    if draft is None:
        raise PartnerError(f"{gone}: somebody published or discarded it")
    if draft.revision != revision:
        raise EditConflict("the draft")
    return draft


def save_draft(
    session: Session, partner: Partner, look: Look, *, revision: int, actor: str
) -> BrandingDraft | None:
    """Save a look that `checked_look` gave; None when it is the published one and none is needed.

    `revision` is that of the draft which the edit was made from, NO_DRAFT without one. Raises
    EditConflict when it is another by now. The same look again changes nothing.
    """
    lock_branding(session, partner)
    draft = draft_of(session, partner)
    if revision != (draft.revision if draft else NO_DRAFT):
        raise EditConflict("this branding")
    before = look_of(draft or published_look(session, partner), partner)
    if look.facts() == before.facts():
        return draft
    if draft is None:
        # A number that no draft of this partner had: what was dropped is never mistaken for it.
        draft = BrandingDraft(partner_id=partner.id, revision=1 + secrets.randbelow(2**30))
        session.add(draft)
    else:
        draft.revision += 1
    draft.display_name, draft.colour, draft.logo = look.display_name, look.colour, look.logo
    draft.texts = {language: dict(parts) for language, parts in look.texts.items()}
    draft.saved_at, draft.saved_by = datetime.now(UTC), actor
    session.flush()
    record_event(
        session,
        actor,
        AuditAction.BRANDING_DRAFTED,
        f"partner:{partner.id}",
        **difference(before, look),
    )
    return draft


def drop_draft(session: Session, partner: Partner, *, revision: int, actor: str) -> None:
    """Discard the draft as it was seen at `revision`.

    Raises PartnerError without a draft, and EditConflict when it was saved again meanwhile.
    """
    draft = seen_draft(session, partner, revision, gone="there is no draft any more")
    before = look_of(draft, partner)
    session.delete(draft)
    session.flush()
    record_event(
        session,
        actor,
        AuditAction.BRANDING_DRAFT_DROPPED,
        f"partner:{partner.id}",
        **difference(before, look_of(published_look(session, partner), partner)),
    )
