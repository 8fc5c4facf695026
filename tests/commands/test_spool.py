"""`portals spool` as an operator types it."""

from __future__ import annotations

import json
import os

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from server.cli import main
from server.intake.service import Spool
from server.reports.models import Report
from tests.factories.new_report import new_report, sealed_part


@pytest.fixture
def portals(environment, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PORTALS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments, status=0):
        result = CliRunner().invoke(main, ["spool", *arguments])
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def spool(settings):
    return Spool(settings.spool, max_bytes=1 << 30, max_reports=200_000)


def test_an_empty_spool_says_so(portals):
    lines = portals("status").output.splitlines()
    assert lines == ["0 waiting", "0.0 of 1024.0 MiB, room for 200000 of 200000 reports"]


def test_status_says_what_waits_since_when_and_what_is_set_apart(portals, spool):
    spool.put(new_report())
    spool.put(new_report())
    spool.set_apart(spool.oldest(1)[0].path, "a test")
    text = portals("status").output
    assert "1 waiting since 20" in text
    assert f"1 set apart in {spool.folder / 'set-apart'}: look at them" in text
    state = json.loads(portals("status", "--json").stdout)
    assert (state["waiting"], state["set_apart"], state["bytes"]) == (1, 1, 8_192)
    assert (state["max_reports"], state["max_bytes"]) == (200_000, 1_073_741_824)
    assert state["oldest_at"] is not None
    assert state["is_full"] is False


def test_status_says_that_the_spool_is_full(portals, spool, monkeypatch):
    monkeypatch.setenv("PORTALS_SPOOL_MAX_BYTES", "1048576")
    spool.put(new_report(parts=(sealed_part(size=1_048_576),)))
    assert "full: citizens are told to report elsewhere" in portals("status").output
    assert json.loads(portals("status", "--json").stdout)["is_full"] is True


def test_drain_stores_all_that_waits(database, portals, spool):
    spool.put(new_report())
    spool.put(new_report())
    said = portals("drain").output
    assert said == "2 stored, 0 were stored already, 0 quarantined, 0 set apart\n"
    with database.reading() as session:
        assert len(session.scalars(select(Report.id)).all()) == 2
    drained = json.loads(portals("drain", "--json").stdout)
    assert drained == {
        **dict.fromkeys(("stored", "same", "quarantined", "set_apart", "waiting"), 0),
        "database_away": False,
        "busy": False,
    }


def test_without_a_database_status_answers_and_drain_is_refused_and_loses_nothing(
    portals, spool, monkeypatch
):
    monkeypatch.setenv("PORTALS_DATABASE_URL", "postgresql://nobody@/none?host=/nowhere")
    spool.put(new_report())
    assert "1 waiting" in portals("status").output
    refused = portals("drain", status=1)
    assert "the database does not answer: 1 still wait, and nothing is lost" in refused.stderr
    assert json.loads(portals("drain", "--json", status=1).stdout)["waiting"] == 1
    assert spool.state().waiting == 1


def test_while_a_server_drains_the_command_says_so(portals, spool):
    spool.put(new_report())
    with spool.exclusively():
        refused = portals("drain", status=1)
    assert "another process is draining: 1 still wait" in refused.stderr


def test_without_a_public_surface_there_is_no_spool(portals, monkeypatch):
    monkeypatch.setenv("PORTALS_SURFACES", "console")
    monkeypatch.delenv("PORTALS_SPOOL")
    assert "PORTALS_SPOOL is not set" in portals("status", status=1).stderr
