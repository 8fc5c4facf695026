"""What the form's tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from server.app import create_app
from server.config import Settings, load_settings
from server.partners.service import IssuedKey
from server.reports import service as reports
from server.storage.database import Database
from server.storage.keyring import new_secret
from server.web.widget import files
from tests.factories.key import KeyFactory
from tests.web.embed.served_form import FormSite, Open, served
from tests.web.embed.visitor import Visitor
from tests.widget.site import HOST, Site
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
def form_site(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FormSite]:
    """One application on SQLite for all tests that need no empty database; each has its own key."""
    folder = tmp_path_factory.mktemp("form-site")
    shutil.copy(migrated_sqlite, folder / "portals.db")
    settings = load_settings(
        {
            "PORTALS_DATABASE_URL": f"sqlite:///{folder / 'portals.db'}",
            "PORTALS_PUBLIC_URL": "https://report.example.org",
            "PORTALS_CONSOLE_URL": "https://console.example.org",
            "PORTALS_SURFACES": "public",
            "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
            "PORTALS_SPOOL": str(folder / "spool"),
        }
    )
    database = Database(settings.database_url)
    with database.transaction() as session:
        sealing_key = reports.create_sealing_key(
            session,
            key_file=folder / "sealing-keys.json",
            passphrase="a passphrase for tests only",
            recovery_public=reports.generate_key_pair()[1],
            actor="system",
        )
        reports.activate_sealing_key(session, sealing_key, actor="system")
    app = create_app(settings, database)
    app.testing = True
    with served(app) as origin:
        yield FormSite(app, origin, database, settings)
    database.dispose()


@pytest.fixture(scope="session")
def unsent_form(form_site: FormSite) -> tuple[FlaskClient, IssuedKey]:
    """A client and a key for tests that send nothing."""
    return form_site.app.test_client(), form_site.issue_key()


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


@pytest.fixture
def opened(browser: Browser, form_site: FormSite) -> Iterator[Open]:
    """The form with script, about to be opened in a page or by itself, under a key of its own."""
    context = browser.new_context(viewport={"width": 800, "height": 700})
    context.set_default_timeout(15_000)
    page = context.new_page()
    with Site() as site:
        key = form_site.issue_key(site.origin(HOST))
        opened = Open(page, form_site.origin, site, key.text, form_site.database)
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("console", lambda message: opened.complaints.append(message.text))
        yield opened
        context.close()
