"""Private sealing keys: a passphrase-protected file that only the console surface holds.

The file is JSON: `{"keys": {<sealing key id>: {"salt", "nonce", "sealed"}}}`, each private key
under ChaCha20-Poly1305 with a key from scrypt (RFC 7914; N = 2^15, r = 8, p = 1).
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**15, 8, 1


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
        {UUID(name): _open(entry, passphrase) for name, entry in _read(path).items()}
    )


def add_private_key(path: Path, passphrase: str, key_id: UUID, private: bytes) -> None:
    """Add a key to the file, made with mode 0600 when new, replaced as a whole otherwise.

    Raises PrivateKeysError for an empty passphrase, and for one that does not open the keys
    that are there already: a file under two passphrases would be half unreadable.
    """
    if len(passphrase) < 16:
        raise PrivateKeysError("PORTALS_SEALING_PASSPHRASE must have at least 16 characters")
    entries = _read(path) if path.exists() else {}
    for entry in entries.values():
        _open(entry, passphrase)
    entries[str(key_id)] = _protect(private, passphrase)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"keys": entries}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        keys = dict(json.loads(path.read_text())["keys"])
        for name in keys:
            UUID(name)
    except OSError as error:
        raise PrivateKeysError(f"PORTALS_SEALING_KEY_FILE: {error.strerror}: {path}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PrivateKeysError(f"PORTALS_SEALING_KEY_FILE: {path} is no key file") from error
    return keys


def _protect(private: bytes, passphrase: str) -> dict[str, str]:
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = ChaCha20Poly1305(_derive(passphrase, salt)).encrypt(nonce, private, None)
    return {
        name: base64.b64encode(value).decode()
        for name, value in (("salt", salt), ("nonce", nonce), ("sealed", sealed))
    }


def _open(entry: dict[str, str], passphrase: str) -> bytes:
    try:
        salt, nonce, sealed = (
            base64.b64decode(entry[name], validate=True) for name in ("salt", "nonce", "sealed")
        )
        return ChaCha20Poly1305(_derive(passphrase, salt)).decrypt(nonce, sealed, None)
    except (InvalidTag, KeyError, binascii.Error, ValueError) as error:
        raise PrivateKeysError(
            "PORTALS_SEALING_PASSPHRASE does not open the private sealing keys"
        ) from error


def _derive(passphrase: str, salt: bytes) -> bytes:
    kdf = Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
    return kdf.derive(passphrase.encode())
