"""Sightings: what processes note down is added up exactly once, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.engine import CursorResult

from server.partners.models import PartnerKey, Sighting, SightingNote
from server.partners.service import (
    LastSeen,
    SightedPage,
    SightingCount,
    fold_sightings,
    last_seen,
    record_sightings,
    sighted_pages,
    sightings_of,
)
from server.partners.sightings_read import MAX_NOTES
from server.storage.ids import new_id

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORIGIN = "https://www.example.org"


@pytest.fixture
def key_id(key):
    return key.row.id


def count(key_id, *, origin=ORIGIN, allowed=True, seen=1, at=NOW):
    return SightingCount(key_id, at.date(), origin, allowed, seen, at)


def note_down(database, *notes):
    with database.transaction() as session:
        record_sightings(session, notes)


def fold(database, now=NOW):
    with database.transaction() as session:
        return fold_sightings(session, now)


def seen_in(database, key_id):
    with database.reading() as session:
        found = sightings_of(session, key_id, NOW.date() - timedelta(days=30))
    return [(each.day.isoformat(), each.origin, each.allowed, each.seen) for each in found]


def test_notes_are_added_up_by_day_origin_and_verdict(database, key_id):
    yesterday = NOW - timedelta(days=1)
    note_down(
        database,
        count(key_id, seen=2),
        count(key_id, seen=3, at=NOW + timedelta(minutes=5)),
        count(key_id, at=yesterday),
        count(key_id, origin="https://else.example", allowed=False, seen=9),
    )
    assert fold(database) == 4
    note_down(database, count(key_id, seen=10))
    assert fold(database) == 1
    assert seen_in(database, key_id) == [
        ("2026-11-22", ORIGIN, True, 15),
        ("2026-11-22", "https://else.example", False, 9),
        ("2026-11-21", ORIGIN, True, 1),
    ]
    with database.reading() as session:
        row = session.scalars(select(Sighting).where(Sighting.seen == 15)).one()
    assert (row.first_at, row.last_at) == (NOW, NOW + timedelta(minutes=5))


def test_what_is_not_added_up_yet_is_seen_already(database, key_id):
    note_down(database, count(key_id, seen=2))
    fold(database)
    note_down(database, count(key_id, seen=3))
    assert seen_in(database, key_id) == [("2026-11-22", ORIGIN, True, 5)]


def test_adding_up_again_changes_nothing(database, key_id):
    note_down(database, count(key_id, seen=2))
    assert [fold(database), fold(database)] == [1, 0]
    assert seen_in(database, key_id) == [("2026-11-22", ORIGIN, True, 2)]


def test_what_fails_half_way_is_not_lost(database, key_id):
    note_down(database, count(key_id, seen=2))
    with database.new_session() as session:
        assert fold_sightings(session, NOW) == 1
        session.rollback()
    assert fold(database) == 1
    assert seen_in(database, key_id) == [("2026-11-22", ORIGIN, True, 2)]


def test_four_workers_at_once_count_each_note_exactly_once(database, key_id):
    origins = [f"https://p{number}.example" for number in range(5)]
    for _ in range(8):
        note_down(database, *(count(key_id, origin=origin) for origin in origins * 5))
    with ThreadPoolExecutor(4) as workers:
        for _ in range(4):
            workers.submit(note_down, database, *(count(key_id, origin=each) for each in origins))
        folded = list(workers.map(lambda _: fold(database), range(8)))
    assert sum(folded) + fold(database) == 8 * 25 + 4 * 5
    assert {seen for *_, seen in seen_in(database, key_id)} == {8 * 5 + 4}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SightingNote)) == 0


def test_notes_of_a_key_that_is_gone_stop_nobody(database, key_id):
    note_down(database, count(new_id()), count(key_id))
    assert fold(database) == 2
    assert seen_in(database, key_id) == [("2026-11-22", ORIGIN, True, 1)]


def test_of_invented_origins_a_hundred_a_day_keep_their_names(database, key_id):
    note_down(
        database,
        count(key_id, origin="https://real.example", allowed=False, seen=5),
        *(count(key_id, origin=f"https://p{n}.example", allowed=False) for n in range(120)),
    )
    fold(database)
    note_down(database, count(key_id, origin="https://late.example", allowed=False))
    note_down(database, count(key_id, origin="https://real.example", allowed=False))
    fold(database)
    seen = {origin: times for origin, _, times in stored(database)}
    assert len(seen) == 100 + 1
    assert seen["https://real.example"] == 6
    assert seen["other"] == 22
    assert "https://late.example" not in seen


def stored(database):
    with database.reading() as session:
        return session.execute(select(Sighting.origin, Sighting.allowed, Sighting.seen)).all()


WILDCARD = "https://*.example.org"


@pytest.fixture
def wild_key_id(database, key_id):
    """A key that lets a page in by its name, and all others of its domain."""
    with database.transaction() as session:
        session.get_one(PartnerKey, key_id).origins = [WILDCARD, ORIGIN]
    return key_id


def below_wildcard(key_id, batch, number=120):
    return [count(key_id, origin=f"https://p{batch}-{n}.example.org") for n in range(number)]


def test_of_origins_below_a_wildcard_a_hundred_a_day_keep_their_names(database, wild_key_id):
    for batch in range(3):
        note_down(database, *below_wildcard(wild_key_id, batch))
        fold(database)
    note_down(database, count(wild_key_id), count(wild_key_id, origin=WILDCARD, seen=5))
    fold(database)
    rows = stored(database)
    assert len(rows) == 100 + 1 + 1
    assert (WILDCARD, True, 260 + 5) in rows
    assert (ORIGIN, True, 1) in rows
    assert ("2026-11-22", ORIGIN, True, 1) in seen_in(database, wild_key_id)


def test_what_a_wildcard_let_in_that_is_gone_is_counted_as_other(database, wild_key_id):
    with database.transaction() as session:
        session.get_one(PartnerKey, wild_key_id).origins = [ORIGIN]
    note_down(database, *below_wildcard(wild_key_id, 0))
    fold(database)
    assert ("other", True, 20) in stored(database)


def test_a_flood_costs_who_reads_a_few_rows(database, wild_key_id, rows_read):
    day = NOW.date()
    with database.transaction() as session:
        flood = [
            SightingCount(wild_key_id, day, f"https://p{n}.example.org", n % 2 == 0, 1, NOW)
            for n in range(6_000)
        ]
        record_sightings(session, flood)
        rows = [
            {"key_id": each.key_id, "day": day, "origin": each.origin, "seen": each.seen}
            | {"allowed": each.allowed, "first_at": NOW, "last_at": NOW}
            for each in flood
        ]
        session.execute(insert(Sighting), rows)
        rows_read.clear()
        counts = sightings_of(session, wild_key_id, day)
        pages = sighted_pages(session, wild_key_id, day, allowed=True)
        seen_last = last_seen(session, [wild_key_id])
    assert sum(each.seen for each in counts) == 6_000 + MAX_NOTES
    assert (len(counts), len(pages), len(seen_last)) == (2 * (20 + 1), 50, 1)
    assert rows_read == [1, 42, 50, 1]


@pytest.fixture
def rows_read(monkeypatch):
    """How many rows each query handed over."""
    read = []
    fetch = CursorResult._fetchall_impl

    def noting(result):
        rows = fetch(result)
        read.append(len(rows))
        return rows

    monkeypatch.setattr(CursorResult, "_fetchall_impl", noting)
    return read


def test_a_page_that_comes_back_goes_before_a_flood_of_one_day(database, key_id):
    real = "https://real.example"
    notes = [
        count(key_id, origin=f"https://p{n}.example", allowed=False, seen=9) for n in range(60)
    ]
    again = [
        count(key_id, origin=real, allowed=False, at=NOW - timedelta(days=ago)) for ago in (1, 2, 3)
    ]
    note_down(database, *notes, *again)
    with database.reading() as session:
        pages = sighted_pages(session, key_id, NOW.date() - timedelta(days=7), allowed=False)
    assert len(pages) == 50
    last = NOW - timedelta(days=1)
    assert pages[0] == SightedPage(real, 3, 3, last)


def test_days_long_past_are_forgotten(database, key_id):
    note_down(database, count(key_id), count(key_id, at=NOW - timedelta(days=399)))
    fold(database)
    fold(database, NOW + timedelta(days=2))
    with database.reading() as session:
        assert session.scalars(select(Sighting.day)).all() == [NOW.date()]


def seen_last(database, *key_ids):
    with database.reading() as session:
        return last_seen(session, key_ids)


def test_last_seen_is_the_newest_of_all_added_up_or_not(database, key_id):
    earlier, later = NOW - timedelta(days=3), NOW + timedelta(minutes=1)
    note_down(database, count(key_id, at=earlier), count(key_id, at=NOW))
    fold(database)
    assert seen_last(database, key_id, new_id()) == {key_id: LastSeen(ORIGIN, NOW, True)}
    note_down(database, count(key_id, at=later))
    assert seen_last(database, key_id)[key_id].at == later


def test_where_a_key_is_refused_hides_not_where_it_is_shown(database, key_id):
    refused = "https://else.example"
    later = NOW + timedelta(days=1)
    note_down(database, count(key_id, origin=refused, allowed=False, at=NOW))
    note_down(database, count(key_id, origin="other", allowed=False, at=later))
    assert seen_last(database, key_id)[key_id] == LastSeen(refused, NOW, False)
    note_down(database, count(key_id, at=NOW - timedelta(days=2)))
    fold(database)
    assert seen_last(database, key_id)[key_id].origin == ORIGIN
