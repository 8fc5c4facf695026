"""Fixtures of the whole suite. Whatever uses the database runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from server.app import create_app
from server.config import Settings, load_settings
from server.partners.service import IssuedKey
from server.reports import service as reports
from server.storage import migrate
from server.storage.database import Database
from server.storage.keyring import new_secret
from server.storage.tables import all_tables
from tests.factories.key import KeyFactory
from tests.services.fixtures import browser, postgres_cluster, postgres_url

__all__ = ["browser", "postgres_cluster", "postgres_url"]

PASSPHRASE = "a passphrase for tests only"
_KEY_PAIR = reports.generate_key_pair()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database.engine)
    database.dispose()  # the last connection to close writes the WAL into the file
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> Iterator[Database]:
    """A migrated PostgreSQL database, to be emptied for each test."""
    database = Database(postgres_url)
    migrate.upgrade(database.engine)
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database: each test that uses it runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "portals.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.dispose()
        return
    shared: Database = request.getfixturevalue("migrated_postgres")
    names = ", ".join(table.name for table in all_tables().sorted_tables)
    with shared.engine.begin() as connection:
        # The audit trail's trigger refuses TRUNCATE; a replica's session has no triggers.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {names}"))
    yield shared


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session of one transaction, rolled back at the end."""
    with database.new_session() as session:
        yield session


@pytest.fixture
def environment(database: Database, tmp_path: Path) -> dict[str, str]:
    """Settings as an operator gives them."""
    return {
        "PORTALS_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "PORTALS_PUBLIC_URL": "https://report.example.org",
        "PORTALS_CONSOLE_URL": "https://console.example.org",
        "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
        "PORTALS_CONSOLE_SECRET": new_secret(),
        "PORTALS_SEALING_KEY_FILE": str(tmp_path / "sealing-keys.json"),
        "PORTALS_SEALING_PASSPHRASE": PASSPHRASE,
    }


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return load_settings(environment)


@pytest.fixture
def sealing_key(database: Database, settings: Settings) -> reports.SealingKey:
    """An active sealing key whose private half is in the settings' file."""
    assert settings.sealing_key_file is not None
    with database.transaction() as session:
        key = reports.create_sealing_key(
            session,
            key_file=settings.sealing_key_file,
            passphrase=PASSPHRASE,
            recovery_public=_KEY_PAIR[1],
            actor="system",
        )
        reports.activate_sealing_key(session, key, actor="system")
    return key


@pytest.fixture
def app(settings: Settings, database: Database, sealing_key: reports.SealingKey) -> Flask:
    """The whole application, both surfaces, able to take reports."""
    app = create_app(settings, database)
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def key(database: Database, settings: Settings) -> IssuedKey:
    """An active live key of a partner whose portal speaks French, English and Arabic."""
    with database.transaction() as session:
        issued: IssuedKey = KeyFactory(session=session, secrets=settings.intake_secrets)
    return issued
