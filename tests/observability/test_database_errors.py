"""What a database says of a row that it refuses is never said by us: it prints the row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.observability.logs import log_failed_job, log_unhandled
from server.partners.models import Partner
from server.storage.ids import new_id
from tests.architecture.tree import project_files

CANARY = "canary-4d21"


def refused(database, statement, values) -> DBAPIError:
    with pytest.raises(DBAPIError) as raised, database.transaction() as session:
        session.execute(statement, values)
    return raised.value


def said(error: Exception, capsys) -> str:
    log_unhandled((type(error), error, error.__traceback__))
    log_failed_job("report.received", error)
    return "".join(capsys.readouterr())


@pytest.mark.parametrize("refusal", ["twice", "empty", "no such column", "no number"])
def test_no_value_of_a_refused_row_reaches_the_log(database, capsys, refusal):
    now = datetime.now(UTC)
    row = {"id": new_id(), "slug": CANARY, "name": CANARY, "revision": 1, "created_at": now}
    if refusal == "twice":
        with database.transaction() as session:
            session.execute(insert(Partner), row)
        error = refused(database, insert(Partner), row | {"id": new_id()})
        assert isinstance(error, IntegrityError)
    elif refusal == "empty":
        statement = text("UPDATE partners SET name = NULL WHERE slug = :slug")
        with database.transaction() as session:
            session.execute(insert(Partner), row)
        error = refused(database, statement, {"slug": CANARY})
    elif refusal == "no such column":
        error = refused(database, text(f'SELECT "{CANARY}".x'), {})
    else:
        error = refused(database, text("SELECT abs(json(:word))"), {"word": CANARY})
    written = said(error, capsys)
    assert type(error).__name__ in written
    assert CANARY not in written


def test_control_postgresql_would_say_it(migrated_postgres):
    """The driver's own text holds the row, though SQLAlchemy hides the parameters."""
    with pytest.raises(DBAPIError, match=CANARY), migrated_postgres.engine.begin() as connection:
        connection.execute(text("SELECT CAST(:word AS integer)"), {"word": CANARY})


def test_there_is_one_place_that_makes_engines():
    """It sets `hide_parameters`; commands, migrations and the worker have theirs from it."""
    makers = ("create_engine(", "engine_from_config(", "psycopg.connect(", "sqlite3.connect(")
    found = {
        path.name
        for path in project_files("server")
        if path.suffix == ".py" and any(maker in path.read_text() for maker in makers)
    }
    assert found == {"database.py"}
