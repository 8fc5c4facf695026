"""A publishable key as everything outside this package sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from server.partners.branding import BrandingView
from server.partners.vocabulary import Continent, KeyMode, KeyState, Reach

#: A citizen who has the form open when its key ceases may still send for this long.
LATE_REPORTS = timedelta(hours=24)


class Standing(StrEnum):
    """What a key is worth at a moment."""

    OPEN = "open"
    LATELY_CEASED = "lately_ceased"
    CEASED = "ceased"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class PortalWords:
    """What a portal says in one language on emergencies and helplines: plain text, or nothing."""

    emergency: str = ""
    helpline: str = ""


@dataclass(frozen=True, slots=True)
class ResolvedKey:
    """A key with its partner, portal and branding, detached from any session.

    `territories` are those that its portal names; a `reach` that is a rule names none, and is
    worked out from the directory. `revision` changes with the key, branding, partner and portal.
    """

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
    portal_languages: tuple[str, ...]
    reach: Reach
    continent: Continent | None
    territories: tuple[str, ...]
    languages: tuple[str, ...]
    default_language: str
    origins: tuple[str, ...]
    campaign: str | None
    branding: BrandingView
    revision: str
    portal_texts: dict[str, PortalWords] = field(default_factory=dict)

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
        """`wanted` when the key or its portal's own page speaks it, else the key's default."""
        spoken = (*self.languages, *self.portal_languages)
        return wanted if wanted in spoken else self.default_language

    def portal_words(self, language: str) -> PortalWords:
        """The portal's own words in this language, and never in another."""
        return self.portal_texts.get(language, PortalWords())
