"""The commands as an operator types them: exit status, JSON, and one-line refusals."""

from __future__ import annotations

import base64
import json
import os

import pytest
from click.testing import CliRunner

from server.cli import main
from server.reports.service import generate_key_pair


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def no_settings(monkeypatch):
    for name in list(os.environ):
        if name.startswith("PORTALS_"):
            monkeypatch.delenv(name)


@pytest.fixture
def portals(environment, no_settings, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments, status=0):
        result = invoke(*arguments)
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def partner(portals):
    portals(
        *("portals", "add", "--slug", "senegal", "--name", "Senegal", "--territory", "SN"),
        *("--language", "fr", "--language", "en"),
    )
    portals("partners", "add", "--slug", "telco", "--name", "Teranga Mobile")


ISSUE = ("keys", "issue", "--partner", "telco", "--portal", "senegal", "--label", "Home page")
ORIGIN = ("--origin", "https://www.example.org")


def test_a_portal_is_edited_and_listed_with_all_its_terms(portals, partner):
    edited = portals(
        *("portals", "edit", "senegal", "--name", "Sénégal", "--default-partner", "telco"),
        *("--hide-outcomes", "--retention-days", "90", "--json"),
        *("--text", "fr", "helpline", "Parlez-en.", "--text", "fr", "emergency", "Appelez."),
    )
    assert json.loads(edited.stdout) == {"slug": "senegal", "revision": 2}
    portals("portals", "edit", "senegal", "--text", "fr", "emergency", "")
    (row,) = json.loads(portals("portals", "list", "--json").stdout)
    assert row == {
        "slug": "senegal",
        "name": "Sénégal",
        "reach": "countries",
        "continent": None,
        "territories": ["SN"],
        "languages": row["languages"],
        "texts": {"fr": {"helpline": "Parlez-en."}},
        "default_partner": "telco",
        "open_keys": 0,
        "shows_outcomes": False,
        "retention_days": 90,
        "revision": 3,
    }


def test_a_portal_may_reach_what_a_rule_leaves_to_it(portals, partner):
    portals("portals", "edit", "senegal", "--without-authority", "AF")
    (row,) = json.loads(portals("portals", "list", "--json").stdout)
    assert (row["reach"], row["continent"]) == ("without_authority", "AF")
    assert "MA" in row["territories"]
    assert "senegal  Senegal  without-authority:AF" in portals("portals", "list").stdout


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--language", "wo"), "no catalogue for wo"),
        (("--retention-days", "1"), "30 to 3,650"),
        (("--text", "wo", "helpline", "x"), "has no 'wo'"),
        (("--territory", "SN", "--without-authority", "AF"), "not both"),
    ],
)
def test_an_edit_out_of_bounds_is_refused(portals, partner, options, reason):
    refused = portals("portals", "edit", "senegal", *options, status=1)
    assert reason in refused.stderr


def test_a_key_is_issued_shown_listed_rotated_and_revoked(portals, partner):
    issued = json.loads(portals(*ISSUE, *ORIGIN, "--json").stdout)
    assert issued["key"].startswith("iwfpk_live_")
    assert issued["state"] == "active"
    shown = json.loads(portals("keys", "show", issued["key"], "--json").stdout)
    assert shown["origins"] == ["https://www.example.org"]
    assert shown["id"] == issued["id"]
    rotated = json.loads(portals("keys", "rotate", issued["key"], "--grace", "7", "--json").stdout)
    assert rotated["key"] != issued["key"]
    portals("keys", "pause", rotated["key"])
    portals("keys", "revoke", rotated["key"], "--reason", "left")
    states = {
        row["key"]: row["state"] for row in json.loads(portals("keys", "list", "--json").stdout)
    }
    assert states == {issued["key"]: "active", rotated["key"]: "revoked"}


def test_a_test_key_and_an_expiry(portals, partner):
    issued = json.loads(
        portals(*ISSUE, *ORIGIN, "--test", "--expires", "2099-12-31", "--json").stdout
    )
    assert issued["key"].startswith("iwfpk_test_")
    shown = json.loads(portals("keys", "show", issued["key"], "--json").stdout)
    assert shown["expires_at"].startswith("2099-12-31T23:59:59")


def test_a_secret_key_is_shown_once(portals, partner):
    issued = portals(*ISSUE, "--secret")
    secret = issued.stdout.strip()
    assert secret.startswith("iwfsk_live_")
    assert "only now" in issued.stderr
    listed = portals("keys", "list").stdout
    assert secret not in listed
    assert secret[:21] in listed


