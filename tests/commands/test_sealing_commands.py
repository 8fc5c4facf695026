"""`portals sealing` as an operator types it: rotate, move, retire, recover."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from server.audit.models import AuditEvent
from server.cli import main
from server.reports.models import SealingKey
from server.reports.sealing_keys import IN_SPOOLS
from server.storage.database import Database
from tests.factories.generations import sealed_report

Portals = Callable[..., Result]

#: Each command starts an application: one database is enough where no more than files differ.
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def portals(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Portals:
    for name in [name for name in os.environ if name.startswith("PORTALS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: object, status: int = 0) -> Result:
        result = CliRunner().invoke(main, ["sealing", *map(str, arguments)])
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def recovery(portals: Portals, tmp_path: Path) -> tuple[Path, str]:
    """The recovery key's file, and its public half; a first generation is active."""
    path = tmp_path / "recovery"
    public = portals("recovery-key", "--out", path).stdout.strip()
    portals("new", "--recovery", public, "--activate")
    return path, public


def states(portals: Portals) -> dict[int, tuple[str, int, bool]]:
    rows = json.loads(portals("status", "--json").stdout)
    return {
        row["generation"]: (row["state"], row["envelopes"], row["private_key_here"]) for row in rows
    }


def seal_a_report(database: Database, generation: int) -> None:
    with database.transaction() as session:
        key = session.scalars(select(SealingKey).where(SealingKey.generation == generation)).one()
        sealed_report(session, key)


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        found = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id))
        return [action.removeprefix("reports:sealing_key:") for action in found]


def test_a_rotation_from_end_to_end(
    portals: Portals, recovery: tuple[Path, str], database: Database
) -> None:
    seal_a_report(database, 1)
    portals("new", "--recovery", recovery[1])
    said = json.loads(portals("activate", 2, "--json").stdout)
    assert (said["generation"], said["state"], said["retired_at"]) == (2, "active", None)
    assert "2 envelopes" in portals("retire", 1, status=1).stderr
    moved = json.loads(portals("reseal", "--from", 1, "--batch", 1, "--json").stdout)
    assert moved == {"resealed": 2, "damaged": 0}
    assert "spool" in portals("retire", 1, "--forget-private-key", status=1).stderr
    with database.transaction() as session:
        long_ago = datetime.now(UTC) - IN_SPOOLS
        first = update(SealingKey).where(SealingKey.generation == 1)
        session.execute(first.values(superseded_at=long_ago))
    portals("retire", 1, "--forget-private-key")
    assert states(portals) == {2: ("active", 2, True), 1: ("retired", 0, False)}
    portals("recover", 1, "--recovery-key", recovery[0])
    assert states(portals)[1] == ("retired", 0, True)
    assert actions(database) == [
        *("created", "activated", "created", "activated"),
        *("resealing_begun", "resealing_done", "retired", "private_key_forgotten", "recovered"),
    ]


@ON_SQLITE
def test_a_lost_key_file_is_made_anew(
    portals: Portals, recovery: tuple[Path, str], environment: dict[str, str]
) -> None:
    portals("new", "--recovery", recovery[1])
    Path(environment["PORTALS_SEALING_KEY_FILE"]).unlink()
    assert "private key not here" in portals("status").stdout
    assert "PORTALS_SEALING_KEY_FILE" in portals("activate", 2, status=1).stderr
    said = portals("recover", "--recovery-key", recovery[0]).stdout
    assert said == "recovered generation 2\nrecovered generation 1\n"
    assert "nothing to recover" in portals("recover", "--recovery-key", recovery[0]).stdout
    portals("activate", 2)


@ON_SQLITE
def test_a_key_for_a_secret_store_is_kept_out_of_the_file(
    portals: Portals,
    recovery: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "key.txt"
    assert (
        "secret store first"
        in portals("new", "--recovery", recovery[1], "--activate", "--out", out, status=2).stderr
    )
    made: dict[str, Any] = json.loads(
        portals("new", "--recovery", recovery[1], "--out", out, "--json").stdout
    )
    assert out.stat().st_mode & 0o777 == 0o600
    assert states(portals)[2] == ("new", 0, False)
    assert "not here" in portals("activate", 2, status=1).stderr
    monkeypatch.setenv("PORTALS_SEALING_KEYS", out.read_text())
    assert made["id"] in out.read_text()
    portals("activate", 2)
    check = CliRunner().invoke(main, ["check"])
    assert out.read_text().partition(":")[2].strip() not in check.output
