"""A copy on disk of what a process knows by heart, for a start while the database is away.

One file for all processes: authenticated with a key of the intake's secrets, written by renaming.
What is in it stands in the database in clear: keys, HMACs of secret keys, the public sealing key.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, Timer
from typing import Any, TypeVar

import structlog

from server.storage.keyring import IntakeSecrets, SecretError
from server.storage.last_known import MOST, SURVIVES_S, LastKnown

Value = TypeVar("Value")

VERSION = 1
LABEL = "last-known"
#: What changes within so many seconds is written at once.
WRITE_S = 3.0
#: So often a copy is dated anew though nothing changed, in seconds: its day begins then.
DATED_S = 600.0
MAX_BYTES = 64 * 1024 * 1024
#: Clocks of machines differ; a copy from further ahead is no copy of ours.
_SKEW_S = 300.0

#: One entry: name, when it was read (seconds since 1970), the value as JSON; None: it is no more.
Entry = tuple[str, float, Any]
Parts = dict[str, list[Entry]]

_log = structlog.get_logger("portals")


class SnapshotRefused(Exception):
    """The file is not one that this version wrote with these secrets; the text says why."""


class Snapshot:
    """`path` as the copy of several `LastKnown`; for all threads, and for several processes.

    Nothing here raises for a file or a disk that fails: it is logged, and the copy is missing.
    `wall` gives seconds since 1970: the only clock that survives a restart.
    """

    def __init__(
        self,
        path: Path,
        secrets: IntakeSecrets,
        *,
        wall: Callable[[], float] = time.time,
        write_s: float = WRITE_S,
    ) -> None:
        self._path = path
        self._secrets = secrets
        self._wall = wall
        self._write_s = write_s
        self._kept: dict[str, Callable[[], list[Entry]]] = {}
        self._timing = Lock()
        self._timer: Timer | None = None
        self._written_at = wall()
        self._stored = self._read_or_log()

    def keep(
        self,
        part: str,
        values: LastKnown[Value],
        encode: Callable[[Value], Any],
        decode: Callable[[Any], Value],
    ) -> None:
        """Restore `values` from the part of this name, and write them there when they change.

        `encode` gives JSON, `decode` raises KeyError, TypeError or ValueError for what it did not.
        """
        now = self._wall()
        for name, read_at, record in self._stored.get(part, ()):
            if record is not None and read_at < now + _SKEW_S:
                with suppress(KeyError, TypeError, ValueError, AttributeError):
                    values.restore(name, decode(record), max(0.0, now - read_at))

        def entries() -> list[Entry]:
            now = self._wall()
            return [
                (each.name, now - each.age_s, None if each.value is None else encode(each.value))
                for each in values.held()
            ]

        self._kept[part] = entries
        values.on_reading = self._note

    def _note(self, changed: bool) -> None:
        """Write within `write_s` seconds, in a thread of its own, when there is a reason to: at
        once when there is no copy, as a process that starts now would know nothing."""
        if not changed and self._wall() - self._written_at < DATED_S:
            return
        with self._timing:
            if self._timer is not None:
                return
            self._written_at = self._wall()
            wait_s = self._write_s if self._path.exists() else 0.0
            self._timer = timer = Timer(wait_s, self._write_in_time)
        timer.daemon = True
        # No thread can be had while the process is ending.
        with suppress(RuntimeError):
            timer.start()

    def write(self) -> None:
        """Write now what is known here together with what other processes wrote."""
        try:
            with self._alone():
                known = self._read_or_log()
                for part, entries in self._kept.items():
                    known[part] = self._newest(known.get(part, []), entries())
                self._replace(seal(known, self._secrets))
        except OSError as error:
            _log.warning("the copy of what is known was not written", kind=type(error).__name__)

    def _write_in_time(self) -> None:
        with self._timing:
            self._timer = None
        self.write()

    def _newest(self, *lists: list[Entry]) -> list[Entry]:
        newest: dict[str, Entry] = {}
        for entry in sorted((each for some in lists for each in some), key=lambda each: each[1]):
            newest[entry[0]] = entry
        oldest = self._wall() - SURVIVES_S
        living = (each for each in newest.values() if each[2] is not None and each[1] > oldest)
        return sorted(living, key=lambda each: each[1])[-MOST:]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process writes meanwhile: what it adds would be lost."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _replace(self, content: bytes) -> None:
        written = self._path.with_suffix(".new")
        written.unlink(missing_ok=True)  # left by a crash; nobody else's file is written into
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        written.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _read_or_log(self) -> Parts:
        try:
            with self._path.open("rb") as file:
                return unseal(file.read(MAX_BYTES + 1), self._secrets)
        except FileNotFoundError:
            return {}
        except (OSError, SnapshotRefused) as error:
            _log.warning(
                "the copy of what is known is not used: "
                + (str(error) if isinstance(error, SnapshotRefused) else "it cannot be read"),
                kind=type(error).__name__,
            )
            return {}


def seal(parts: Parts, secrets: IntakeSecrets) -> bytes:
    """The file's content: a line with version, generation and HMAC-SHA-256, then JSON."""
    body = json.dumps(parts, separators=(",", ":")).encode("ascii")
    tag = _tag(secrets, secrets.current, body)
    return f"{LABEL} {VERSION} {secrets.current} {tag}\n".encode("ascii") + body


def unseal(content: bytes, secrets: IntakeSecrets) -> Parts:
    """What was sealed; raises SnapshotRefused for anything else."""
    if len(content) > MAX_BYTES:
        raise SnapshotRefused("it is too large")
    head, _, body = content.partition(b"\n")
    words = head.decode("ascii", "replace").split(" ")
    if len(words) != 4 or words[0] != LABEL:
        raise SnapshotRefused("it is no such copy")
    if words[1] != str(VERSION):
        raise SnapshotRefused("another version wrote it")
    try:
        expected = _tag(secrets, int(words[2]), body)
    except (ValueError, SecretError):
        raise SnapshotRefused("its secret is not configured any more") from None
    if not hmac.compare_digest(expected.encode(), words[3].encode()):
        raise SnapshotRefused("it was changed or cut off, or has another secret")
    parts: dict[str, list[list[Any]]] = json.loads(body)
    return {
        part: [(name, read_at, record) for name, read_at, record in entries]
        for part, entries in parts.items()
    }


def _tag(secrets: IntakeSecrets, generation: int, body: bytes) -> str:
    key = secrets.derive(LABEL, generation)
    # The version is under the HMAC too: a later one may read the same body otherwise.
    return hmac.new(key, f"{VERSION}\n".encode() + body, hashlib.sha256).hexdigest()
