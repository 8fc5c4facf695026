"""How hard the intake is pressed: by one sender, and by everybody together.

Pressure raises the price of a challenge and lowers the lane. It refuses nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How far a rate is above what is usual."""

    CALM = 0
    RAISED = 1
    HIGH = 2
    EXTREME = 3


@dataclass(frozen=True, slots=True)
class Pressure:
    """`sender` is the client's network, or the partner's server by its secret key; `crowd` is the
    partner key and all keys together, whoever sends."""

    sender: Level = Level.CALM
    crowd: Level = Level.CALM

    @property
    def level(self) -> Level:
        """The higher of the two: what a challenge costs now."""
        return max(self.sender, self.crowd)


NO_PRESSURE = Pressure()
