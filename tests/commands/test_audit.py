"""`portals audit` as an auditor types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from server.audit.service import AuditAction, record_event
from server.commands.audit import audit
from server.config import Settings
from server.staff.service import User
from server.storage.database import Database
from tests.audit.attacker import as_superuser
from tests.factories.staff import StaffFactory


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(audit, words)


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return environment | {"PORTALS_AUDIT_ANCHOR": str(tmp_path / "anchor.jsonl")}


@pytest.fixture
def auditor(database: Database) -> User:
    with database.transaction() as session:
        record_event(session, "system", AuditAction.KEY_PAUSED, "key:7", before="active")
        user: User = StaffFactory(session=session)
        record_event(session, f"staff:{user.id}", AuditAction.KEY_RESUMED, "key:7")
    return user


def test_a_checkpoint_chains_signs_and_verifies(app: Flask, auditor: User) -> None:
    signed = json.loads(run(app, "checkpoint", "--json").stdout)
    assert (signed["signed"], signed["seq"]) == (True, 3)
    assert json.loads(run(app, "checkpoint", "--json").stdout)["signed"] is False
    verified = run(app, "verify")
    assert verified.exit_code == 0
    assert verified.stdout.splitlines()[-1] == (
        "verified: 3 links, 1 checkpoints, 1 lines of the anchor, 0 events not chained yet"
    )


def test_a_changed_event_is_named_with_exit_status_1(
    app: Flask, auditor: User, database: Database
) -> None:
    run(app, "checkpoint")
    with database.transaction() as session, as_superuser(session):
        session.execute(text("UPDATE audit_events SET actor = 'x' WHERE subject LIKE 'staff:%'"))
    told = run(app, "verify", "--json")
    assert told.exit_code == 1
    verdict = json.loads(told.stdout)
    assert verdict["verified"] is False
    assert [problem["seq"] for problem in verdict["problems"]] == [2]


def test_the_trail_is_verified_elsewhere_with_the_public_key_alone(
    app: Flask, auditor: User, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_key = json.loads(run(app, "checkpoint", "--json").stdout)["public_key"]
    object.__setattr__(settings, "audit_secret", None)
    assert run(app, "verify", "--public-key", public_key).exit_code == 0
    assert run(app, "verify", "--public-key", "00" * 32).exit_code == 1
    assert "--public-key" in run(app, "verify").stderr
    assert "64 hexadecimal" in run(app, "verify", "--public-key", "zz").stderr


def test_an_anchor_of_ones_own_is_held_against_the_trail(
    app: Flask, auditor: User, tmp_path: Path
) -> None:
    run(app, "checkpoint")
    copy = tmp_path / "copy.jsonl"
    copy.write_text((tmp_path / "anchor.jsonl").read_text())
    assert run(app, "verify", "--anchor", str(copy)).exit_code == 0
    missing = run(app, "verify", "--anchor", str(tmp_path / "nowhere"))
    assert (missing.exit_code, "there is no file" in missing.stderr) == (1, True)


def test_events_are_listed_by_member_subject_and_action(app: Flask, auditor: User) -> None:
    def listed(*words: str) -> list[str]:
        result = run(app, "list", *words, "--json")
        assert result.exit_code == 0, result.stderr
        return [row["action"] for row in json.loads(result.stdout)]

    everything = ["partners:key:resumed", "staff:account:added", "partners:key:paused"]
    assert listed() == everything
    assert listed("--actor", auditor.email) == ["partners:key:resumed"]
    assert listed("--subject", "key:7") == ["partners:key:resumed", "partners:key:paused"]
    assert listed("--action", "partners:") == ["partners:key:resumed", "partners:key:paused"]
    assert listed("--since", "2020-01-01", "--limit", "1") == everything[:1]
    assert "partners:key:paused  key:7" in run(app, "list", "--action", "partners").stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--actor", "nobody@hotline.example"), "nobody@hotline.example"),
        (("--action", "eaten"), "they begin with"),
        (("--since", "soon"), "soon"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    app: Flask, words: tuple[str, ...], reason: str
) -> None:
    refused = run(app, "list", *words)
    assert refused.exit_code != 0
    assert reason in refused.stderr
