"""Private sealing keys: a passphrase-protected file that only the console surface holds.

The file is JSON: `{"keys": {<sealing key id>: {"salt", "nonce", "sealed"}}}`, each private key
under ChaCha20-Poly1305 with a key from scrypt (RFC 7914; N = 2^15, r = 8, p = 1). A secret store
may give the keys as text instead: `<sealing key id>:<base64>`, with commas between them.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from server.reports.sealing import public_of

_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**15, 8, 1

Entry = dict[str, str]


class PrivateKeysError(Exception):
    """The file cannot be read or opened; the message says what to do."""


@dataclass(frozen=True, slots=True)
class PrivateKeys:
    """Private keys by the id of their sealing key."""

    by_id: dict[UUID, bytes] = field(repr=False)

    def find(self, sealing_key_id: UUID) -> bytes | None:
        return self.by_id.get(sealing_key_id)


def load_private_keys(path: Path, passphrase: str) -> PrivateKeys:
    """All private keys of the file; raises PrivateKeysError."""
    return PrivateKeys(
        {UUID(name): open_entry(entry, passphrase) for name, entry in read_entries(path).items()}
    )


def add_private_key(path: Path, passphrase: str, key_id: UUID, private: bytes) -> None:
    """Add a key to the file, made with mode 0600 when new, replaced as a whole otherwise.

    Raises PrivateKeysError for an empty passphrase, and for one that does not open the keys
    that are there already: a file under two passphrases would be half unreadable.
    """
    if len(passphrase) < 16:
        raise PrivateKeysError("PORTALS_SEALING_PASSPHRASE must have at least 16 characters")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            entries = read_entries(path) if path.exists() else {}
            for entry in entries.values():
                open_entry(entry, passphrase)
            _replace(path, entries | {str(key_id): _protect(private, passphrase)})
    except OSError as error:
        raise PrivateKeysError(f"PORTALS_SEALING_KEY_FILE: {error.strerror}: {path}") from error


def remove_private_key(path: Path, key_id: UUID) -> bool:
    """Take a key out of the file; False when it is not in it. Raises PrivateKeysError."""
    try:
        with _alone(path):
            entries = read_entries(path)
            if entries.pop(str(key_id), None) is None:
                return False
            _replace(path, entries)
    except OSError as error:
        raise PrivateKeysError(f"PORTALS_SEALING_KEY_FILE: {error.strerror}: {path}") from error
    return True


def parse_private_keys(text: str) -> PrivateKeys:
    """Keys as a secret store gives them; raises ValueError that repeats nothing of them."""
    found: dict[UUID, bytes] = {}
    for number, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
        name, _, value = entry.partition(":")
        try:
            private = base64.b64decode(value, validate=True)
            public_of(private)
            found[UUID(name)] = private
        except ValueError:
            raise ValueError(
                f"entry {number} is no private sealing key; write id:base64, with commas between "
                "several, as `portals sealing new --out FILE` makes them"
            ) from None
    return PrivateKeys(found)


def as_text(key_id: UUID, private: bytes) -> str:
    """A private key as `parse_private_keys` takes it."""
    return f"{key_id}:{base64.b64encode(private).decode()}"


def read_entries(path: Path) -> dict[str, Entry]:
    """The file's entries by the id of their sealing key, unopened; raises PrivateKeysError."""
    try:
        keys = dict(json.loads(path.read_text())["keys"])
        for name in keys:
            UUID(name)
    except OSError as error:
        raise PrivateKeysError(f"PORTALS_SEALING_KEY_FILE: {error.strerror}: {path}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PrivateKeysError(f"PORTALS_SEALING_KEY_FILE: {path} is no key file") from error
    return keys


def open_entry(entry: Entry, passphrase: str) -> bytes:
    """The private key of an entry, slowly on purpose; raises PrivateKeysError."""
    try:
        salt, nonce, sealed = (
            base64.b64decode(entry[name], validate=True) for name in ("salt", "nonce", "sealed")
        )
        return ChaCha20Poly1305(_derive(passphrase, salt)).decrypt(nonce, sealed, None)
    except (InvalidTag, KeyError, TypeError, binascii.Error, ValueError) as error:
        raise PrivateKeysError(
            "PORTALS_SEALING_PASSPHRASE does not open the private sealing keys"
        ) from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two commands that change the file at once would lose one's key."""
    lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _replace(path: Path, entries: dict[str, Entry]) -> None:
    partial = path.with_name(path.name + ".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"keys": entries}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _protect(private: bytes, passphrase: str) -> Entry:
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = ChaCha20Poly1305(_derive(passphrase, salt)).encrypt(nonce, private, None)
    return {
        name: base64.b64encode(value).decode()
        for name, value in (("salt", salt), ("nonce", nonce), ("sealed", sealed))
    }


def _derive(passphrase: str, salt: bytes) -> bytes:
    kdf = Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
    return kdf.derive(passphrase.encode())
