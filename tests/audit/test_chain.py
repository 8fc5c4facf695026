"""Every event gets its link, in order, once, whoever runs the worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.audit import chain
from server.audit.canonical import BEGINNING, EventRecord, link_hash
from server.audit.chain import chain_events
from server.audit.errors import ChainHeldUp
from server.audit.models import AuditEvent, AuditLink
from server.audit.service import AuditAction, record_event
from server.storage.database import Database
from server.storage.ids import new_id
from tests.audit.trail import NOW, add_events, chain_all


def links(session: Session) -> list[AuditLink]:
    return list(session.scalars(select(AuditLink).order_by(AuditLink.seq)))


def test_events_are_linked_in_the_order_of_their_ids(session: Session) -> None:
    add_events(session, 5)
    assert chain_events(session, NOW) == 5
    ids = session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)).all()
    assert [link.event_id for link in links(session)] == ids
    assert [link.seq for link in links(session)] == [1, 2, 3, 4, 5]


def test_an_event_is_linked_once(session: Session) -> None:
    add_events(session, 3)
    assert chain_events(session, NOW) == 3
    assert chain_events(session, NOW) == 0


def test_a_batch_is_bounded_and_the_next_goes_on(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "BATCH", 2)
    add_events(session, 5)
    assert [chain_events(session, NOW) for _ in range(4)] == [2, 2, 1, 0]
    assert [link.seq for link in links(session)] == [1, 2, 3, 4, 5]


def test_an_event_that_commits_late_is_linked_after_those_before(session: Session) -> None:
    late = new_id()
    add_events(session, 2)
    chain_events(session, NOW)
    session.add(
        AuditEvent(
            id=late,
            at=NOW,
            actor="system",
            action=AuditAction.STAFF_ADDED,
            subject="staff:1",
            details={},
        )
    )
    session.flush()
    assert chain_events(session, NOW) == 1
    assert links(session)[-1].event_id == late


def test_an_event_from_long_before_the_newest_link_is_not_taken_up(session: Session) -> None:
    add_events(session, 2)
    chain_events(session, NOW)
    event = record_event(session, "system", AuditAction.STAFF_ADDED, "staff:1")
    session.flush()
    event_id = chain.first_id_at(int((NOW - timedelta(days=3)).timestamp() * 1_000))
    session.expunge(event)
    session.add(
        AuditEvent(
            id=event_id,
            at=NOW,
            actor="system",
            action=AuditAction.STAFF_ADDED,
            subject="staff:2",
            details={},
        )
    )
    session.flush()
    assert chain_events(session, NOW) == 1
    assert event_id not in [link.event_id for link in links(session)]


def test_a_worker_that_stood_still_for_days_takes_everything_up(session: Session) -> None:
    add_events(session, 2)
    chain_events(session, NOW)
    add_events(session, 3)
    assert chain_all(session, NOW + timedelta(days=9)) == 3


def test_a_clock_that_was_ahead_does_not_stop_the_chain(session: Session) -> None:
    session.add(
        AuditEvent(
            id=chain.first_id_at(int((NOW + timedelta(days=30)).timestamp() * 1_000)),
            at=NOW + timedelta(days=30),
            actor="system",
            action=AuditAction.STAFF_ADDED,
            subject="staff:1",
            details={},
        )
    )
    session.flush()
    assert chain_events(session, NOW + timedelta(days=30)) == 1
    add_events(session, 2)
    assert chain_events(session, NOW) == 2


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer
def test_two_workers_never_link_at_once(database: Database) -> None:
    with database.transaction() as session:
        add_events(session, 2)
    with database.transaction() as one:
        assert chain_events(one, NOW) == 2
        with database.transaction() as other:
            assert chain_events(other, NOW) == 0
    with database.transaction() as other:
        assert chain_events(other, NOW) == 0


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_lock_that_is_held_while_events_wait_is_told(database: Database) -> None:
    with database.transaction() as session:
        add_events(session, 2)
    later = datetime.now(UTC) + timedelta(seconds=90)
    with database.transaction() as holder:
        holder.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": chain._LOCK})
        with database.transaction() as session:
            assert chain_events(session, NOW) == 0  # they wait for a moment only
        held_up = pytest.raises(ChainHeldUp, match="holds the audit chain's lock")
        with held_up, database.transaction() as session:
            chain_events(session, later)
    with database.transaction() as session:
        assert chain_events(session, later) == 2
    with database.transaction() as holder:
        holder.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": chain._LOCK})
        with database.transaction() as session:
            assert chain_events(session, later) == 0  # nothing waits


def test_the_hash_is_the_same_on_both_databases(session: Session) -> None:
    """It was computed apart, by sha256sum over the text that the document describes."""
    session.add(
        AuditEvent(
            id=UUID("019ab000-0000-7000-8000-000000000001"),
            at=NOW.replace(year=2026, month=11, day=22, hour=12, minute=0, second=0),
            actor="staff:1",
            action=AuditAction.KEY_EDITED,
            subject="key:1",
            details={"z": [1, 2.5, 1000.0, True, None], "a": {"é": "\U0001f600", "b": ""}},
        )
    )
    session.flush()
    linked_at = NOW.replace(year=2026, month=11, day=22, hour=12, minute=0, second=3)
    assert chain_events(session, linked_at) == 1
    (link,) = links(session)
    assert link.hash.hex() == ("d6cbf7e9572c397a1d5012b20b6fa6a2392bee1eb85b706021f641e469f0a248")


def test_each_part_of_an_event_changes_its_hash() -> None:
    event = EventRecord("id", 1, "a", "b", "c", {"d": 1})
    changed = [
        EventRecord("ie", 1, "a", "b", "c", {"d": 1}),
        EventRecord("id", 2, "a", "b", "c", {"d": 1}),
        EventRecord("id", 1, "ab", "", "c", {"d": 1}),
        EventRecord("id", 1, "a", "bc", "", {"d": 1}),
        EventRecord("id", 1, "a", "b", "cd", {"d": 1}),
        EventRecord("id", 1, "a", "b", "c", {"d": "1"}),
        EventRecord("id", 1, "a", "b", "c", {"d": True}),
    ]
    hashes = {link_hash(1, BEGINNING, 5, record) for record in [event, *changed]}
    hashes |= {link_hash(2, BEGINNING, 5, event), link_hash(1, bytes([1] * 32), 5, event)}
    hashes.add(link_hash(1, BEGINNING, 6, event))
    assert len(hashes) == 11
