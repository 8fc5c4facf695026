"""Checkpoints: signed when the chain grew, and written outside the database as well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from server.audit.anchor import append_to_anchor, last_in_anchor, read_anchor
from server.audit.checkpoints import (
    last_checkpoint,
    public_key_of,
    sign_checkpoint,
    signature_is_good,
)
from server.audit.errors import TrailDoubtful
from server.audit.models import AuditCheckpoint
from server.storage.database import Database
from tests.audit.attacker import as_superuser
from tests.audit.trail import NOW, SECRET, a_trail, add_events, chain_all


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    return tmp_path / "anchor.jsonl"


def test_a_checkpoint_signs_the_head_of_the_chain(session: Session) -> None:
    add_events(session, 3)
    chain_all(session)
    signed = sign_checkpoint(session, SECRET, None, NOW)
    assert signed is not None
    assert (signed.seq, signed.signed_at) == (3, NOW)
    assert signed.public_key == public_key_of(SECRET)
    session.expire_all()
    assert last_checkpoint(session) == signed
    assert signature_is_good(signed)


def test_a_chain_that_did_not_grow_is_not_signed_again(session: Session) -> None:
    assert sign_checkpoint(session, SECRET, None, NOW) is None
    a_trail(session, 2, None)
    assert sign_checkpoint(session, SECRET, None, NOW) is None


def test_the_anchor_has_the_same_as_a_line(database: Database, anchor: Path) -> None:
    for _ in range(2):
        with database.transaction() as session:
            a_trail(session, 2, anchor)
    with database.reading() as session:
        last = last_checkpoint(session)
    assert [line.checkpoint.seq for line in read_anchor(anchor) if line.checkpoint] == [2, 4]
    assert last_in_anchor(anchor) == last
    assert json.loads(anchor.read_text().splitlines()[-1])["seq"] == 4


def test_what_is_rolled_back_never_reaches_the_anchor(database: Database, anchor: Path) -> None:
    with database.new_session() as session:
        a_trail(session, 2, anchor)
        session.rollback()
        session.execute(text("SELECT 1"))
        session.commit()
    assert not anchor.exists()


def test_a_line_that_could_not_be_written_is_made_up_for(database: Database, anchor: Path) -> None:
    with database.transaction() as session:
        a_trail(session, 2, None)
    with database.transaction() as session:
        assert sign_checkpoint(session, SECRET, anchor, NOW) is None
    last = last_in_anchor(anchor)
    assert last is not None
    assert last.seq == 2


def test_after_a_torn_line_the_next_is_whole(database: Database, anchor: Path) -> None:
    anchor.write_text('{"seq": 1, "ha')
    with database.transaction() as session:
        a_trail(session, 2, anchor)
    assert [line.checkpoint is not None for line in read_anchor(anchor)] == [False, True]


def test_nothing_is_signed_on_a_chain_that_lost_its_end(database: Database, anchor: Path) -> None:
    with database.transaction() as session:
        a_trail(session, 4, anchor)
    with database.transaction() as session, as_superuser(session):
        session.execute(delete(AuditCheckpoint))
        session.execute(text("DELETE FROM audit_links WHERE seq > 2"))
    with database.reading() as session, pytest.raises(TrailDoubtful, match="link 4"):
        sign_checkpoint(session, SECRET, anchor, NOW)


def test_nothing_is_signed_on_a_chain_that_was_made_anew(database: Database) -> None:
    with database.transaction() as session:
        a_trail(session, 4, None)
    with database.transaction() as session, as_superuser(session):
        session.execute(text("DELETE FROM audit_links"))
        session.execute(text("UPDATE audit_events SET actor = 'staff:9'"))
        add_events(session, 1)
        chain_all(session)
    with database.reading() as session, pytest.raises(TrailDoubtful, match="link 4"):
        sign_checkpoint(session, SECRET, None, NOW)


def test_a_checkpoint_of_another_time_has_no_good_signature(session: Session, anchor: Path) -> None:
    a_trail(session, 1, None)
    signed = last_checkpoint(session)
    assert signed is not None
    append_to_anchor(anchor, signed)
    changed = anchor.read_text().replace(str(NOW.year), str(NOW.year + 1), 1)
    anchor.write_text(changed)
    (line,) = read_anchor(anchor)
    assert line.checkpoint is not None
    assert not signature_is_good(line.checkpoint)
