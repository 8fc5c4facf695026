"""The schema's version is told as Alembic tells it."""

from server.storage import migrate
from server.storage.database import Database
from server.storage.schema_version import newest_version, schema_version


def test_it_is_the_one_that_alembic_wrote(database):
    with database.reading() as session:
        assert schema_version(session) == migrate.current(database.engine) == newest_version()


def test_the_newest_is_the_head_of_the_migrations():
    assert newest_version() == migrate.head()


def test_an_empty_database_has_none(tmp_path):
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with empty.reading() as session:
        assert schema_version(session) is None
    empty.dispose()
