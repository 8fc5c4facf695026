"""The private sealing keys for a page, or why there are none."""

from __future__ import annotations

from server.extensions import private_keys
from server.reports.service import PrivateKeys, PrivateKeysError


def keys_at_hand() -> PrivateKeys | PrivateKeysError:
    """Ask before a transaction: after a change of the key file it takes 0.1 s a key (scrypt)."""
    try:
        return private_keys().keys()
    except PrivateKeysError as error:
        return error
