"""The list of partners as its page shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.partners.service import (
    KeyMode,
    KeyState,
    LastSeen,
    PartnerNote,
    find_partners,
    last_seen,
)
from server.statistics.service import last_30_days
from server.web.console.key_words import STATE_TONES
from server.web.console.words import Badge, Moment, moment

PAGE_SIZE = 50
#: What the list can be filtered by: a state of a key, or `none` for partners without one.
NO_KEY = "none"
FILTERS = {
    "": "All",
    KeyState.ACTIVE.value: "Active",
    KeyState.PAUSED.value: "Paused",
    KeyState.EXPIRED.value: "Expired",
    KeyState.REVOKED.value: "Revoked",
    NO_KEY: "No key",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a key was seen last, and when."""

    origin: str
    at: Moment
    allowed: bool


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One line of the list. `reports` are those of each of the last 30 days, the oldest first."""

    slug: str
    name: str
    keys: tuple[Badge, ...]
    test_keys: int
    seen: Seen | None
    reports: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PartnerList:
    """One page of the list; `next_after` is None on the last."""

    rows: tuple[PartnerRow, ...]
    next_after: str | None


def read_partners(
    session: Session, now: datetime, *, chosen: str, words: str, after: str | None
) -> PartnerList:
    """PAGE_SIZE partners that pass the filter `chosen` (a key of FILTERS) and hold `words`."""
    found = find_partners(
        session,
        now,
        state=KeyState(chosen) if chosen not in ("", NO_KEY) else None,
        without_keys=chosen == NO_KEY,
        words=words,
        after=after,
        limit=PAGE_SIZE + 1,
    )
    page = found[:PAGE_SIZE]
    sightings = last_seen(session, {key.id for partner in page for key in partner.keys})
    reports = last_30_days(session, now)
    rows = []
    for partner in page:
        of_its_keys = [sightings[key.id] for key in partner.keys if key.id in sightings]
        newest = max(of_its_keys, key=lambda each: each.at, default=None)
        rows.append(_row(partner, newest, reports.get(partner.id, ()), now))
    return PartnerList(tuple(rows), page[-1].slug if len(found) > PAGE_SIZE else None)


def seen_words(seen: LastSeen | None, now: datetime) -> Seen | None:
    return Seen(seen.origin, moment(seen.at, now), seen.allowed) if seen else None


def _row(
    partner: PartnerNote, seen: LastSeen | None, reports: tuple[int, ...], now: datetime
) -> PartnerRow:
    live = Counter(key.state for key in partner.keys if key.mode is KeyMode.LIVE)
    return PartnerRow(
        slug=partner.slug,
        name=partner.name,
        keys=tuple(
            Badge(f"{live[state]} {state.value}", tone)
            for state, tone in STATE_TONES.items()
            if live[state]
        ),
        test_keys=sum(key.mode is KeyMode.TEST for key in partner.keys),
        seen=seen_words(seen, now),
        reports=reports,
    )
