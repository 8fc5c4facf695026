"""Health: alive, and ready only with a database of this version."""

from __future__ import annotations

from server.app import create_app
from server.config import load_settings


def test_a_migrated_database_is_ready(client):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_a_database_without_our_tables_is_not_ready(environment, tmp_path):
    empty = environment | {"PORTALS_DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}"}
    app = create_app(load_settings(empty))
    response = app.test_client().get("/readyz")
    app.extensions["portals.database"].dispose()
    assert response.status_code == 503
    assert "portals migrate" in response.get_data(as_text=True)


def test_each_surface_alone_answers_every_address(environment, database):
    for surface in ("public", "console"):
        chosen = environment | {"PORTALS_SURFACES": surface}
        if surface == "public":
            del chosen["PORTALS_SEALING_KEY_FILE"]
        client = create_app(load_settings(chosen), database).test_client()
        for path in ("/healthz", "/nothing", "/api/v1/nothing", "/console/nothing", "/status"):
            assert client.get(path).status_code in (200, 303, 404), (surface, path)
