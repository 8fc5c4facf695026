"""Where private keys are found: opened once, again when the file changes, never printed."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from server.config import SettingsError, load_settings
from server.reports import key_source
from server.reports.key_source import PrivateKeySource
from server.reports.private_keys import (
    PrivateKeys,
    PrivateKeysError,
    add_private_key,
    as_text,
    parse_private_keys,
    remove_private_key,
)
from server.reports.sealing import generate_key_pair
from server.storage.ids import new_id
from server.storage.keyring import new_secret

PASSPHRASE = "a passphrase for tests"


@pytest.fixture
def console(tmp_path: Path) -> dict[str, str]:
    """The settings of a console that gets its keys otherwise than from a file."""
    return {
        "PORTALS_DATABASE_URL": f"sqlite:///{tmp_path / 'portals.db'}",
        "PORTALS_PUBLIC_URL": "https://report.example.org",
        "PORTALS_CONSOLE_URL": "https://console.example.org",
        "PORTALS_INTAKE_SECRETS": f"1:{new_secret()}",
        "PORTALS_CONSOLE_SECRET": new_secret(),
        "PORTALS_SPOOL": str(tmp_path / "spool"),
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sealing.json"


def test_each_entry_is_opened_once_and_a_new_one_without_a_restart(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bytes] = []
    real = key_source.open_entry

    def counting(entry: dict[str, str], passphrase: str) -> bytes:
        opened.append(real(entry, passphrase))
        return opened[-1]

    monkeypatch.setattr(key_source, "open_entry", counting)
    first, second = new_id(), new_id()
    add_private_key(path, PASSPHRASE, first, b"1" * 96)
    source = PrivateKeySource(path, PASSPHRASE, None)
    assert opened == []
    for _ in range(3):
        assert source.keys().find(first) == b"1" * 96
    add_private_key(path, PASSPHRASE, second, b"2" * 96)
    assert source.keys().find(second) == b"2" * 96
    assert opened == [b"1" * 96, b"2" * 96]
    assert remove_private_key(path, first)
    assert not remove_private_key(path, first)
    assert source.keys().find(first) is None
    assert source.ids() == {second}


def test_keys_of_a_secret_store_stand_instead_of_the_file_or_beside_it(path: Path) -> None:
    given, in_file, private = new_id(), new_id(), generate_key_pair()[0]
    text = PrivateKeys({given: private})
    assert PrivateKeySource(None, None, text).keys().find(given) == private
    add_private_key(path, PASSPHRASE, in_file, b"2" * 96)
    both = PrivateKeySource(path, PASSPHRASE, text)
    assert set(both.keys().by_id) == both.ids() == {given, in_file}
    with pytest.raises(PrivateKeysError, match="PORTALS_SEALING_KEYS"):
        PrivateKeySource(None, None, None).keys()


def test_what_a_command_writes_for_the_store_is_read_back() -> None:
    keys = {new_id(): generate_key_pair()[0] for _ in range(2)}
    text = ", ".join(as_text(*each) for each in keys.items())
    assert parse_private_keys(text + ",").by_id == keys


@pytest.mark.parametrize(
    "text", ["canary", "canary:AAAA", f"{UUID(int=7)}:canary", f"{UUID(int=7)}:AAAA"]
)
def test_a_malformed_key_is_refused_and_not_repeated(console: dict[str, str], text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(console | {"PORTALS_SEALING_KEYS": text})
    assert "PORTALS_SEALING_KEYS: entry 1" in str(refused.value)
    assert text not in str(refused.value)


def test_the_public_surface_refuses_private_keys(console: dict[str, str]) -> None:
    given = {"PORTALS_SEALING_KEYS": as_text(UUID(int=7), generate_key_pair()[0])}
    settings = load_settings(console | given)
    assert settings.sealing_keys
    assert given["PORTALS_SEALING_KEYS"].partition(":")[2] not in repr(settings)
    with pytest.raises(SettingsError, match="PORTALS_SEALING_KEYS is set without the console"):
        load_settings(console | given | {"PORTALS_SURFACES": "public"})
