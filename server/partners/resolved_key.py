"""A publishable key as everything outside this package sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from server.partners.branding import BrandingView
from server.partners.vocabulary import KeyMode, KeyState

#: A citizen who has the form open when its key ceases may still send for this long.
LATE_REPORTS = timedelta(hours=24)


class Standing(StrEnum):
    """What a key is worth at a moment."""

    OPEN = "open"
    LATELY_CEASED = "lately_ceased"
    CEASED = "ceased"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class ResolvedKey:
    """A key with its partner, portal and branding, detached from any session."""

    id: UUID
    text: str
    mode: KeyMode
    state: KeyState
    ceased_at: datetime | None
    expires_at: datetime | None
    label: str
    partner_id: UUID
    partner_slug: str
    partner_name: str
    portal_id: UUID
    portal_slug: str
    portal_name: str
    territories: tuple[str, ...]
    languages: tuple[str, ...]
    default_language: str
    origins: tuple[str, ...]
    campaign: str | None
    branding: BrandingView
    revision: str

    def standing(self, now: datetime) -> Standing:
        """OPEN, or how the key ceased. Pausing, revoking and expiring all cease a key."""
        if self.state is KeyState.PENDING:
            return Standing.NOT_YET
        ceased = self.ceased_moment(now)
        if ceased is None:
            return Standing.OPEN
        return Standing.LATELY_CEASED if now - ceased <= LATE_REPORTS else Standing.CEASED

    def ceased_moment(self, now: datetime) -> datetime | None:
        """When the key ceased, or None while it holds at `now`."""
        moments = [self.ceased_at] if self.ceased_at else []
        if self.expires_at is not None:
            moments.append(self.expires_at)
        past = [moment for moment in moments if moment <= now]
        return min(past) if past else None

    def language(self, wanted: str | None) -> str:
        """`wanted` when the key speaks it, else the key's default language."""
        return wanted if wanted in self.languages else self.default_language
