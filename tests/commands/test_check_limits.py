"""`portals check` tells when proxies are trusted wrongly, and when Redis keeps what is counted."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from server.commands.check import check
from server.storage.keyring import new_secret
from tests.services.redis_server import RedisServer


@pytest.fixture
def sqlite_settings(tmp_path) -> dict[str, str]:
    return {
        "PORTALS_DATABASE_URL": f"sqlite:///{tmp_path}/none.db",
        "PORTALS_PUBLIC_URL": "https://report.example.org",
        "PORTALS_CONSOLE_URL": "https://console.example.org",
        "PORTALS_SURFACES": "public",
        "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
        "PORTALS_SPOOL": str(tmp_path / "spool"),
        "PORTALS_TRUSTED_PROXIES": "1",
    }


def checked(environment: dict[str, str], **more: str) -> tuple[int, str]:
    result = CliRunner().invoke(check, env={**environment, **more})
    return result.exit_code, result.stderr


@pytest.mark.parametrize(
    ("url", "hops", "said"),
    [
        ("https://report.example.org", "0", "something in front must speak https"),
        ("http://report.example.org", "1", "anybody can claim another address"),
        ("http://report.example.org", "0", "others on the network can read"),
        ("https://report.example.org", "1", ""),
        ("http://localhost:8000", "0", ""),
    ],
)
def test_proxies_that_do_not_go_with_the_public_address(sqlite_settings, url, hops, said):
    more = {"PORTALS_PUBLIC_URL": url, "PORTALS_TRUSTED_PROXIES": hops}
    status, warnings = checked(sqlite_settings, **more)
    assert status == 0
    assert said in warnings
    assert bool(warnings) is bool(said)


def test_a_redis_without_persistence_is_good(sqlite_settings, redis_url):
    status, problems = checked(sqlite_settings, PORTALS_REDIS_URL=redis_url)
    assert (status, "PORTALS_REDIS_URL" in problems) == (0, False)


def test_a_redis_with_persistence_is_said_and_what_to_do(sqlite_settings, own_redis: RedisServer):
    own_redis.client().config_set("save", "3600 1")
    status, problems = checked(sqlite_settings, PORTALS_REDIS_URL=own_redis.url)
    assert status == 1
    assert "snapshots (save 3600 1)" in problems
    assert 'set `save ""` and `appendonly no`' in problems


def test_a_redis_that_is_not_there_is_said(sqlite_settings, tmp_path):
    status, problems = checked(sqlite_settings, PORTALS_REDIS_URL=f"unix://{tmp_path}/none.sock")
    assert status == 1
    assert "each process counts in its memory" in problems
