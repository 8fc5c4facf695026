"""Health: alive, and ready when a report that came now would be kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from server.app import create_app
from server.config import load_settings
from server.web.condition import DatabaseIs, SpoolIs
from server.web.health import TROUBLES, verdict

AWAY = {"PORTALS_DATABASE_URL": "postgresql://nobody@/none?host=/nowhere"}


def ready(client) -> tuple[int, str]:
    answer = client.get("/readyz")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.text.strip()


@pytest.fixture
def outage(environment, app, settings):
    """Clients of processes that start while the database is away, after `app` has run here."""

    def start(**changes: str):
        app.test_client().get("/readyz")  # it learns the sealing key
        app.extensions["portals.snapshot"].write()
        return create_app(load_settings(environment | AWAY | changes)).test_client()

    return start


def test_a_migrated_database_is_ready(client):
    assert client.get("/healthz").status_code == 200
    assert ready(client) == (200, "ready")


def test_a_database_without_our_tables_is_not_ready(environment, tmp_path):
    empty = environment | {"PORTALS_DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}"}
    app = create_app(load_settings(empty))
    status, words = ready(app.test_client())
    app.extensions["portals.database"].dispose()
    assert status == 503
    assert "portals migrate" in words


def test_without_a_sealing_key_nothing_can_be_taken(settings, database):
    status, words = ready(create_app(settings, database).test_client())
    assert status == 503
    assert "portals sealing new" in words


def test_the_console_alone_needs_no_sealing_key(environment, database):
    chosen = load_settings(environment | {"PORTALS_SURFACES": "console"})
    assert ready(create_app(chosen, database).test_client()) == (200, "ready")


def test_with_the_database_away_reports_go_to_the_spool(outage):
    client = outage()
    assert client.get("/healthz").status_code == 200
    assert ready(client) == (200, "ready: the database is away, reports go to the spool")


def test_the_console_alone_is_not_ready_without_its_database(environment):
    client = create_app(load_settings(environment | AWAY | {"PORTALS_SURFACES": "console"}))
    assert ready(client.test_client()) == (503, "not ready: the database does not answer")


def test_a_process_that_never_knew_a_sealing_key_is_not_ready(environment):
    status, words = ready(create_app(load_settings(environment | AWAY)).test_client())
    assert status == 503
    assert "no sealing key" in words


def test_a_full_spool_is_not_ready_and_says_what_to_do(outage, environment):
    shard = Path(environment["PORTALS_SPOOL"]) / "ab"
    client = outage(PORTALS_SPOOL_MAX_BYTES="1048576")
    shard.mkdir(parents=True, exist_ok=True)
    (shard / "large.report").write_bytes(bytes(1_048_576))
    status, words = ready(client)
    assert status == 503
    assert "PORTALS_SPOOL_MAX_BYTES" in words


def test_a_full_disk_is_not_ready(outage, monkeypatch):
    client = outage()
    full = shutil.disk_usage("/")._replace(free=1_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    status, words = ready(client)
    assert status == 503
    assert "make room" in words


def test_a_spool_that_could_not_help_is_told_while_the_database_is_there():
    status, words = verdict(DatabaseIs.READY, SpoolIs(None, "the spool is full"))
    assert status == 200
    assert words.endswith("not for an outage of the database: the spool is full")


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_is_wrong_with_the_database_itself_is_not_ready(trouble):
    assert verdict(trouble, SpoolIs(None, None))[0] == 503
    assert "portals " in verdict(trouble, None)[1]


def test_each_surface_alone_answers_every_address(environment, database):
    for surface in ("public", "console"):
        chosen = environment | {"PORTALS_SURFACES": surface}
        if surface == "public":
            del chosen["PORTALS_SEALING_KEY_FILE"]
        client = create_app(load_settings(chosen), database).test_client()
        for path in ("/healthz", "/nothing", "/api/v1/nothing", "/console/nothing", "/status"):
            assert client.get(path).status_code in (200, 303, 404), (surface, path)
