"""Values that are dear to make: kept for all threads, renewed now and then by one of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")
_DOORS = 16


@dataclass(slots=True)
class _Entry(Generic[Value]):
    value: Value
    renew_at: float


class Kept(Generic[Value]):
    """At most `most` values, each renewed when it is asked for after `max_age_s` seconds.

    What was made or renewed longest ago goes first. While a value is being renewed all others
    who ask get the old one, also when its renewal fails; `clock` never runs backwards.
    """

    def __init__(
        self, most: int, max_age_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.clock = clock
        self._most = most
        self._max_age_s = max_age_s
        self._writing = Lock()
        self._doors = tuple(Lock() for _ in range(_DOORS))
        self._entries: dict[Hashable, _Entry[Value]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def fresh(self, name: Hashable) -> Value | None:
        """The value when it is kept and needs no renewal."""
        entry = self._entries.get(name)
        return entry.value if entry and self.clock() < entry.renew_at else None

    def get(self, name: Hashable, make: Callable[[Value | None], Value]) -> Value:
        """The kept value, or what `make` gives, which is handed the old value if there is one."""
        entry = self._entries.get(name)
        if entry is None:
            with self._doors[hash(name) % _DOORS]:
                entry = self._entries.get(name)
                return entry.value if entry else self._keep(name, make(None))
        if not self._is_mine_to_renew(entry):
            return entry.value
        return self._keep(name, make(entry.value))

    def _is_mine_to_renew(self, entry: _Entry[Value]) -> bool:
        with self._writing:
            now = self.clock()
            if now < entry.renew_at:
                return False
            entry.renew_at = now + self._max_age_s
            return True

    def _keep(self, name: Hashable, value: Value) -> Value:
        with self._writing:
            self._entries.pop(name, None)
            self._entries[name] = _Entry(value, self.clock() + self._max_age_s)
            if len(self._entries) > self._most:
                del self._entries[next(iter(self._entries))]
        return value
