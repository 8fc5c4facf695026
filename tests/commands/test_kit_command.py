"""`portals keys kit` opens a kit and prints its address, for scripts too."""

from __future__ import annotations

import json

from click.testing import CliRunner

from server.cli import main
from tests.web.kit.conftest import BASE


def run(*arguments):
    return CliRunner().invoke(main, ["keys", "kit", *arguments])


def test_the_command_prints_an_address_that_opens(environment, monkeypatch, key, client):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = json.loads(run(key.text, "--days", "7", "--json").stdout)
    assert set(made) == {"link", "id", "expires_at"}
    assert made["link"].startswith(f"{BASE}/kit/")
    assert client.get(made["link"].removeprefix(BASE), base_url=BASE).status_code == 200
    assert run(key.text).stdout.startswith(f"{BASE}/kit/")


def test_days_that_are_none_and_keys_that_are_none_are_refused(environment, monkeypatch, key):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run(key.text, "--days", "31").exit_code == 2
    unknown = run("iwfpk_live_unknown")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "there is no such key" in unknown.stderr
