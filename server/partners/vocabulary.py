"""Words for keys: their mode and the states they pass through."""

from __future__ import annotations

from enum import StrEnum


class KeyMode(StrEnum):
    """`test` reports never reach the analysts' queue, the statistics or a delivery."""

    LIVE = "live"
    TEST = "test"


class KeyState(StrEnum):
    """Stored states. `expired` is also derived from the clock, see `key_state`."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    REVOKED = "revoked"
    EXPIRED = "expired"
