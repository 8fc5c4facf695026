"""`portals work`, `outbox` and `statistics` as an operator types them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from server.cli import main
from server.commands import work as work_command
from server.commands.work import all_jobs
from server.config import Settings
from server.delivery.leases import WORKER_LOST
from server.delivery.models import OutboxMessage
from server.delivery.service import enqueue
from server.partners.models import SightingNote
from server.partners.service import MAX_FOLDED, IssuedKey, SightingCount, record_sightings
from server.statistics.service import reports_by_day
from server.storage.database import Database
from server.web.console.work import PURPOSES
from tests.factories.stored_report import stored_report

Portals = Callable[..., Result]


@pytest.fixture
def portals(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Portals]:
    for name in [name for name in os.environ if name.startswith("PORTALS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == status, result.output
        return result

    return run


def dead_letter(database: Database) -> str:
    with database.transaction() as session:
        enqueue(session, "thing.happened", {})
        message = session.scalars(select(OutboxMessage)).one()
        message.failed_at, message.last_error = datetime.now(UTC), WORKER_LOST
        return str(message.id)


def counted(database: Database) -> int:
    today = datetime.now(UTC).date()
    with database.reading() as session:
        return reports_by_day(session, today, today)[today]


def test_a_report_is_counted_by_the_next_work(database: Database, portals: Portals) -> None:
    for number in (1, 2):
        with database.transaction() as session:
            stored_report(session)
        done = json.loads(portals("work", "--once", "--json").stdout)
        assert (done["messages"], done["failures"], done["failed_jobs"]) == (1, 0, [])
        assert counted(database) == number


def test_every_job_is_told_in_words(settings: Settings) -> None:
    jobs = all_jobs(settings)
    assert {job.name for job in jobs.recurring} | jobs.handlers.keys() == PURPOSES.keys()


def test_without_the_secret_that_signs_it_does_not_start(
    portals: Portals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORTALS_AUDIT_SECRET")
    refused = portals("work", "--once", status=1)
    assert "PORTALS_AUDIT_SECRET is missing" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_dead_letters_are_counted_listed_and_retried(database: Database, portals: Portals) -> None:
    identifier = dead_letter(database)
    assert json.loads(portals("outbox", "status", "--json").stdout)["dead_letters"] == 1
    [letter] = json.loads(portals("outbox", "list", "--json").stdout)
    assert (letter["id"], letter["last_error"]) == (identifier, WORKER_LOST)
    assert json.loads(portals("outbox", "retry", identifier, "--json").stdout) == {"retried": 1}
    state = json.loads(portals("outbox", "status", "--json").stdout)
    assert (state["dead_letters"], state["topics"]) == (0, {"thing.happened": 1})
    refused = portals("outbox", "retry", identifier, status=1)
    assert "not all of these are dead letters" in refused.stderr


@pytest.mark.parametrize("arguments", [(), ("--all", "00000000-0000-7000-8000-000000000000")])
def test_a_retry_names_its_letters_or_says_all(portals: Portals, arguments: tuple[str]) -> None:
    assert "say --all" in portals("outbox", "retry", *arguments, status=2).stderr


def test_statistics_are_rebuilt(database: Database, portals: Portals) -> None:
    refused = portals("statistics", "rebuild", status=1)
    assert re.fullmatch("Error: there are no reports.*\n", refused.stderr)
    with database.transaction() as session:
        stored_report(session)
    today = datetime.now(UTC).date().isoformat()
    rebuilt = json.loads(portals("statistics", "rebuild", "--json").stdout)
    assert rebuilt == {"from": today, "to": today, "days": 1}
    assert counted(database) == 1


@pytest.mark.parametrize(
    ("patient", "at_once", "left"), [(True, 10, 0), (True, 1, 1), (False, 1, 0)]
)
def test_sightings_are_added_up_until_none_waits_or_others_have_their_turn(
    settings: Settings,
    database: Database,
    key: IssuedKey,
    monkeypatch: pytest.MonkeyPatch,
    patient: bool,
    at_once: int,
    left: int,
) -> None:
    monkeypatch.setattr(work_command, "FOLDED_AT_ONCE", at_once)
    now = datetime.now(UTC)
    note = SightingCount(key.row.id, now.date(), "https://www.example.org", True, 1, now)
    with database.transaction() as session:
        record_sightings(session, [note] * (MAX_FOLDED + 1))
    jobs = {job.name: job for job in all_jobs(settings, patient=patient).recurring}
    jobs["sightings.fold"].run(database)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SightingNote)) == left
