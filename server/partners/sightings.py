"""Where a key was shown, day by day: counts of origins, with nothing of whoever was looking.

The public surface only inserts notes, the worker adds them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.partners.models import PartnerKey, Sighting, SightingNote
from server.partners.sighted_origin import OTHER_ORIGINS, crowd_name
from server.storage.ids import new_id

MAX_FOLDED = 2_000
#: Anybody can invent origins, and names below a wildcard: of one key and day so many refused ones
#: and so many allowed ones are told apart, beside those that the key's own list names.
MAX_NAMED_A_DAY = 100
KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class SightingCount:
    """How often a key was asked for by pages of an origin on a day (UTC), allowed or refused.

    `origin` is `scheme://host[:port]`, a wildcard of the key's list for those below it that are
    not told apart, or `other`. `last_at` is the last time of all.
    """

    key_id: UUID
    day: date
    origin: str
    allowed: bool
    seen: int
    last_at: datetime


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


def added_up(counts: Iterable[SightingCount]) -> list[SightingCount]:
    """One count for each key, day, origin and verdict, in the order of these."""
    sums: dict[tuple[UUID, date, str, bool], tuple[int, datetime]] = {}
    for one in counts:
        name = (one.key_id, one.day, one.origin, one.allowed)
        seen, last_at = sums.get(name, (0, one.last_at))
        sums[name] = (seen + one.seen, max(last_at, one.last_at))
    # Always the same order: two workers that add to the same days do not wait for each other.
    return [SightingCount(*name, *sums[name]) for name in sorted(sums)]


def _bounded(session: Session, notes: Sequence[SightingCount]) -> list[SightingCount]:
    """The notes added up; beyond the bound of a key, day and verdict under the crowd's name."""
    counts = added_up(notes)
    keys = {each.key_id for each in counts}
    query = select(PartnerKey.id, PartnerKey.origins).where(PartnerKey.id.in_(keys))
    lists = {row.id: row.origins for row in session.execute(query)}

    def crowd_of(key_id: UUID, origin: str, allowed: bool) -> str:
        return crowd_name(origin, lists[key_id]) if allowed else OTHER_ORIGINS

    named: dict[tuple[UUID, date, bool], set[str]] = {}
    days = {(each.key_id, each.day) for each in counts}
    for key_id, day, origin, allowed in session.execute(
        select(Sighting.key_id, Sighting.day, Sighting.origin, Sighting.allowed).where(
            tuple_(Sighting.key_id, Sighting.day).in_(days)
        )
    ):
        if crowd_of(key_id, origin, allowed) != origin:
            named.setdefault((key_id, day, allowed), set()).add(origin)
    kept = []
    # What was seen most keeps its name.
    for each in sorted(counts, key=lambda count: -count.seen):
        names = named.setdefault((each.key_id, each.day, each.allowed), set())
        crowd = crowd_of(each.key_id, each.origin, each.allowed)
        if each.origin != crowd and each.origin not in names:
            if len(names) < MAX_NAMED_A_DAY:
                names.add(each.origin)
            else:
                each = replace(each, origin=crowd)
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
