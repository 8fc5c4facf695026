"""Where a key was shown, day by day: counts of origins, with nothing of whoever was looking.

The public surface only inserts notes, the worker adds them up. Who reads sees both, so that a
page that went live a moment ago shows before the worker has been here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.partners.models import PartnerKey, Sighting, SightingNote
from server.storage.ids import new_id

#: What is seen on so many origins at once is invented: the rest is counted under this name.
OTHER_ORIGINS = "other"
MAX_FOLDED = 2_000
#: Anybody can invent origins: of one key and day so many refused ones are told apart.
MAX_REFUSED_A_DAY = 100
KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class SightingCount:
    """How often a key was asked for by pages of an origin on a day (UTC), allowed or refused.

    `origin` is `scheme://host[:port]` or `other`. `last_at` is the last time of all.
    """

    key_id: UUID
    day: date
    origin: str
    allowed: bool
    seen: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The newest sighting of a key: where it was shown, or if nowhere, where it was refused."""

    origin: str
    at: datetime
    allowed: bool


def record_sightings(session: Session, notes: Iterable[SightingCount]) -> None:
    """Insert what a process counted; touches no row that another process could hold."""
    rows = [
        {
            "id": new_id(),
            "key_id": note.key_id,
            "day": note.day,
            "origin": note.origin,
            "allowed": note.allowed,
            "seen": note.seen,
            "last_at": note.last_at,
        }
        for note in notes
    ]
    if rows:
        session.execute(SightingNote.__table__.insert(), rows)  # type: ignore[attr-defined]


def fold_sightings(session: Session, now: datetime) -> int:
    """Add up to 2,000 notes up into the days' sightings; how many there were.

    Any number of workers may do so at once, each note counts exactly once: whoever deletes it
    adds it, in one transaction. Days that are over for 400 days before `now` are forgotten.
    """
    oldest = (
        select(SightingNote.id)
        .order_by(SightingNote.id)
        .limit(MAX_FOLDED)
        .with_for_update(skip_locked=True)
    )
    taken = session.execute(
        delete(SightingNote)
        .where(SightingNote.id.in_(oldest))
        .returning(
            SightingNote.key_id,
            SightingNote.day,
            SightingNote.origin,
            SightingNote.allowed,
            SightingNote.seen,
            SightingNote.last_at,
        ),
        execution_options={"synchronize_session": False},
    ).all()
    notes = [SightingCount(*row) for row in taken]
    known = set(
        session.scalars(
            select(PartnerKey.id).where(PartnerKey.id.in_({note.key_id for note in notes}))
        )
    )
    _upsert(session, _bounded(session, [note for note in notes if note.key_id in known]))
    session.execute(
        delete(Sighting).where(Sighting.last_at < now - KEPT),
        execution_options={"synchronize_session": False},
    )
    return len(notes)


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
    notes = select(
        SightingNote.key_id, SightingNote.origin, SightingNote.last_at, SightingNote.allowed
    ).where(SightingNote.key_id.in_(key_ids), SightingNote.origin != OTHER_ORIGINS)
    found: dict[UUID, LastSeen] = {}
    for key_id, origin, at, allowed in (*session.execute(days), *session.execute(notes)):
        known = found.get(key_id)
        if known is None or (known.allowed, known.at) < (allowed, at):
            found[key_id] = LastSeen(origin, at, allowed)
    return found


def sightings_of(session: Session, key_id: UUID, since: date) -> list[SightingCount]:
    """A key's sightings from the day `since` on: the newest day first, then the most seen."""
    return recent_sightings(session, [key_id], since).get(key_id, [])


def recent_sightings(
    session: Session, key_ids: Collection[UUID], since: date
) -> dict[UUID, list[SightingCount]]:
    """The same for several keys at once; a key without sightings is left out."""
    counts: list[SightingCount] = []
    for model in (Sighting, SightingNote):
        rows = session.execute(
            select(
                model.key_id, model.day, model.origin, model.allowed, model.seen, model.last_at
            ).where(model.key_id.in_(key_ids), model.day >= since)
        )
        counts += [SightingCount(*row) for row in rows]
    found: dict[UUID, list[SightingCount]] = {}
    for count in sorted(added_up(counts), key=_newest_first):
        found.setdefault(count.key_id, []).append(count)
    return found


def added_up(counts: Iterable[SightingCount]) -> list[SightingCount]:
    """One count for each key, day, origin and verdict, in the order of these."""
    sums: dict[tuple[UUID, date, str, bool], tuple[int, datetime]] = {}
    for one in counts:
        name = (one.key_id, one.day, one.origin, one.allowed)
        seen, last_at = sums.get(name, (0, one.last_at))
        sums[name] = (seen + one.seen, max(last_at, one.last_at))
    # Always the same order: two workers that add to the same days do not wait for each other.
    return [SightingCount(*name, *sums[name]) for name in sorted(sums)]


def _newest_first(count: SightingCount) -> tuple[int, int, str]:
    return (-count.day.toordinal(), -count.seen, count.origin)


def _bounded(session: Session, notes: Sequence[SightingCount]) -> list[SightingCount]:
    """The notes added up, with refused origins beyond the bound under `other`."""
    counts = added_up(notes)
    refused = [each for each in counts if not each.allowed]
    if not refused:
        return counts
    days = {(each.key_id, each.day) for each in refused}
    rows = session.execute(
        select(Sighting.key_id, Sighting.day, Sighting.origin).where(
            tuple_(Sighting.key_id, Sighting.day).in_(days), Sighting.allowed.is_(False)
        )
    )
    named: dict[tuple[UUID, date], set[str]] = {day: {OTHER_ORIGINS} for day in days}
    for key_id, day, origin in rows:
        named[key_id, day].add(origin)
    kept = [each for each in counts if each.allowed]
    # What was seen most keeps its name.
    for each in sorted(refused, key=lambda count: -count.seen):
        names = named[each.key_id, each.day]
        if each.origin not in names and len(names) > MAX_REFUSED_A_DAY:
            each = replace(each, origin=OTHER_ORIGINS)
        names.add(each.origin)
        kept.append(each)
    return added_up(kept)


def _upsert(session: Session, counts: Sequence[SightingCount]) -> None:
    if not counts:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if is_sqlite else postgresql.insert)(Sighting)
    earlier, later = (func.min, func.max) if is_sqlite else (func.least, func.greatest)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["key_id", "day", "origin", "allowed"],
            set_={
                "seen": Sighting.seen + insert.excluded.seen,
                "first_at": earlier(Sighting.first_at, insert.excluded.first_at),
                "last_at": later(Sighting.last_at, insert.excluded.last_at),
            },
        ),
        [
            {
                "key_id": count.key_id,
                "day": count.day,
                "origin": count.origin,
                "allowed": count.allowed,
                "seen": count.seen,
                "first_at": count.last_at,
                "last_at": count.last_at,
            }
            for count in counts
        ],
    )
