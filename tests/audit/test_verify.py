"""What verification says of trails that nobody attacked, and of rows that no program wrote."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

from server.audit import verify_signed
from server.audit.chain import chain_events, first_id_at
from server.audit.checkpoints import public_key_of, sign_checkpoint
from server.audit.models import AuditCheckpoint, AuditEvent, AuditLink
from server.audit.verdict import LISTED, Verdict
from server.audit.verify import verify
from server.audit.vocabulary import AuditAction
from server.storage.database import Database
from server.storage.ids import new_id
from tests.audit.attacker import as_superuser
from tests.audit.trail import NOW, SECRET, a_trail, add_events, chain_all

KEY = public_key_of(SECRET)


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    return tmp_path / "anchor.jsonl"


def look(session: Session, anchor: Path | None = None, **how: object) -> Verdict:
    return verify(session, [KEY], anchor, now=NOW + timedelta(seconds=5), **how)  # type: ignore[arg-type]


def put_in(session: Session, event_id: UUID) -> None:
    session.execute(
        insert(AuditEvent).values(
            id=event_id,
            at=NOW,
            actor="staff:1",
            action=AuditAction.STAFF_ADDED,
            subject="staff:1",
            details={},
        )
    )


def meanings(verdict: Verdict) -> str:
    return " / ".join(problem.meaning for problem in verdict.problems)


def test_an_empty_trail_is_good(session: Session, anchor: Path) -> None:
    verdict = look(session, anchor)
    assert (verdict.is_good, verdict.last_seq, verdict.tail) == (True, 0, 0)


def test_events_that_wait_for_their_link_are_the_tail(session: Session) -> None:
    a_trail(session, 3, None)
    add_events(session, 2)
    verdict = look(session)
    assert (verdict.is_good, verdict.last_seq, verdict.tail) == (True, 3, 2)


def test_an_event_that_waits_too_long_is_told(session: Session) -> None:
    a_trail(session, 3, None)
    add_events(session, 1)
    verdict = verify(session, [KEY], None, now=NOW + timedelta(minutes=20))
    assert "is a worker running, or was it put in?" in meanings(verdict)


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "not chained after 2 minutes"), (1, "from the future")]
)
def test_an_id_of_another_time_gives_an_event_away(session: Session, days: int, words: str) -> None:
    put_in(session, first_id_at(int((NOW + timedelta(days=days)).timestamp() * 1_000)))
    assert words in meanings(look(session))


def test_links_that_are_not_signed_yet_are_noted(session: Session) -> None:
    a_trail(session, 3, None)
    add_events(session, 2)
    chain_all(session)
    assert any("links 4 to 5 are not signed" in note for note in look(session).notes)


def test_the_newest_part_is_looked_at_alone(session: Session, anchor: Path) -> None:
    a_trail(session, 10, anchor)
    with as_superuser(session):
        session.execute(text("UPDATE audit_events SET actor = 'x' WHERE subject = 'report:3'"))
    newest = look(session, newest=5)
    assert (newest.is_good, newest.first_seq, newest.last_seq) == (True, 6, 10)
    assert [problem.seq for problem in look(session).problems] == [4]


def test_more_than_one_batch_of_anchor_lines_is_read(
    database: Database, anchor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        with database.transaction() as session:
            a_trail(session, 1, anchor)
    monkeypatch.setattr(verify_signed, "_BATCH", 2)
    with database.reading() as session:
        verdict = look(session, anchor)
    assert (verdict.is_good, verdict.checkpoints, verdict.anchor_lines) == (True, 3, 3)


def test_an_earlier_secrets_signatures_need_its_public_key(session: Session) -> None:
    add_events(session, 1)
    chain_all(session)
    sign_checkpoint(session, bytes(range(1, 33)), None, NOW)
    a_trail(session, 1, None)
    assert "PORTALS_AUDIT_SECRET" in meanings(look(session))
    both = [KEY, public_key_of(bytes(range(1, 33)))]
    assert verify(session, both, None, now=NOW).is_good


def test_an_anchor_that_is_gone_is_told(database: Database, anchor: Path) -> None:
    with database.transaction() as session:
        a_trail(session, 2, anchor)
    anchor.unlink()
    with database.reading() as session:
        assert "was it taken away" in meanings(look(session, anchor))


def test_a_torn_line_is_noted_and_a_changed_one_a_problem(database: Database, anchor: Path) -> None:
    anchor.write_text('{"seq": 1, "ha')
    with database.transaction() as session:
        a_trail(session, 2, anchor)
    with database.reading() as session:
        verdict = look(session, anchor)
        assert verdict.is_good
        assert "torn" in verdict.notes[0]
        anchor.write_text(anchor.read_text().replace('"hash": "', '"hash": "x'))
        assert "cannot be read" in meanings(look(session, anchor))


def test_an_anchor_that_goes_back_is_told(database: Database, anchor: Path) -> None:
    for _ in range(2):
        with database.transaction() as session:
            a_trail(session, 2, anchor)
    anchor.write_text("".join(reversed(anchor.read_text().splitlines(keepends=True))))
    with database.reading() as session:
        assert "goes back to link 2 after 4" in meanings(look(session, anchor))


SQLITE_ROWS = [
    "UPDATE audit_events SET at = 'yesterday'",
    "UPDATE audit_events SET details = '{'",
    "UPDATE audit_events SET id = 'x' || subject",
    "UPDATE audit_events SET id = x'00' WHERE subject = 'report:1'",
    'UPDATE audit_events SET details = \'{"a": 1, "a": 2}\'',
    "UPDATE audit_events SET details = '{\"a\": NaN}'",
    "UPDATE audit_events SET details = '{\"a\": 1e999}'",
    "UPDATE audit_events SET details = '{\"a\": [-1e999]}'",
    "UPDATE audit_events SET details = '{\"a\": Infinity}'",
    "UPDATE audit_events SET at = '1e9999'",
    "UPDATE audit_events SET id = CAST(id AS BLOB)",
    "UPDATE audit_events SET actor = CAST(x'ff' AS TEXT)",
    "UPDATE audit_events SET action = 'no:such:action'",
    "UPDATE audit_links SET hash = 'text'",
    "UPDATE audit_links SET linked_at = 'text'",
    "UPDATE audit_checkpoints SET signed_at = 'text'",
    "UPDATE audit_checkpoints SET public_key = x'00'",
]
POSTGRESQL_ROWS = [
    "UPDATE audit_events SET at = 'infinity'",
    "UPDATE audit_events SET at = '4000-01-01 BC'",
    "UPDATE audit_events SET action = 'no:such:action'",
    "UPDATE audit_events SET details = '[]'",
    "UPDATE audit_events SET details = CAST('{\"a\": 1e999}' AS jsonb)",
    "UPDATE audit_links SET linked_at = '-infinity'",
    "UPDATE audit_checkpoints SET signed_at = 'infinity'",
    "UPDATE audit_checkpoints SET signature = ''",
]


def test_rows_that_no_program_can_read_are_told_and_stop_nothing(session: Session) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_ROWS if is_sqlite else POSTGRESQL_ROWS:
        with as_superuser(session):
            a_trail(session, 2, None)
            session.execute(text(statement))
            assert not look(session).is_good, statement
        session.rollback()


def test_the_chain_goes_on_behind_a_row_that_nobody_can_read(session: Session) -> None:
    add_events(session, 2)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    broken = ["details = '{'", "id = 'x' || id"] if is_sqlite else ["details = '[]'"]
    with as_superuser(session):
        for change in broken:
            session.execute(
                text(f"UPDATE audit_events SET {change} WHERE subject = 'report:0'")  # noqa: S608
            )
    assert chain_events(session, NOW) == (1 if is_sqlite else 2)


#: Details that JSON allows, and Python cannot write out again or not read at all.
NO_DETAILS = (
    '{"a": 1e999}',
    '{"a": -1e999}',
    f'{{"a": {"9" * 5_000}}}',
    f"{'[' * 500}{']' * 500}",
)


def test_unreadable_details_are_chained_as_their_text_and_told(session: Session) -> None:
    add_events(session, len(NO_DETAILS) + 1)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    value = ":details" if is_sqlite else "CAST(:details AS jsonb)"
    with as_superuser(session):
        for number, details in enumerate(NO_DETAILS):
            session.execute(
                text(f"UPDATE audit_events SET details = {value} WHERE subject = :subject"),  # noqa: S608
                {"details": details, "subject": f"report:{number}"},
            )
    assert chain_events(session, NOW) == len(NO_DETAILS) + 1
    told = [problem.seq for problem in look(session).problems]
    # PostgreSQL keeps 1e999 as the whole number that it is, and that can be read.
    assert told == ([1, 2, 3, 4] if is_sqlite else [3, 4])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL has a type for ids
@pytest.mark.parametrize(
    "change", ["CAST(id AS BLOB)", "substr(id, 1, 8) || '-' || substr(id, 9)", "upper(id) || 'X'"]
)
def test_an_id_in_another_form_does_not_stop_the_chain(session: Session, change: str) -> None:
    add_events(session, 3)
    with as_superuser(session):
        session.execute(
            text(f"UPDATE audit_events SET id = {change} WHERE subject = 'report:1'")  # noqa: S608
        )
    assert chain_events(session, NOW) == 2
    assert "its id cannot be read: it was put in" in meanings(look(session))


def test_problems_are_listed_up_to_a_bound_and_counted(session: Session) -> None:
    add_events(session, LISTED + 20)
    verdict = verify(session, [KEY], None, now=NOW + timedelta(days=1))
    assert (len(verdict.problems), verdict.problem_count) == (LISTED, LISTED + 20)


def test_an_unlinked_event_with_a_foreign_id_is_told(session: Session) -> None:
    put_in(session, UUID(int=0))
    put_in(session, new_id())
    assert look(session).problem_count == 1


def test_without_the_anchor_a_trail_made_anew_would_pass(database: Database, anchor: Path) -> None:
    """The control of the attacks: it is the anchor that finds this one."""
    with database.transaction() as session:
        a_trail(session, 3, anchor)
    with database.new_session() as session, as_superuser(session):
        for table in (AuditCheckpoint, AuditLink):
            session.execute(delete(table))
        session.execute(text("UPDATE audit_events SET actor = 'staff:9'"))
        chain_all(session)
        without = look(session)
        assert without.is_good
        assert "no anchor" in without.notes[0]
        assert "written anew" in meanings(look(session, anchor))
