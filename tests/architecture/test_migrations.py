"""The migrations end where the models are, and go down as well as up, on both databases."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from server.storage import migrate
from server.storage.database import Database
from server.storage.tables import all_tables
from tests.services.postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind."""
    name = f"migrations_{uuid.uuid4().hex[:8]}"
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database.engine
        database.dispose()
    else:
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        database = Database(cluster.create_database(name))
        yield database.engine
        database.dispose()
        cluster.drop_database(name)


def shape(engine: Engine) -> dict[str, object]:
    """Tables with their columns, indexes and constraints, to compare one state with another."""
    seen = inspect(engine)
    return {
        table: (
            {
                each["name"]: (str(each["type"]), each["nullable"])
                for each in seen.get_columns(table)
            },
            sorted(str(each["name"]) for each in seen.get_indexes(table)),
            sorted(str(each["name"]) for each in seen.get_unique_constraints(table)),
            sorted(str(each["name"]) for each in seen.get_foreign_keys(table)),
            sorted(str(each["name"]) for each in seen.get_check_constraints(table)),
        )
        for table in seen.get_table_names()
    }


def test_the_newest_migration_equals_the_models(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, all_tables())
    assert differences == [], "write a migration: docs/architecture.md says how"


def test_each_migration_goes_up_down_and_up_again(engine: Engine) -> None:
    revisions = list(ScriptDirectory(str(migrate.MIGRATIONS)).walk_revisions())
    for revision in reversed(revisions):
        below = revision.down_revision or "base"
        migrate.upgrade(engine, revision.revision)
        before = shape(engine)
        migrate.downgrade(engine, below)
        migrate.upgrade(engine, revision.revision)
        assert shape(engine) == before
        assert migrate.current(engine) == revision.revision
    assert migrate.current(engine) == migrate.head()


def test_going_down_leaves_nothing(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.downgrade(engine)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert migrate.current(engine) is None
