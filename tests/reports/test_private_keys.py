"""The file of private keys: closed without its passphrase, and replaced as a whole."""

from __future__ import annotations

import stat

import pytest

from server.reports.private_keys import PrivateKeysError, add_private_key, load_private_keys
from server.storage.ids import new_id

PASSPHRASE = "a passphrase for tests"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "sealing.json"


def test_keys_are_added_and_loaded(path):
    first, second = new_id(), new_id()
    add_private_key(path, PASSPHRASE, first, b"1" * 96)
    add_private_key(path, PASSPHRASE, second, b"2" * 96)
    keys = load_private_keys(path, PASSPHRASE)
    assert keys.find(first) == b"1" * 96
    assert keys.find(second) == b"2" * 96
    assert keys.find(new_id()) is None


def test_only_its_owner_reads_the_file_and_the_key_is_not_in_it(path):
    add_private_key(path, PASSPHRASE, new_id(), b"secret" * 16)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"secret" not in path.read_bytes()
    assert "secret" not in repr(load_private_keys(path, PASSPHRASE))


def test_another_passphrase_opens_nothing_and_adds_nothing(path):
    add_private_key(path, PASSPHRASE, new_id(), b"1" * 96)
    before = path.read_bytes()
    with pytest.raises(PrivateKeysError, match="PASSPHRASE"):
        load_private_keys(path, "another passphrase")
    with pytest.raises(PrivateKeysError, match="PASSPHRASE"):
        add_private_key(path, "another passphrase", new_id(), b"2" * 96)
    assert path.read_bytes() == before


def test_a_short_passphrase_is_refused(path):
    with pytest.raises(PrivateKeysError, match="16 characters"):
        add_private_key(path, "short", new_id(), b"1" * 96)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"keys": 7}', '{"keys": {"x": {}}}'])
def test_a_broken_file_is_named(path, content):
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(PrivateKeysError, match="PORTALS_SEALING"):
        load_private_keys(path, PASSPHRASE)


def test_a_missing_file_is_named(path):
    with pytest.raises(PrivateKeysError, match="PORTALS_SEALING_KEY_FILE"):
        load_private_keys(path, PASSPHRASE)
