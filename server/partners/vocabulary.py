"""Words for keys: their mode and the states they pass through."""

from __future__ import annotations

from enum import StrEnum


class KeyMode(StrEnum):
    """`test` reports never reach the analysts' queue, the statistics or a delivery."""

    LIVE = "live"
    TEST = "test"


class Reach(StrEnum):
    """How a portal's territories are said: named, or by the rule that fills the gaps."""

    COUNTRIES = "countries"
    WITHOUT_AUTHORITY = "without_authority"


class Continent(StrEnum):
    """Continents by their two-letter codes, for a reach that is a rule."""

    AFRICA = "AF"
    ANTARCTICA = "AN"
    ASIA = "AS"
    EUROPE = "EU"
    NORTH_AMERICA = "NA"
    OCEANIA = "OC"
    SOUTH_AMERICA = "SA"


class KeyState(StrEnum):
    """Stored states. `expired` is also derived from the clock, see `key_state`."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    REVOKED = "revoked"
    EXPIRED = "expired"
