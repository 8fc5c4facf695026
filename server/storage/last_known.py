"""Values of the database as they were last read: asked for anew every few seconds, and served for
a day while the database is away."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from server.storage.availability import BUDGET_S, BoundedReads, DatabaseAway

Value = TypeVar("Value")

#: So long a value is served as it was read, in seconds: a change holds after that.
KEPT_S = 5.0
#: So long it is served while the database is away (design, section 4.2).
SURVIVES_S = 24 * 3_600.0
MOST = 1_024
_DOORS = 64


@dataclass(frozen=True, slots=True)
class Held(Generic[Value]):
    """A value by its name, and how many seconds ago it was read; None when it is no more."""

    name: str
    value: Value | None
    age_s: float


class LastKnown(Generic[Value]):
    """At most `most` named values, each read at most once in `kept_s`; for all threads.

    `load` reads one value in a session, detached, or None when there is none; it is asked through
    `reads`, so that nobody waits longer than its budget. A reading is dated from before its
    query: while the database answers nothing is served that was changed more than `kept_s` ago.
    Names without a value have a table of their own: a flood of invented ones pushes out no real
    one. `clock` gives seconds that never run backwards.
    """

    def __init__(
        self,
        reads: BoundedReads,
        load: Callable[[Session, str], Value | None],
        *,
        most: int = MOST,
        kept_s: float = KEPT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clock = clock
        #: Called after each reading, with whether it changed what is held.
        self.on_reading: Callable[[bool], None] = _ignore
        self._reads = reads
        self._load = load
        self._most = most
        self._kept_s = kept_s
        self._writing = Lock()
        # Whoever asks for a value that is just being read waits for that one query.
        self._doors = tuple(Lock() for _ in range(_DOORS))
        self._found: dict[str, tuple[float, Value]] = {}
        self._absent: dict[str, float] = {}
        self._gone: dict[str, float] = {}

    def fresh(self, name: str) -> Value | None:
        """The value when it needs no reading: young enough, or the database is away."""
        kept = self._found.get(name)
        if kept is None:
            return None
        age = self.clock() - kept[0]
        if age < self._kept_s:
            return kept[1]
        if age < SURVIVES_S and self._reads.availability.is_away:
            # Who is served this way would never notice that the database is back.
            self._reads.look_again()
            return kept[1]
        return None

    def get(self, name: str) -> Value | None:
        """The value, or None when there is none.

        Raises DatabaseAway when it cannot be read and was not read within a day: "there is none"
        and "nobody can say" are two answers.
        """
        if (value := self.fresh(name)) is not None:
            return value
        if self._lately_absent(name):
            return None
        door = self._doors[hash(name) % _DOORS]
        if not door.acquire(timeout=BUDGET_S):
            return self._survivor(name)
        try:
            if (value := self.fresh(name)) is not None:
                return value
            return None if self._lately_absent(name) else self._read(name)
        except DatabaseAway:
            return self._survivor(name)
        finally:
            door.release()

    def held(self) -> list[Held[Value]]:
        """All values of the last day, and the names that lost theirs: for a copy on disk."""
        with self._writing:
            now = self.clock()
            held: list[Held[Value]] = [
                *(Held(name, value, now - at) for name, (at, value) in self._found.items()),
                *(Held(name, None, now - at) for name, at in self._gone.items()),
            ]
        return [each for each in held if each.age_s < SURVIVES_S]

    def restore(self, name: str, value: Value, age_s: float) -> None:
        """Hold a value that was read `age_s` seconds ago, by another process perhaps.

        It is served only when reading it anew fails, and displaces nothing.
        """
        with self._writing:
            if age_s < SURVIVES_S and len(self._found) < self._most:
                self._found.setdefault(name, (self.clock() - max(age_s, self._kept_s), value))

    def _survivor(self, name: str) -> Value:
        kept = self._found.get(name)
        if kept is None or self.clock() - kept[0] >= SURVIVES_S:
            raise DatabaseAway
        return kept[1]

    def _lately_absent(self, name: str) -> bool:
        read_at = self._absent.get(name)
        return read_at is not None and self.clock() - read_at < self._kept_s

    def _read(self, name: str) -> Value | None:
        read_at = self.clock()
        value = self._reads.read(lambda session: self._load(session, name))
        self.on_reading(self._hold(name, value, read_at))
        return value

    def _hold(self, name: str, value: Value | None, read_at: float) -> bool:
        """Whether a copy on disk says something else by now."""
        with self._writing:
            # Put in anew at the end: what was read longest ago stands first, and goes first.
            before = self._found.pop(name, None)
            self._absent.pop(name, None)
            if value is None:
                self._absent[name] = read_at
                _drop_first(self._absent, self._most)
                if before is not None:
                    self._gone[name] = read_at
                    _drop_first(self._gone, self._most)
                return before is not None
            self._found[name] = (read_at, value)
            self._gone.pop(name, None)
            _drop_first(self._found, self._most)
            return before is None or before[1] != value


def _drop_first(table: dict[str, float] | dict[str, tuple[float, Value]], most: int) -> None:
    if len(table) > most:
        del table[next(iter(table))]


def _ignore(_changed: bool) -> None:
    """Nothing is kept on disk unless a snapshot asks for it."""
