"""Events are found by who, what, when and which, the newest first."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from server.audit.chain import chain_events, first_id_at
from server.audit.models import AuditEvent
from server.audit.search import EventFilter, event_data, find_events
from server.audit.vocabulary import AuditAction
from tests.audit.attacker import as_superuser
from tests.audit.trail import NOW


def add(
    session: Session,
    minutes: int,
    *,
    actor: str = "staff:1",
    action: AuditAction = AuditAction.KEY_ISSUED,
    subject: str = "key:1",
    **details: object,
) -> UUID:
    """An event of so many minutes ago."""
    at = NOW - timedelta(minutes=minutes)
    event_id = UUID(int=first_id_at(int(at.timestamp() * 1_000)).int + minutes)
    session.execute(
        insert(AuditEvent).values(
            id=event_id, at=at, actor=actor, action=action, subject=subject, details=details
        )
    )
    return event_id


def found(session: Session, wanted: EventFilter) -> list[UUID]:
    return [UUID(each.event.id) for each in find_events(session, wanted)]


def test_pages_are_complete_and_newest_first(session: Session) -> None:
    ids = [add(session, minutes) for minutes in range(5)]
    first = find_events(session, EventFilter(), limit=3)
    last = UUID(first[-1].event.id)
    second = find_events(session, EventFilter(), before=last, limit=3)
    assert [UUID(each.event.id) for each in first + second] == ids


def test_who(session: Session) -> None:
    mine = add(session, 1, actor="staff:1")
    add(session, 2, actor="staff:11")
    assert found(session, EventFilter(actors=["staff:1"])) == [mine]


def test_what(session: Session) -> None:
    revoked = add(session, 1, action=AuditAction.KEY_REVOKED)
    rotated = add(session, 2, action=AuditAction.KEY_ROTATED)
    add(session, 3)
    both = EventFilter(actions=[AuditAction.KEY_REVOKED, AuditAction.KEY_ROTATED])
    assert found(session, both) == [revoked, rotated]


def test_of_which_kind_and_which_one(session: Session) -> None:
    one = add(session, 1, subject="key:1")
    other = add(session, 2, subject="key:2")
    add(session, 3, subject="sealing_key:1")
    assert found(session, EventFilter(subject="key")) == [one, other]
    assert found(session, EventFilter(subject="key:2")) == [other]
    assert found(session, EventFilter(subject="k%")) == []


def test_when(session: Session) -> None:
    ids = [add(session, minutes) for minutes in (10, 20, 30)]
    since, until = NOW - timedelta(minutes=20), NOW - timedelta(minutes=10)
    assert found(session, EventFilter(since=since, until=until)) == [ids[1]]
    assert found(session, EventFilter(since=since)) == ids[:2]


@pytest.mark.parametrize("words", ["4R5", "key:4R5", "77AB", "its own"])
def test_an_id_wherever_it_stands(session: Session, words: str) -> None:
    event_id = add(session, 1, subject="key:4R5", successor="77AB")
    if words == "its own":
        words = str(event_id).upper()
    add(session, 2)
    assert found(session, EventFilter(words=words)) == [event_id]


def test_signs_of_a_pattern_are_only_signs(session: Session) -> None:
    add(session, 1, successor="77AB")
    assert found(session, EventFilter(words="77_B")) == []
    assert found(session, EventFilter(words="%")) == []


def test_an_event_is_shown_with_the_number_of_its_link(session: Session) -> None:
    add(session, 2, label="Ärger")
    chain_events(session, NOW)
    add(session, 1)
    waiting, linked = [event_data(each) for each in find_events(session, EventFilter())]
    assert (waiting["seq"], linked["seq"]) == (None, 1)
    assert linked["at"] == (NOW - timedelta(minutes=2)).isoformat(timespec="microseconds")
    assert linked["details"] == {"label": "Ärger"}


def test_a_row_that_was_tampered_with_is_listed_all_the_same(session: Session) -> None:
    add(session, 1)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    at = "'yesterday'" if is_sqlite else "'infinity'"
    with as_superuser(session):
        session.execute(text(f"UPDATE audit_events SET action = 'x:y', at = {at}"))  # noqa: S608
    (row,) = map(event_data, find_events(session, EventFilter()))
    assert (row["action"], row["at"]) == ("x:y", "yesterday" if is_sqlite else "Infinity")
