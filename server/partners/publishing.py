"""Publish a partner's branding: each time a new revision."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.partners import branding as brand
from server.partners.models import Branding, Partner


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
