"""Keys as this process read them a moment ago, so that a busy form costs one query in 5 seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from server.partners.key_format import PUBLISHABLE, parse_key
from server.partners.lookup import find_key
from server.partners.resolved_key import ResolvedKey
from server.storage.database import Database

#: So long a key is served as it was read, in seconds: a revocation holds after that.
KEPT_S = 5.0
MAX_KEYS = 1_024
#: They have a table of their own: a flood of invented keys pushes out no real one.
MAX_UNKNOWN = 1_024
_DOORS = 64


class KeyCache:
    """The publishable keys of a database, each read at most once in `KEPT_S`; for all threads.

    A reading is dated from before its query, so that nothing is served that was changed more than
    `KEPT_S` ago. `clock` gives seconds that never run backwards.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._database = database
        self._writing = Lock()
        # Whoever asks for a key that is just being read waits for that one query.
        self._doors = tuple(Lock() for _ in range(_DOORS))
        self._found: dict[str, tuple[float, ResolvedKey]] = {}
        self._unknown: dict[str, float] = {}

    def fresh(self, text: str) -> ResolvedKey | None:
        """The key when it was read less than `KEPT_S` ago; asks nothing."""
        kept = self._found.get(text)
        return kept[1] if kept and self.clock() - kept[0] < KEPT_S else None

    def find(self, text: str) -> ResolvedKey | None:
        """The publishable key `text`, or None. A mistyped one costs no query (promise P21)."""
        if key := self.fresh(text):
            return key
        parsed = parse_key(text)
        if parsed is None or parsed.kind != PUBLISHABLE or self._lately_unknown(text):
            return None
        with self._doors[hash(text) % _DOORS]:
            if key := self.fresh(text):
                return key
            if self._lately_unknown(text):
                return None
            return self._read(text)

    def _lately_unknown(self, text: str) -> bool:
        read_at = self._unknown.get(text)
        return read_at is not None and self.clock() - read_at < KEPT_S

    def _read(self, text: str) -> ResolvedKey | None:
        read_at = self.clock()
        with self._database.reading() as session:
            key = find_key(session, text)
        with self._writing:
            # Put in anew at the end: what was read longest ago stands first, and goes first.
            self._found.pop(text, None)
            self._unknown.pop(text, None)
            if key is not None:
                self._found[text] = (read_at, key)
                if len(self._found) > MAX_KEYS:
                    del self._found[next(iter(self._found))]
            else:
                self._unknown[text] = read_at
                if len(self._unknown) > MAX_UNKNOWN:
                    del self._unknown[next(iter(self._unknown))]
        return key
