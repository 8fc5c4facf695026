"""The random key of a day under which networks are counted; gone when the day is over.

It is in memory, and in Redis where all processes share it. Without it nothing that was counted
leads back to an address.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakSet

DAY_S = 86_400
_LOOK_EVERY_S = 3_600.0


@dataclass(frozen=True, slots=True)
class _Held:
    day: int
    key: bytes = field(repr=False)
    is_shared: bool


class DailyKey:
    """`shared` gives the key that all processes have on a day, or None while it cannot; until it
    can, the process has one of its own."""

    def __init__(
        self,
        shared: Callable[[int], bytes | None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._shared = shared
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held | None = None

    def current(self) -> bytes:
        """32 bytes, others every day (UTC)."""
        day = int(self._clock() // DAY_S)
        held = self._held
        if held is not None and held.day == day and (held.is_shared or self._shared is None):
            return held.key
        return self._renew(day)

    def forget_past(self) -> None:
        """Drop a key whose day is over: an idle process asks for none."""
        with self._lock:
            if self._held is not None and self._held.day != int(self._clock() // DAY_S):
                self._held = None

    def _renew(self, day: int) -> bytes:
        shared = self._shared(day) if self._shared else None
        with self._lock:
            held = self._held
            if shared is not None:
                held = _Held(day, shared, True)
            elif held is None or held.day != day:
                held = _Held(day, secrets.token_bytes(32), False)
            self._held = held
        _see_to_it_that_it_is_forgotten(self)
        return held.key


_keys: WeakSet[DailyKey] = WeakSet()
_watch = threading.Lock()


def _see_to_it_that_it_is_forgotten(key: DailyKey) -> None:
    if key in _keys:
        return
    _keys.add(key)
    if _watch.acquire(blocking=False):  # once a process, and never released
        threading.Thread(target=_forget_past_keys, name="bucket-keys", daemon=True).start()


def _forget_past_keys() -> None:
    while True:
        time.sleep(_LOOK_EVERY_S)
        for key in list(_keys):
            key.forget_past()
