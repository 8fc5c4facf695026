"""P17: who owns the database cannot change the trail unseen. All on 10,000 events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from server.audit.canonical import BEGINNING, link_hash, microseconds
from server.audit.checkpoints import public_key_of, sign_checkpoint
from server.audit.models import AuditCheckpoint, AuditEvent, AuditLink
from server.audit.stored import raw_event, read_event
from server.audit.verdict import Verdict
from server.audit.verify import verify
from server.audit.vocabulary import AuditAction
from server.storage.database import Database
from server.storage.ids import new_id
from tests.audit.attacker import as_superuser
from tests.audit.trail import NOW, SECRET, a_trail

EVENTS = 10_000
OTHERS_SECRET = bytes(32)


@dataclass
class Trail:
    database: Database
    anchor: Path

    def verify(self, session: Session, anchor: Path | None = None) -> Verdict:
        key = public_key_of(SECRET)
        return verify(session, [key], anchor or self.anchor, now=NOW + timedelta(minutes=1))

    @contextmanager
    def attacked(self) -> Iterator[Session]:
        """A session that may do anything; what it did is undone at the end."""
        with self.database.new_session() as session, as_superuser(session):
            yield session
            session.rollback()


@pytest.fixture
def trail(database: Database, tmp_path: Path) -> Trail:
    """10,000 events, chained, with checkpoints at 6,000, 9,000 and 10,000."""
    anchor = tmp_path / "anchor.jsonl"
    for count in (6_000, 3_000, EVENTS - 9_000):
        with database.transaction() as session:
            a_trail(session, count, anchor)
    return Trail(database, anchor)


def event_of(session: Session, seq: int) -> AuditEvent:
    return session.scalars(select(AuditEvent).join(AuditLink).where(AuditLink.seq == seq)).one()


def set_event(session: Session, seq: int, **values: object) -> None:
    found = select(AuditLink.event_id).where(AuditLink.seq == seq).scalar_subquery()
    session.execute(
        update(AuditEvent)
        .where(AuditEvent.id == found)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def set_link(session: Session, number: int, **values: object) -> None:
    session.execute(
        update(AuditLink)
        .where(AuditLink.seq == number)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def found_at(verdict: Verdict) -> set[int]:
    return {problem.seq for problem in verdict.problems if problem.seq is not None}


def forget(session: Session, table: type[AuditLink | AuditCheckpoint], since: int) -> None:
    session.execute(delete(table).where(table.seq >= since))


def rewrite(session: Session, *, since: int = 1) -> None:
    """Compute every link's hash anew, so that the chain is whole again."""
    previous = BEGINNING
    if since > 1:
        previous = session.scalars(select(AuditLink.hash).where(AuditLink.seq == since - 1)).one()
    rows = session.execute(
        select(AuditLink.seq, AuditLink.event_id, AuditLink.linked_at, *raw_event(session))
        .join(AuditEvent, AuditEvent.id == AuditLink.event_id)
        .where(AuditLink.seq >= since)
        .order_by(AuditLink.seq)
    ).all()
    forget(session, AuditLink, since)
    links = []
    for seq, (_, event_id, linked_at, *values) in enumerate(rows, start=since):
        previous = link_hash(seq, previous, microseconds(linked_at), read_event(values))
        links.append({"seq": seq, "event_id": event_id, "hash": previous, "linked_at": linked_at})
    session.execute(insert(AuditLink), links)


def every_change_to_one_row_is_found_where_it_was_made(trail: Trail) -> None:
    with trail.database.reading() as session:
        untouched = trail.verify(session)
    assert (untouched.is_good, untouched.last_seq, untouched.tail) == (True, EVENTS, 0)
    assert (untouched.checkpoints, untouched.anchor_lines) == (3, 3)

    second = timedelta(microseconds=1)
    with trail.attacked() as session:
        # Each column of an event.
        set_event(session, 1, actor="staff:99")
        set_event(session, 500, at=event_of(session, 500).at + second)
        set_event(session, 1_000, action=AuditAction.STAFF_RESET)
        set_event(session, 1_500, subject="report:0")
        set_event(session, 2_000, details={})
        set_event(session, 2_500, details=event_of(session, 2_500).details | {"extra": None})
        set_event(session, 3_000, id=new_id())
        # Each column of a link; the one behind a changed hash does not fit any more.
        set_link(session, 3_500, hash=bytes(32))
        set_link(session, 4_000, linked_at=NOW + second)
        set_link(session, 4_500, event_id=new_id())
        set_link(session, 5_000, seq=EVENTS + 1)
        # Deleted: an event, a link, both.
        session.execute(delete(AuditEvent).where(AuditEvent.id == event_of(session, 5_500).id))
        session.execute(delete(AuditLink).where(AuditLink.seq == 6_500))
        gone = event_of(session, 7_000).id
        session.execute(delete(AuditLink).where(AuditLink.seq == 7_000))
        session.execute(delete(AuditEvent).where(AuditEvent.id == gone))
        # Swapped: the contents of two events, and the events of two links.
        one, other = event_of(session, 7_500).details, event_of(session, 8_000).details
        set_event(session, 7_500, details=other)
        set_event(session, 8_000, details=one)
        one_id, other_id = event_of(session, 8_500).id, event_of(session, 8_600).id
        set_link(session, 8_500, event_id=new_id())
        set_link(session, 8_600, event_id=one_id)
        set_link(session, 8_500, event_id=other_id)
        set_event(session, EVENTS, actor="system")
        # Put in among the old.
        put_in = UUID(int=event_of(session, 9_100).id.int + 1)
        session.execute(
            insert(AuditEvent).values(
                id=put_in,
                at=NOW - timedelta(hours=1),
                actor="staff:1",
                action=AuditAction.STAFF_ADDED,
                subject="staff:1",
                details={},
            )
        )
        verdict = trail.verify(session)
    expected = {1, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 3_501, 4_000, 4_500, 5_000}
    expected |= {5_500, 6_500, 7_000, 7_500, 8_000, 8_500, 8_600, EVENTS, EVENTS + 1}
    assert found_at(verdict) == expected
    loose = {problem.event_id for problem in verdict.problems if problem.seq is None}
    assert str(put_in) in loose


