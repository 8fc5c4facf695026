"""The private sealing keys of this process: read when first needed, again when the file changes."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from flask import current_app

from server.extensions import settings
from server.reports.service import PrivateKeys, PrivateKeysError, load_private_keys

_EXTENSION = "portals.private_keys"
_lock = Lock()


@dataclass(frozen=True, slots=True)
class _Loaded:
    keys: PrivateKeys
    changed_at: int


def private_keys() -> PrivateKeys:
    """All private sealing keys; raises PrivateKeysError naming the setting to mend.

    Opening the file costs some 0.1 s a key on purpose (scrypt), so it is kept; a key that was
    created since is found by the file's time of change.
    """
    configured = settings()
    path = configured.sealing_key_file
    if path is None:
        raise PrivateKeysError("PORTALS_SEALING_KEY_FILE is not set for the console")
    with _lock:
        try:
            changed_at = path.stat().st_mtime_ns
        except OSError as error:
            raise PrivateKeysError(f"PORTALS_SEALING_KEY_FILE: {error.strerror}: {path}") from error
        loaded: _Loaded | None = current_app.extensions.get(_EXTENSION)
        if loaded is None or loaded.changed_at != changed_at:
            keys = load_private_keys(path, configured.sealing_passphrase or "")
            loaded = _Loaded(keys, changed_at)
            current_app.extensions[_EXTENSION] = loaded
        return loaded.keys
