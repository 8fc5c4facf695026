"""A look as the frame will show it: a key that no page can use, in a portal's languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.partners.drafts import draft_of
from server.partners.lookup import resolve_key
from server.partners.models import Branding, BrandingDraft, Partner, PartnerKey, Portal
from server.partners.published import published_look, revision_of
from server.partners.resolved_key import ResolvedKey
from server.partners.vocabulary import KeyMode, KeyState

#: Stands in the place of a key's text; it has no key's form, so nothing can be sent under it.
PREVIEW_KEY = "preview"


@dataclass(frozen=True, slots=True)
class PreviewedLook:
    """Which look is shown: the draft of that `revision`, or a published revision."""

    revision: int
    is_draft: bool


def preview_key(
    session: Session,
    partner_id: UUID,
    portal_id: UUID,
    look: PreviewedLook | None,
    origins: tuple[str, ...],
) -> ResolvedKey | None:
    """The look as a key's, in all the portal's languages; `look` None is the published one.

    None when partner, portal or look are not there any more: a draft that was saved again,
    published or discarded is not the one that was asked for.
    """
    partner, portal = session.get(Partner, partner_id), session.get(Portal, portal_id)
    if partner is None or portal is None:
        return None
    row = _row(session, partner, look)
    if look is not None and row is None:
        return None
    key = PartnerKey(
        id=partner.id,
        text=PREVIEW_KEY,
        mode=KeyMode.LIVE,
        state=KeyState.ACTIVE,
        partner_id=partner.id,
        portal_id=portal.id,
        label="Preview",
        origins=list(origins),
        languages=portal.languages,
        default_language=portal.languages[0],
        revision=0,
        created_at=datetime.now(UTC),
    )
    return resolve_key(key, partner, portal, row)


def _row(
    session: Session, partner: Partner, look: PreviewedLook | None
) -> Branding | BrandingDraft | None:
    if look is None:
        return published_look(session, partner)
    if not look.is_draft:
        return revision_of(session, partner, look.revision)
    draft = draft_of(session, partner)
    return draft if draft and draft.revision == look.revision else None
