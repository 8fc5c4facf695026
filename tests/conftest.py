"""Fixtures of the whole suite. Whatever uses the database runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from server.app import create_app
from server.config import Settings, load_settings
from server.partners.service import IssuedKey
from server.reports.models import SealingKey
from server.storage import migrate
from server.storage.database import Database
from server.storage.keyring import new_secret
from server.storage.tables import all_tables
from tests.deploy.fixtures import stack
from tests.factories.key import KeyFactory
from tests.services.fixtures import (
    browser,
    demo,
    least_privilege,
    own_redis,
    postgres_cluster,
    postgres_url,
    redis_url,
    running_redis,
)
from tests.services.sealing import PASSPHRASE, SealingFiles, active_key, sealing_files

__all__ = [
    "PASSPHRASE",
    "browser",
    "demo",
    "least_privilege",
    "own_redis",
    "postgres_cluster",
    "postgres_url",
    "redis_url",
    "running_redis",
    "sealing_files",
    "stack",
]


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
    empty(shared)
    yield shared


def empty(shared: Database) -> None:
    """Empty the tables that are not: that is few of many after most tests."""
    names = [table.name for table in all_tables().sorted_tables]
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (TABLE {name})" for name in names)
    with shared.engine.begin() as connection:
        if found := connection.scalars(text(filled)).all():
            # The audit trail's trigger refuses TRUNCATE; a replica's session has no triggers.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"TRUNCATE {', '.join(found)} CASCADE"))


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session of one transaction, rolled back at the end."""
    with database.new_session() as session:
        yield session


@pytest.fixture
def environment(database: Database, tmp_path: Path, sealing_files: SealingFiles) -> dict[str, str]:
    """Settings as an operator gives them."""
    keys = tmp_path / "sealing-keys.json"
    shutil.copy(sealing_files.private_keys, keys)
    return {
        "PORTALS_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "PORTALS_PUBLIC_URL": "https://report.example.org",
        "PORTALS_CONSOLE_URL": "https://console.example.org",
        "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
        "PORTALS_CONSOLE_SECRET": new_secret(),
        "PORTALS_AUDIT_SECRET": new_secret(),
        "PORTALS_SPOOL": str(tmp_path / "spool"),
        "PORTALS_SEALING_KEY_FILE": str(keys),
        "PORTALS_SEALING_PASSPHRASE": PASSPHRASE,
    }


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return load_settings(environment)


@pytest.fixture
def sealing_key(database: Database, sealing_files: SealingFiles) -> SealingKey:
    """An active sealing key whose private half is in the settings' file."""
    key = active_key(sealing_files)
    with database.transaction() as session:
        session.add(key)
    return key


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Each test has an application of its own; their templates are compiled once."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session", autouse=True)
def _compiled_routes() -> Iterator[None]:
    """The routes of all those applications are the same: their builders are compiled once."""
    compile_one, compiled = Rule._compile_builder, {}

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        same = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
        if same not in compiled:
            compiled[same] = compile_one(rule, append_unknown)
        return compiled[same]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture
def app(
    settings: Settings,
    database: Database,
    sealing_key: SealingKey,
    compiled_templates: FileSystemBytecodeCache,
) -> Flask:
    """The whole application, both surfaces, able to take reports."""
    app = create_app(settings, database)
    app.jinja_env.bytecode_cache = compiled_templates
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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-cases",
        action="store_true",
        help="every case of the tests in tests/browser and tests/web, not some of each",
    )
