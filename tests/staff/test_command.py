"""`portals staff` adds, lists, shuts and opens accounts, and prints sign-in links."""

from __future__ import annotations

import json

import click
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from server.cli import main
from server.commands.staff import staff
from server.staff import service
from server.storage.database import Database

EMAIL = "ada@hotline.example"


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def run(runner: FlaskCliRunner, *words: str) -> Result:
    return runner.invoke(staff, words)


def test_the_program_knows_the_group() -> None:
    assert main.get_command(click.Context(main), "staff") is staff


def test_an_account_is_added_and_listed(runner: FlaskCliRunner) -> None:
    added = run(runner, "add", EMAIL, "--role", "analyst", "--role", "auditor", "--json")
    row = {"email": EMAIL, "roles": ["analyst", "auditor"], "active": True}
    assert (added.exit_code, json.loads(added.stdout)) == (0, row)
    assert json.loads(run(runner, "list", "--json").stdout) == [row]


def test_a_link_is_printed_and_opens(runner: FlaskCliRunner, app: Flask) -> None:
    run(runner, "add", EMAIL, "--role", "analyst")
    printed = run(runner, "login-link", EMAIL)
    start = "https://console.example.org/console/sign-in/"
    assert printed.exit_code == 0
    assert printed.stdout.startswith(start)
    assert printed.stdout.count("\n") == 1
    path = printed.stdout.strip().removeprefix("https://console.example.org")
    assert app.test_client().get(path).status_code == 200


def test_a_link_comes_as_json(runner: FlaskCliRunner) -> None:
    run(runner, "add", EMAIL, "--role", "analyst")
    link = json.loads(run(runner, "login-link", EMAIL, "--json").stdout)
    assert link["sign_in_link"].startswith("https://console.example.org/console/sign-in/")
    assert (link["email"], link["expires_in_seconds"]) == (EMAIL, 600)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("login-link", "nobody@hotline.example"), "nobody@hotline.example has no account"),
        (("login-link", "shut@hotline.example"), "shut@hotline.example is disabled"),
        (("add", "shut@hotline.example", "--role", "analyst"), "has an account already"),
        (("add", "nobody", "--role", "analyst"), "'nobody' is no e-mail address"),
        (("disable", "nobody@hotline.example"), "has no account"),
        (("enable", "nobody@hotline.example"), "has no account"),
    ],
)
def test_a_refusal_is_status_1_and_one_line(
    runner: FlaskCliRunner, words: tuple[str, ...], reason: str
) -> None:
    run(runner, "add", "shut@hotline.example", "--role", "analyst")
    assert run(runner, "disable", "shut@hotline.example").exit_code == 0
    refused = run(runner, *words)
    assert refused.exit_code == 1
    assert reason in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert refused.stdout == ""


def test_an_unknown_role_is_a_usage_error(runner: FlaskCliRunner) -> None:
    assert run(runner, "add", EMAIL, "--role", "owner").exit_code == 2
    assert run(runner, "add", EMAIL).exit_code == 2


def test_roles_are_replaced_and_accounts_opened_again(runner: FlaskCliRunner) -> None:
    run(runner, "add", EMAIL, "--role", "analyst")
    assert run(runner, "set-roles", EMAIL, "--role", "auditor").exit_code == 0
    run(runner, "disable", EMAIL)
    assert "disabled" in run(runner, "list").stdout
    assert run(runner, "enable", EMAIL).exit_code == 0
    assert run(runner, "list").stdout == f"{EMAIL}  auditor\n"


def test_an_invitation_is_printed_and_opens(runner: FlaskCliRunner, app: Flask) -> None:
    printed = run(runner, "invite", EMAIL, "--role", "analyst", "--json")
    invitation = json.loads(printed.stdout)
    assert (invitation["email"], invitation["expires_in_seconds"]) == (EMAIL, 72 * 3600)
    path = invitation["invitation_link"].removeprefix("https://console.example.org")
    page = app.test_client().get(path, base_url="https://console.example.org")
    assert "Take up the invitation" in page.text
    assert run(runner, "invite", EMAIL, "--role", "analyst").exit_code == 1


def test_sessions_are_listed_and_ended(
    runner: FlaskCliRunner, app: Flask, database: Database
) -> None:
    run(runner, "add", EMAIL, "--role", "analyst")
    with database.transaction() as session:
        user = service.get_staff(session, EMAIL)
        for browser in ("Firefox on Linux", "Edge on Windows"):
            service.begin_session(session, user, way=service.SignInWay.PASSKEY, browser=browser)
    listed = json.loads(run(runner, "sessions", EMAIL, "--json").stdout)
    assert {(row["browser"], row["way"]) for row in listed} == {
        ("Firefox on Linux", "passkey"),
        ("Edge on Windows", "passkey"),
    }
    assert run(runner, "sessions", EMAIL).stdout.count("passkey") == 2
    assert run(runner, "end-sessions", EMAIL).stdout == f"ended 2 sessions of {EMAIL}\n"
    assert json.loads(run(runner, "sessions", EMAIL, "--json").stdout) == []


def test_the_last_administrator_is_not_disabled(runner: FlaskCliRunner) -> None:
    run(runner, "add", EMAIL, "--role", "administrator")
    refused = run(runner, "disable", EMAIL)
    assert refused.exit_code == 1
    assert "only active administrator" in refused.stderr
