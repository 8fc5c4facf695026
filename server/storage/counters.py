"""How often something happened within a window that moves with the time, counted in memory.

A window moves in steps: it holds the counts of its last slots, so that a name costs the same at
one hit and at a million, and the oldest slot is forgotten as a whole.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

#: So many names a slot are counted; of a flood under more names each counts for itself.
MAX_NAMES = 4_096


@dataclass(frozen=True, slots=True)
class Window:
    """`slots` steps of `slot_s` seconds each: what is counted was that long ago at most."""

    name: str
    slot_s: int
    slots: int

    @property
    def seconds(self) -> int:
        return self.slot_s * self.slots


@dataclass(frozen=True, slots=True)
class Hit:
    """`amount` more of `name` in a window; 0 only asks. Above `cap` it is not added (0: no cap)."""

    window: Window
    name: str
    amount: int = 1
    cap: int = 0


class Counters(Protocol):
    """Where hits are counted. Nothing that it does raises, or takes longer than 0.2 s."""

    def count(self, hits: Sequence[Hit]) -> list[int]:
        """What each window holds with its hit, in order; with one that a cap kept out, too."""


@dataclass(slots=True)
class _Slots:
    """The counts of one window; the newest slot comes last."""

    newest: int = 0
    counts: deque[dict[str, int]] = field(default_factory=deque)


class MemoryCounters:
    """Counts of one process. `clock` gives seconds that never run backwards."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._windows: dict[Window, _Slots] = {}

    def count(self, hits: Sequence[Hit]) -> list[int]:
        with self._lock:
            now = self._clock()
            return [self._count(hit, now) for hit in hits]

    def _count(self, hit: Hit, now: float) -> int:
        window, name = hit.window, hit.name
        slots = self._windows.get(window)
        if slots is None:
            slots = self._windows[window] = _Slots(counts=deque(maxlen=window.slots))
        slot = int(now // window.slot_s)
        if slot != slots.newest or not slots.counts:
            for _ in range(min(slot - slots.newest, window.slots) or 1):
                slots.counts.append({})
            slots.newest = slot
        total = hit.amount
        for counts in slots.counts:
            total += counts.get(name, 0)
        newest = slots.counts[-1]
        if (
            hit.amount
            and (not hit.cap or total <= hit.cap)
            and (name in newest or len(newest) < MAX_NAMES)
        ):
            newest[name] = newest.get(name, 0) + hit.amount
        return total
