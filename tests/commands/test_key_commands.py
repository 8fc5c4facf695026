"""`portals keys resume` and `edit`, `portals partners edit`, as an operator types them."""

from __future__ import annotations

import json
import os

import pytest
from click.testing import CliRunner

from server.cli import main

ISSUE = ("keys", "issue", "--partner", "telco", "--portal", "senegal", "--label", "Home page")
ORIGIN = ("--origin", "https://www.example.org")


@pytest.fixture
def portals(environment, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PORTALS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments, status=0):
        result = CliRunner().invoke(main, list(arguments))
        assert result.exit_code == status, result.output
        return result

    run(
        *("portals", "add", "--slug", "senegal", "--name", "Senegal", "--territory", "SN"),
        *("--language", "fr", "--language", "en"),
    )
    run("partners", "add", "--slug", "telco", "--name", "Teranga Mobile")
    return run


@pytest.fixture
def key(portals):
    return json.loads(portals(*ISSUE, *ORIGIN, "--json").stdout)["key"]


def shown(portals, key):
    return json.loads(portals("keys", "show", key, "--json").stdout)


def test_a_paused_key_is_resumed(portals, key):
    portals("keys", "pause", key)
    assert portals("keys", "resume", key).stdout == f"{key} is active\n"
    assert shown(portals, key)["state"] == "active"


def test_only_what_is_named_is_changed(portals, key):
    before = shown(portals, key)
    answer = portals("keys", "edit", key, "--label", "Help", "--expires", "2099-12-31", "--json")
    assert json.loads(answer.stdout) == shown(portals, key)
    after = before | {"label": "Help", "expires_at": "2099-12-31T23:59:59+00:00"}
    assert shown(portals, key) == after
    portals("keys", "edit", key, "--no-expiry", "--language", "en")
    last = {"expires_at": None, "languages": ["en"], "default_language": "en"}
    assert shown(portals, key) == after | last
    assert "changed nothing" in portals("keys", "edit", key).stdout


def test_origins_are_replaced_and_an_unencrypted_one_is_warned_of(portals, key):
    answer = portals("keys", "edit", key, "--origin", "HTTP://A.example/")
    assert "not encrypted" in answer.stderr
    assert shown(portals, key)["origins"] == ["http://a.example"]


def test_a_partner_is_renamed(portals):
    portals("partners", "edit", "telco", "--name", "Teranga Telecom")
    assert json.loads(portals("partners", "list", "--json").stdout) == [
        {"slug": "telco", "name": "Teranga Telecom"}
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("keys", "resume", "KEY"), "only a paused key"),
        (("keys", "edit", "KEY", "--origin", "https://a.example/x"), "leave out the path"),
        (("keys", "edit", "KEY", "--expires", "2020-01-01"), "in the past"),
        (("keys", "edit", "KEY", "--label", ""), "label is missing"),
        (("keys", "edit", "iwfpk_live_x", "--label", "x"), "no such key"),
        (("partners", "edit", "nobody", "--name", "x"), "no partner 'nobody'"),
        (("partners", "edit", "telco", "--name", "a\u202eb"), "turn text around"),
    ],
)
def test_a_refusal_is_status_1_and_one_line(portals, key, arguments, reason):
    typed = [key if word == "KEY" else word for word in arguments]
    refused = portals(*typed, status=1)
    assert reason in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_two_words_on_the_expiry_are_a_usage_error(portals, key):
    portals("keys", "edit", key, "--no-expiry", "--expires", "2099-12-31", status=2)
