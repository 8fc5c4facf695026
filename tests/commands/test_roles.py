"""The worker and the commands under the database roles that an operator gives them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select, text

from server.audit.models import AuditCheckpoint, AuditLink
from server.cli import main
from server.commands.work import all_jobs
from server.config import Settings
from server.delivery.models import OutboxMessage
from server.partners.models import Sighting, SightingNote
from server.partners.service import IssuedKey, SightingCount, record_sightings
from server.reports.models import SealingKey, SpentChallenge
from server.staff.models import SignInThrottle
from server.statistics.models import Tally
from server.storage.database import Database
from server.storage.ids import first_id_at
from server.storage.roles import CONSOLE, PUBLIC, WORKER
from tests.conftest import empty
from tests.factories.generations import sealed_report
from tests.factories.stored_report import stored_report
from tests.services.database_roles import LeastPrivilege, login

Portals = Callable[..., Result]


@pytest.fixture
def database(least_privilege: LeastPrivilege) -> Database:
    """What the owner sees."""
    empty(least_privilege.owner)
    return least_privilege.owner


@pytest.fixture
def portals(
    least_privilege: LeastPrivilege, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Portals:
    """Runs a command as a member of `role`; without one as the owner."""
    for name in [name for name in os.environ if name.startswith("PORTALS_")]:
        monkeypatch.delenv(name)
    urls = {None: environment["PORTALS_DATABASE_URL"], **least_privilege.urls}

    def run(
        *arguments: str,
        role: str | None,
        url: str | None = None,
        surfaces: str = "",
        status: int = 0,
    ) -> Result:
        given = environment | {"PORTALS_DATABASE_URL": url or urls[role]}
        if surfaces:
            given |= {"PORTALS_SURFACES": surfaces}
        if surfaces == "public":
            given = {name: each for name, each in given.items() if "SEALING" not in name}
        result = CliRunner(env=given).invoke(main, arguments)
        assert result.exit_code == status, result.output
        return result

    return run


def rows(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_every_job_of_the_worker_has_something_to_do_and_may(
    database: Database, portals: Portals, settings: Settings, key: IssuedKey
) -> None:
    now = datetime.now(UTC)
    long_ago = now - timedelta(days=30)
    with database.transaction() as session:
        stored_report(session)
        note = SightingCount(key.row.id, now.date(), "https://www.example.org", True, 3, now)
        record_sightings(session, [note])
        session.add(SpentChallenge(digest=b"x" * 32, expires_at=long_ago))
        session.add(SignInThrottle(bucket="strangers:x", failures=1, last_at=long_ago))
        session.add(
            OutboxMessage(
                id=first_id_at(long_ago),
                topic="report.received",
                payload={},
                created_at=long_ago,
                available_at=long_ago,
                done_at=long_ago,
            )
        )
    assert rows(database, SightingNote) == 1
    done = json.loads(portals("work", "--once", "--json", role=WORKER).stdout)
    assert (done["messages"], done["failures"], done["failed_jobs"]) == (1, 0, [])
    assert set(done["jobs"]) == {job.name for job in all_jobs(settings).recurring}
    emptied = (SightingNote, SpentChallenge, SignInThrottle)
    assert [rows(database, table) for table in emptied] == [0, 0, 0]
    assert rows(database, OutboxMessage) == 1
    filled = (Sighting, Tally, AuditLink, AuditCheckpoint)
    assert all(rows(database, table) for table in filled)


def test_an_operator_counts_again_and_verifies_as_the_worker(
    database: Database, portals: Portals, key: IssuedKey
) -> None:
    with database.transaction() as session:
        stored_report(session)
    portals("statistics", "rebuild", role=WORKER)
    portals("audit", "checkpoint", role=WORKER)
    portals("audit", "verify", role=WORKER)
    portals("outbox", "status", role=WORKER)


def test_an_operator_sets_up_and_looks_as_the_console(database: Database, portals: Portals) -> None:
    run = [
        "portals add --slug senegal --name Senegal --territory SN --language fr",
        "partners add --slug telco --name Telco",
        "keys issue --partner telco --portal senegal --label Home --origin https://www.example.org",
        "keys list",
        "staff add analyst@example.org --role analyst",
        "staff login-link analyst@example.org",
        "directory load",
        "sealing status",
        "outbox retry --all",
        "audit list",
        "audit verify",
    ]
    for line in run:
        portals(*line.split(), role=CONSOLE)


def test_an_operator_rotates_the_sealing_key_as_the_console(
    database: Database, portals: Portals, sealing_key: SealingKey, tmp_path: Path
) -> None:
    with database.transaction() as session:
        sealed_report(session, session.merge(sealing_key))
    made = portals("sealing", "recovery-key", "--out", str(tmp_path / "recovery"), role=CONSOLE)
    portals("sealing", "new", "--recovery", made.stdout.strip(), role=CONSOLE)
    portals("sealing", "activate", "2", role=CONSOLE)
    done = json.loads(portals("sealing", "reseal", "--json", role=CONSOLE).stdout)
    assert done == {"resealed": 2, "damaged": 0}
    portals("sealing", "retire", "1", role=CONSOLE)
    states = json.loads(portals("sealing", "status", "--json", role=CONSOLE).stdout)
    assert {each["generation"]: each["state"] for each in states} == {1: "retired", 2: "active"}


def test_a_command_under_the_wrong_role_is_told_which_it_is_for(
    database: Database, portals: Portals
) -> None:
    refused = portals("staff", "list", role=WORKER, status=1)
    assert "permission denied for table staff_accounts" in refused.stderr
    assert "docs/operators/database-roles.md" in refused.stderr


def test_migrate_grants_again_what_a_version_needs_once_roles_are_in_use(
    database: Database, portals: Portals
) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("REVOKE SELECT ON kits FROM portals_public"))
    assert "roles portals_public" in portals("migrate", role=None).stdout
    with database.engine.connect() as connection:
        may = text("SELECT has_table_privilege('portals_public', 'kits', 'SELECT')")
        assert connection.scalar(may)


def test_migrate_by_another_than_the_owner_is_refused_in_one_line(
    database: Database, portals: Portals
) -> None:
    refused = portals("migrate", "--roles", role=CONSOLE, status=1)
    assert "run this with the owner's PORTALS_DATABASE_URL" in refused.stderr


@pytest.mark.parametrize(
    ("role", "surfaces"), [(PUBLIC, "public"), (CONSOLE, "console")], ids=["public", "console"]
)
def test_check_has_nothing_to_say_of_the_right_role(
    database: Database, portals: Portals, role: str, surfaces: str
) -> None:
    checked = portals("check", role=role, surfaces=surfaces)
    assert f"database role                {role}_of_" in checked.stdout
    assert "sealed" not in checked.stderr
    assert "audit" not in checked.stderr


def test_check_refuses_the_owner_to_a_public_surface_that_is_apart(
    database: Database, portals: Portals
) -> None:
    refused = portals("check", role=None, surfaces="public", status=1)
    assert "could read sealed columns" in refused.stderr
    assert "connect as a member of portals_public" in refused.stderr
    # Where one process is both surfaces it holds the private keys anyway.
    warned = portals("check", role=None)
    assert "warning: portals could change the audit trail" in warned.stderr


def test_check_warns_of_a_public_surface_that_is_more_than_public(
    least_privilege: LeastPrivilege, portals: Portals
) -> None:
    url = login(least_privilege.owner, "portals_too_much", PUBLIC, CONSOLE)
    warned = portals("check", role=None, url=url, surfaces="public")
    assert "could read sealed columns: run as a member of portals_public only" in warned.stderr


def test_check_says_which_grant_a_role_lacks(
    least_privilege: LeastPrivilege, portals: Portals
) -> None:
    refused = portals("check", role=WORKER, surfaces="public", status=1)
    assert "may not take reports" in refused.stderr
    assert "GRANT portals_public TO" in refused.stderr
    away = portals("check", role=None, url="postgresql://nobody@/x?host=/nowhere")
    assert "the database does not answer" in away.stderr