def test_an_unencrypted_origin_is_warned_of_on_standard_error(portals, partner):
    issued = portals(*ISSUE, "--origin", "http://www.example.org", "--json")
    assert "not encrypted" in issued.stderr
    assert json.loads(issued.stdout)["origins"] == ["http://www.example.org"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((*ISSUE, "--origin", "https://example.org/page"), "leave out the path"),
        (ISSUE, "needs an allowed origin"),
        ((*ISSUE, *ORIGIN, "--expires", "2020-01-01"), "in the past"),
        ((*ISSUE, *ORIGIN, "--language", "de"), "it speaks fr, en"),
        (("keys", "show", "iwfpk_live_x"), "no such key"),
        (("keys", "list", "--partner", "nobody"), "no partner 'nobody'"),
        ((*ISSUE, *ORIGIN, "--campaign", "x" * 65), "a campaign is"),
        (("keys", "issue", *ISSUE[2:3], "nobody", *ISSUE[4:], *ORIGIN), "no partner 'nobody'"),
        (("partners", "add", "--slug", "telco", "--name", "x"), "already"),
        (("partners", "add", "--slug", "b", "--name", "x", "--colour", "#ffffff"), "darken"),
        (("staff", "login-link", "nobody@hotline.example"), "nobody@hotline.example"),
    ],
)
def test_a_refused_request_is_status_1_and_one_line(portals, partner, arguments, reason):
    refused = portals(*arguments, status=1)
    assert reason in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert refused.stdout == ""


def test_a_database_without_tables_is_one_line(portals, monkeypatch, tmp_path):
    monkeypatch.setenv("PORTALS_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    refused = portals("keys", "list", status=1)
    assert "portals migrate" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_check_keeps_the_databases_password_to_itself(portals, monkeypatch):
    monkeypatch.setenv("PORTALS_DATABASE_URL", "postgresql://portals:canary@localhost/x")
    assert "canary" not in portals("check").output


@pytest.mark.parametrize(
    "arguments",
    [("keys", "issue"), ("keys", "nothing"), ("nothing",), (*ISSUE, *ORIGIN, "--expires", "soon")],
)
def test_a_usage_error_is_status_2(portals, arguments):
    assert "Usage:" in portals(*arguments, status=2).stderr


def test_every_command_has_help_without_any_settings(no_settings):
    for name, command in main.commands.items():
        assert invoke(name, "--help").exit_code == 0
        for part in getattr(command, "commands", {}):
            result = invoke(name, part, "--help")
            assert result.exit_code == 0
            assert len(result.output.splitlines()) > 4


def test_missing_settings_are_all_named(no_settings):
    for arguments in (["check"], ["keys", "list"], ["serve"]):
        result = invoke(*arguments)
        assert result.exit_code == 1
        assert "PORTALS_DATABASE_URL" in result.output
        assert "PORTALS_INTAKE_SECRETS" in result.output


def test_check_lists_the_settings_and_keeps_secrets_to_itself(portals, environment):
    output = portals("check").output
    assert "all settings are good" in output
    assert environment["PORTALS_PUBLIC_URL"] in output
    assert environment["PORTALS_CONSOLE_SECRET"] not in output
    assert environment["PORTALS_SEALING_PASSPHRASE"] not in output


def test_check_refuses_a_weak_secret_and_says_what_to_do(portals, monkeypatch):
    monkeypatch.setenv("PORTALS_INTAKE_SECRETS", "1:changeme")
    refused = portals("check", status=1)
    assert "check --new-secret" in refused.stderr


def test_the_public_surface_refuses_to_hold_the_private_key(portals, monkeypatch):
    monkeypatch.setenv("PORTALS_SURFACES", "public")
    assert "must not be able to read" in portals("check", status=1).stderr


def test_sealing_keys_are_made_activated_and_listed(portals, tmp_path):
    made = portals("sealing", "recovery-key", "--out", tmp_path / "recovery")
    assert (
        "exists"
        in portals("sealing", "recovery-key", "--out", tmp_path / "recovery", status=1).stderr
    )
    public = made.stdout.strip()
    first = json.loads(
        portals("sealing", "new", "--recovery", public, "--activate", "--json").stdout
    )
    second = json.loads(portals("sealing", "new", "--recovery", public, "--json").stdout)
    assert (first["generation"], first["state"]) == (1, "active")
    assert (second["generation"], second["state"]) == (2, "new")
    listed = json.loads(portals("sealing", "status", "--json").stdout)
    assert [row["generation"] for row in listed] == [2, 1]


@pytest.mark.parametrize("recovery", ["", "nonsense!", "AAAA", "private"])
def test_a_wrong_recovery_key_makes_nothing(portals, recovery):
    if recovery == "private":
        recovery = base64.b64encode(generate_key_pair()[0]).decode()
    assert "no recovery key" in portals("sealing", "new", "--recovery", recovery, status=1).stderr
    assert json.loads(portals("sealing", "status", "--json").stdout) == []


def test_migrating_twice_changes_nothing(portals):
    first = portals("migrate").stdout
    assert portals("migrate").stdout == first
    assert first.startswith("at ")
