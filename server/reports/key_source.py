"""Where a process finds the private sealing keys: the settings' text, the key file, or both."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from uuid import UUID

from server.reports.private_keys import (
    Entry,
    PrivateKeys,
    PrivateKeysError,
    open_entry,
    read_entries,
)


class PrivateKeySource:
    """Opens the file when keys are first asked for, and what is new in it when it changed.

    Opening an entry costs some 0.1 s on purpose (scrypt): ask before a transaction is begun.
    """

    def __init__(
        self, path: Path | None, passphrase: str | None, given: PrivateKeys | None
    ) -> None:
        self._path, self._passphrase, self._given = path, passphrase or "", given
        self._lock = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._opened: dict[str, tuple[Entry, bytes]] = {}

    @property
    def is_configured(self) -> bool:
        return self._path is not None or self._given is not None

    def keys(self) -> PrivateKeys:
        """All private sealing keys; raises PrivateKeysError naming the setting to mend."""
        given = self._given.by_id if self._given is not None else {}
        if self._path is None:
            if self._given is None:
                raise PrivateKeysError(
                    "neither PORTALS_SEALING_KEY_FILE nor PORTALS_SEALING_KEYS is set for the "
                    "console"
                )
            return self._given
        with self._lock:
            self._renew(self._path)
            return PrivateKeys({UUID(name): key for name, (_, key) in self._opened.items()} | given)

    def ids(self) -> frozenset[UUID]:
        """The ids of the keys that are here, without opening any; raises PrivateKeysError."""
        given = frozenset(self._given.by_id if self._given is not None else ())
        if self._path is None or not self._path.exists():
            return given
        return given | {UUID(name) for name in read_entries(self._path)}

    def _renew(self, path: Path) -> None:
        try:
            found = path.stat()
        except OSError as error:
            raise PrivateKeysError(f"PORTALS_SEALING_KEY_FILE: {error.strerror}: {path}") from error
        seen = (found.st_mtime_ns, found.st_ino, found.st_size)
        if seen == self._seen:
            return
        now: dict[str, tuple[Entry, bytes]] = {}
        for name, entry in read_entries(path).items():
            known, private = self._opened.get(name, (None, b""))
            if known != entry:
                private = open_entry(entry, self._passphrase)
            now[name] = (entry, private)
        self._opened, self._seen = now, seen
