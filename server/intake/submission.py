"""A submission: validated, not yet accepted. Frozen, and independent of how it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from server.intake.addresses import Address
from server.reports.vocabulary import (
    Access,
    AlreadyReportedTo,
    HowFound,
    MediaKind,
    ReportType,
    SeenAt,
    SiteKind,
)


@dataclass(frozen=True, slots=True)
class Handle:
    """Where something was seen in an app that has no addresses."""

    platform: str
    handle: str


@dataclass(frozen=True, slots=True)
class Submission:
    """All that a citizen sent, in canonical form. Empty optional fields are None or ()."""

    key: str
    language: str
    report_type: ReportType
    addresses: tuple[Address | Handle, ...]
    territory: str | None = None
    site_kind: SiteKind | None = None
    media_kind: MediaKind | None = None
    how_found: HowFound | None = None
    seen_at: SeenAt | None = None
    seen_on: date | None = None
    access: Access | None = None
    access_note: str | None = None
    referrer_url: Address | None = None
    platform_user: str | None = None
    description: str | None = None
    already_reported_to: tuple[AlreadyReportedTo, ...] = ()
    contact_email: str | None = None
    campaign: str | None = None
    embed_origin: str | None = None
    challenge: str | None = None

    def sealed_content(self) -> dict[str, Any]:
        """What goes into the report's envelope: every answer but the contact."""
        content: dict[str, Any] = {
            "report_type": self.report_type.value,
            "addresses": [_address(item) for item in self.addresses],
            "site_kind": self.site_kind,
            "media_kind": self.media_kind,
            "how_found": self.how_found,
            "seen_at": self.seen_at,
            "seen_on": self.seen_on.isoformat() if self.seen_on else None,
            "access": self.access,
            "access_note": self.access_note,
            "referrer_url": self.referrer_url.url if self.referrer_url else None,
            "platform_user": self.platform_user,
            "description": self.description,
            "already_reported_to": [item.value for item in self.already_reported_to],
            "embed_origin": self.embed_origin,
        }
        return {name: value for name, value in content.items() if value not in (None, [])}

    def canonical_body(self, content: dict[str, Any]) -> dict[str, Any]:
        """Everything but the challenge, for the body's tag; `content` is `sealed_content()`."""
        return content | {
            "key": self.key,
            "language": self.language,
            "territory": self.territory,
            "campaign": self.campaign,
            "contact_email": self.contact_email,
        }


def _address(item: Address | Handle) -> dict[str, Any]:
    if isinstance(item, Handle):
        return {"platform": item.platform, "handle": item.handle}
    entry: dict[str, Any] = {"url": item.url}
    if item.notices:
        entry["notices"] = [notice.value for notice in item.notices]
    return entry
