"""What is known of where keys were shown: the days that are added up, and the notes to come.

Both are read, so that a page that went live a moment ago shows before the worker has been here.
The database adds up and cuts off: a flood of origins costs who reads next to nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    Select,
    Subquery,
    case,
    cast,
    func,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from server.partners.models import PartnerKey, Sighting, SightingNote
from server.partners.sighted_origin import OTHER_ORIGINS
from server.partners.sightings import SightingCount

#: The newest of what waits to be added up. More wait only in a flood, or without a worker.
MAX_NOTES = 2_000
#: So many origins of a key, day and verdict keep their names for who reads.
MAX_NAMED = 20
MAX_PAGES = 50


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The newest sighting of a key: where it was shown, or if nowhere, where it was refused."""

    origin: str
    at: datetime
    allowed: bool


@dataclass(frozen=True, slots=True)
class SightedPage:
    """On how many days an origin asked for a key, how often, and when last."""

    origin: str
    days: int
    seen: int
    last_at: datetime


def last_seen(session: Session, key_ids: Collection[UUID]) -> dict[UUID, LastSeen]:
    """The newest sighting of each of these keys; a key that was never seen is left out.

    Where a key was shown counts before where it was refused: anybody can bring that about.
    """
    newest_days = (
        select(Sighting.key_id, func.max(Sighting.day), Sighting.allowed)
        .where(Sighting.key_id.in_(key_ids), Sighting.origin != OTHER_ORIGINS)
        .group_by(Sighting.key_id, Sighting.allowed)
    )
    days = select(Sighting.key_id, Sighting.origin, Sighting.last_at, Sighting.allowed).where(
        tuple_(Sighting.key_id, Sighting.day, Sighting.allowed).in_(newest_days),
        Sighting.origin != OTHER_ORIGINS,
    )
    notes = _newest_notes(key_ids)
    waiting = select(notes.c.key_id, notes.c.origin, notes.c.last_at, notes.c.allowed).where(
        notes.c.origin != OTHER_ORIGINS
    )
    both = union_all(days, waiting).subquery()
    order = (both.c.allowed.desc(), both.c.last_at.desc(), both.c.origin)
    place = func.row_number().over(partition_by=both.c.key_id, order_by=order)
    ranked = select(both, place.label("place")).subquery()
    rows = session.execute(
        select(ranked.c.key_id, ranked.c.origin, ranked.c.last_at, ranked.c.allowed).where(
            ranked.c.place == 1
        )
    )
    return {key_id: LastSeen(origin, at, allowed) for key_id, origin, at, allowed in rows}


def sightings_of(session: Session, key_id: UUID, since: date) -> list[SightingCount]:
    """A key's sightings from the day `since` on: the newest day first, then the most seen.

    Of each day and verdict 20 origins have names, first those that the key's own list names.
    """
    listed = session.scalar(select(PartnerKey.origins).where(PartnerKey.id == key_id)) or []
    return _recent_sightings(session, [key_id], since, listed).get(key_id, [])


def recent_sightings(
    session: Session, key_ids: Collection[UUID], since: date
) -> dict[UUID, list[SightingCount]]:
    """The same for several keys at once; a key without sightings is left out.

    Of each day and verdict the 20 origins that were seen most have names, the rest is `other`.
    """
    return _recent_sightings(session, key_ids, since, ())


def sighted_pages(
    session: Session, key_id: UUID, since: date, *, allowed: bool
) -> list[SightedPage]:
    """The origins of a key's sightings since a day: those of most days first, then the most seen.

    At most 50, `other` left out: one day's flood of invented origins hides none that comes back.
    """
    sums = _sums([key_id], since)
    days, seen = func.count(sums.c.day), cast(func.sum(sums.c.seen), BigInteger)
    rows = session.execute(
        select(sums.c.origin, days, seen, func.max(sums.c.last_at))
        .where(sums.c.allowed.is_(allowed), sums.c.origin != OTHER_ORIGINS)
        .group_by(sums.c.origin)
        .order_by(days.desc(), seen.desc(), sums.c.origin)
        .limit(MAX_PAGES)
    )
    return [SightedPage(*row) for row in rows]


def _recent_sightings(
    session: Session, key_ids: Collection[UUID], since: date, listed: Collection[str]
) -> dict[UUID, list[SightingCount]]:
    sums = _sums(key_ids, since)
    # The encrypted page of a plain entry is let in as well.
    first = {*listed, *(entry.replace("http:", "https:", 1) for entry in listed)}
    place = func.row_number().over(
        partition_by=(sums.c.key_id, sums.c.day, sums.c.allowed),
        order_by=(sums.c.origin.in_(first).desc(), sums.c.seen.desc(), sums.c.origin),
    )
    ranked = select(sums, place.label("place")).subquery()
    name = case((ranked.c.place <= MAX_NAMED, ranked.c.origin), else_=OTHER_ORIGINS)
    named = select(
        ranked.c.key_id,
        ranked.c.day,
        name.label("origin"),
        ranked.c.allowed,
        ranked.c.seen,
        ranked.c.last_at,
    ).subquery()
    found: dict[UUID, list[SightingCount]] = {}
    for row in session.execute(_added_up(named)):
        found.setdefault(row[0], []).append(SightingCount(*row))
    for counts in found.values():
        counts.sort(key=_newest_first)
    return found


def _newest_notes(key_ids: Collection[UUID]) -> Subquery:
    return (
        select(SightingNote)
        .where(SightingNote.key_id.in_(key_ids))
        .order_by(SightingNote.id.desc())
        .limit(MAX_NOTES)
        .subquery()
    )


def _sums(key_ids: Collection[UUID], since: date) -> CTE:
    """One row for each key, day, origin and verdict, as the columns of a SightingCount."""
    notes = _newest_notes(key_ids)
    both = union_all(
        *(
            select(of.key_id, of.day, of.origin, of.allowed, of.seen, of.last_at).where(
                of.key_id.in_(key_ids), of.day >= since
            )
            for of in (Sighting, notes.c)
        )
    ).subquery()
    return _added_up(both).cte()


def _added_up(counts: Subquery) -> Select[UUID, date, str, bool, int, datetime]:
    names = (counts.c.key_id, counts.c.day, counts.c.origin, counts.c.allowed)
    # PostgreSQL adds up to a number that is no integer.
    seen, last_at = cast(func.sum(counts.c.seen), BigInteger), func.max(counts.c.last_at)
    return select(*names, seen.label("seen"), last_at.label("last_at")).group_by(*names)


def _newest_first(count: SightingCount) -> tuple[int, int, str]:
    return (-count.day.toordinal(), -count.seen, count.origin)