Attack = Callable[[Session], None]


def change_a_checkpoint(**values: object) -> Attack:
    def attack(session: Session) -> None:
        session.execute(
            update(AuditCheckpoint).where(AuditCheckpoint.seq == 9_000).values(**values)
        )

    return attack


def drop_a_checkpoint(session: Session) -> None:
    session.execute(delete(AuditCheckpoint).where(AuditCheckpoint.seq == 9_000))


def sign_with_another_key(session: Session) -> None:
    session.execute(delete(AuditCheckpoint))
    sign_checkpoint(session, OTHERS_SECRET, None, NOW)


def cut(session: Session, *, whole: bool) -> None:
    """Events and links behind 8,990 go; with `whole` their checkpoints too."""
    events = session.scalars(select(AuditLink.event_id).where(AuditLink.seq > 8_990)).all()
    forget(session, AuditLink, 8_991)
    for start in range(0, len(events), 500):
        session.execute(delete(AuditEvent).where(AuditEvent.id.in_(events[start : start + 500])))
    if whole:
        forget(session, AuditCheckpoint, 8_991)


def cut_with_the_checkpoints(session: Session) -> None:
    cut(session, whole=True)


def cut_without_the_checkpoints(session: Session) -> None:
    cut(session, whole=False)


def change_and_rewrite(session: Session) -> None:
    set_event(session, 8_950, actor="staff:99")
    rewrite(session, since=8_950)


def rewrite_without_the_checkpoints(session: Session) -> None:
    change_and_rewrite(session)
    forget(session, AuditCheckpoint, 8_950)


def delete_and_rewrite_and_sign(session: Session) -> None:
    session.execute(delete(AuditEvent).where(AuditEvent.id == event_of(session, 8_960).id))
    session.execute(delete(AuditLink).where(AuditLink.seq == 8_960))
    rewrite(session, since=8_950)
    forget(session, AuditCheckpoint, 8_950)
    sign_checkpoint(session, OTHERS_SECRET, None, NOW)


def take_everything_away(session: Session) -> None:
    for table in (AuditCheckpoint, AuditLink, AuditEvent):
        session.execute(delete(table))


ATTACKS: list[tuple[Attack, str]] = [
    (change_a_checkpoint(hash=bytes(32)), "wrong signature"),
    (change_a_checkpoint(signed_at=NOW - timedelta(days=1)), "wrong signature"),
    (change_a_checkpoint(signature=bytes(64)), "wrong signature"),
    (change_a_checkpoint(public_key=bytes(32)), "key that is not known"),
    (change_a_checkpoint(seq=8_999), "wrong signature"),
    (drop_a_checkpoint, "not in the database"),
    (sign_with_another_key, "key that is not known"),
    (cut_without_the_checkpoints, "cut off"),
    (cut_with_the_checkpoints, "cut off"),
    (change_and_rewrite, "written anew"),
    (rewrite_without_the_checkpoints, "written anew"),
    (delete_and_rewrite_and_sign, "written anew"),
    (take_everything_away, "cut off"),
]


def a_cut_or_rewritten_trail_is_found_by_its_signatures(trail: Trail) -> None:
    for attack, meaning in ATTACKS:
        with trail.attacked() as session:
            attack(session)
            key = public_key_of(SECRET)
            verdict = verify(session, [key], trail.anchor, now=NOW, newest=1_200)
        said = " / ".join(problem.meaning for problem in verdict.problems)
        assert meaning in said, f"{attack.__name__}: {said}"


def test_nobody_changes_the_trail_unseen(trail: Trail) -> None:
    """In one test: 10,000 events take longer to write than to verify."""
    every_change_to_one_row_is_found_where_it_was_made(trail)
    a_cut_or_rewritten_trail_is_found_by_its_signatures(trail)
