"""The session glue: all or nothing, durable, and silent about parameters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from server.partners.models import Partner
from server.storage.database import Database


def partner(slug="telco", at=None):
    return Partner(slug=slug, name="Teranga Mobile", created_at=at or datetime.now(UTC))


def test_a_transaction_commits_as_a_whole(database):
    with database.transaction() as session:
        session.add(partner())
    with database.reading() as session:
        assert session.scalars(select(Partner.slug)).all() == ["telco"]


def test_an_exception_leaves_nothing_behind(database):
    def fail():
        with database.transaction() as session:
            session.add(partner())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert session.scalars(select(Partner)).all() == []


def test_what_is_changed_while_reading_is_rolled_back(database):
    with database.reading() as session:
        session.add(partner())
        session.flush()
    with database.reading() as session:
        assert session.scalars(select(Partner)).all() == []


def test_instants_come_back_as_utc_whatever_zone_they_were_given_in(database):
    east = datetime(2026, 3, 29, 4, 30, tzinfo=timezone(timedelta(hours=3)))
    with database.transaction() as session:
        session.add(partner(at=east))
    with database.reading() as session:
        stored = session.scalars(select(Partner.created_at)).one()
    assert stored == east
    assert stored.utcoffset() == timedelta(0)


def test_a_naive_instant_is_refused(database):
    with database.reading() as session:
        session.add(partner(at=datetime(2026, 1, 1)))
        with pytest.raises(StatementError, match="naive"):
            session.flush()


def test_parameters_stay_out_of_error_messages(database):
    with database.transaction() as session:
        session.add(partner("canary-slug"))
    with pytest.raises(IntegrityError) as caught, database.transaction() as session:
        session.add(partner("canary-slug"))
    statement = str(caught.value).replace(str(caught.value.orig), "")
    assert "canary-slug" not in statement


def test_foreign_keys_hold(database):
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(
            text("INSERT INTO roles_users (user_id, role_id) VALUES (:user, :role)"),
            {"user": 7, "role": 7},
        )


def test_sqlite_flushes_every_commit_to_the_disk(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.reading() as session:
        pragma = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.dispose()
    assert pragma == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5_000,
    }


def test_postgresql_waits_for_the_flush(postgres_url):
    database = Database(postgres_url)
    with database.reading() as session:
        assert session.execute(text("SHOW synchronous_commit")).scalar() == "on"
    database.dispose()


def test_a_reader_does_not_wait_for_a_writer_on_sqlite(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.transaction() as writer:
        writer.execute(text("CREATE TABLE t (x INTEGER)"))
    with database.transaction() as writer, database.reading() as reader:
        writer.execute(text("INSERT INTO t VALUES (1)"))
        assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 0
    database.dispose()
