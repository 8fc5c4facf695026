"""A log says that something broke and where, and nothing that a citizen sent."""

from __future__ import annotations

import json

import structlog

from server.app import create_app
from server.observability.logs import configure_logs
from server.web.access import anyone

CANARY = "canary-9f3a"


def test_an_unhandled_exception_is_logged_without_its_text(app, capsys):
    @app.get("/boom/<word>")
    @anyone("for this test")
    def boom(word):
        raise ValueError(f"{word} went wrong")

    app.testing = False
    response = app.test_client().get(
        f"/boom/{CANARY}?q={CANARY}",
        headers={"User-Agent": CANARY, "Referer": f"https://{CANARY}.example/x"},
        environ_base={"REMOTE_ADDR": "192.0.2.77"},
    )
    written = "".join(capsys.readouterr())
    assert response.status_code == 500
    [line] = [json.loads(text) for text in written.splitlines() if text]
    assert line["kind"] == "ValueError"
    assert any("boom" in frame for frame in line["frames"])
    assert CANARY not in written
    assert "192.0.2.77" not in written
    assert CANARY not in response.get_data(as_text=True)


def test_only_listed_fields_reach_a_log(capsys):
    configure_logs()
    structlog.get_logger().info("taken", report_id="r1", address=CANARY, remote=CANARY)
    line = json.loads("".join(capsys.readouterr()))
    assert line["report_id"] == "r1"
    assert CANARY not in json.dumps(line)


def test_an_expected_refusal_logs_nothing(app, client, capsys):
    client.get("/nothing-here")
    client.post("/api/v1/reports", data=b"{")
    assert "".join(capsys.readouterr()) == ""


def test_the_application_factory_can_run_twice(settings, database):
    for _ in range(2):
        assert create_app(settings, database).test_client().get("/healthz").status_code == 200
