"""What the form's tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from server.config import Settings, load_settings
from server.partners.service import IssuedKey
from server.storage.database import Database
from server.storage.keyring import new_secret
from server.web.widget import files
from tests.factories.key import KeyFactory
from tests.web.embed.visitor import Visitor
from widget.build import build


@pytest.fixture(scope="session", autouse=True)
def _widget() -> None:
    """The scripts and styles as they are now."""
    build()
    files.built_file.cache_clear()


@pytest.fixture
def visitor(client: FlaskClient, key: IssuedKey) -> Visitor:
    """A citizen without script, at the form of an open key in a frame, in English."""
    return Visitor(client, f"/embed/{key.text}?lang=en")


@pytest.fixture
def other_key(database: Database, settings: Settings) -> IssuedKey:
    """A key of another partner."""
    with database.transaction() as session:
        issued: IssuedKey = KeyFactory(session=session, secrets=settings.intake_secrets)
    return issued


@pytest.fixture(scope="session")
def unsent_form(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[FlaskClient, IssuedKey]]:
    """One application and key for all tests that send nothing: it could not take a report."""
    path = tmp_path_factory.mktemp("unsent") / "portals.db"
    shutil.copy(migrated_sqlite, path)
    settings = load_settings(
        {
            "PORTALS_DATABASE_URL": f"sqlite:///{path}",
            "PORTALS_PUBLIC_URL": "https://report.example.org",
            "PORTALS_CONSOLE_URL": "https://console.example.org",
            "PORTALS_SURFACES": "public",
            "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
        }
    )
    database = Database(settings.database_url)
    with database.transaction() as session:
        key = KeyFactory(session=session, secrets=settings.intake_secrets)
    app = create_app(settings, database)
    app.testing = True
    yield app.test_client(), key
    database.dispose()


@pytest.fixture
def reader(unsent_form: tuple[FlaskClient, IssuedKey]) -> Visitor:
    """A citizen without script who sends nothing."""
    client, key = unsent_form
    return Visitor(client, f"/embed/{key.text}?lang=en")


@pytest.fixture
def app_context(unsent_form: tuple[FlaskClient, IssuedKey]) -> Iterator[None]:
    """A request in progress, for what speaks a language."""
    with unsent_form[0].application.test_request_context():
        yield
