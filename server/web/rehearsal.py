"""What a webmaster can try with a test key: campaigns that make the server fail, dawdle, refuse.

Only keys of mode test play a part. To a live key these names are campaigns like any other.
"""

from __future__ import annotations

import time
from enum import StrEnum
from threading import BoundedSemaphore

from server.partners.service import KeyMode, ResolvedKey, parse_key

#: About what a report takes on a bad mobile connection, in seconds.
SLOW_S = 4.0
#: Whoever floods a test key may not keep all threads of the process waiting.
MOST_WAITING = 2

_waiting = BoundedSemaphore(MOST_WAITING)


class Part(StrEnum):
    """A campaign of a test key that plays something."""

    FAIL = "fail"
    """Reports are answered as when none can be taken (503); nothing is stored."""
    SLOW = "slow"
    """Challenge and report are answered after `SLOW_S`."""
    BLOCKED = "blocked"
    """The form may stand in no page: the browser refuses the frame."""


def part_of(key: ResolvedKey, campaign: str | None) -> Part | None:
    """What is played under this key for a request that names `campaign`."""
    return _part(campaign) if key.mode is KeyMode.TEST else None


def part_named(key_text: str, campaign: str | None) -> Part | None:
    """The same before the key was looked up: its text tells its mode."""
    key = parse_key(key_text) if campaign else None
    return _part(campaign) if key and key.mode is KeyMode.TEST else None


def dawdle(part: Part | None) -> None:
    """Wait where that is played, unless `MOST_WAITING` others do already."""
    if part is Part.SLOW and _waiting.acquire(blocking=False):
        try:
            time.sleep(SLOW_S)
        finally:
            _waiting.release()


def _part(campaign: str | None) -> Part | None:
    return Part(campaign) if campaign in list(Part) else None
