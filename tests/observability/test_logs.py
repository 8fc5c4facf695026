"""A log says that something broke and where, and nothing that a citizen sent."""

from __future__ import annotations

import json
import sys

import pytest
import structlog

from server.app import create_app
from server.observability.logs import configure_logs, log_failed_job
from server.web.access import anyone
from tests.factories.report import post_report, report_body

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


@pytest.mark.parametrize("error", [OSError("No space left on device"), ValueError("closed file")])
def test_a_log_that_cannot_be_written_costs_nobody_a_report(client, key, monkeypatch, error):
    """A log on a full disk, or a reader of it that has gone: whoever logs goes on."""

    class Full:
        def write(self, _text):
            raise error

        flush = fileno = write

    configure_logs()
    monkeypatch.setattr(sys, "stderr", Full())
    structlog.get_logger("portals").warning("the database is away")
    log_failed_job("reports.write", RuntimeError())
    assert post_report(client, report_body(key.text)).status_code == 201
