"""Which lane a report waits in: what speaks for it, under what pressure, by what kind of key.

A flood must not push aside those who did the work: what everybody sends together lowers only
reports without proof. Who solved a challenge falls by what came from their own network alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from server.intake.pressure import Pressure
from server.partners.service import Standing
from server.reports.vocabulary import Lane


class Proof(StrEnum):
    """The best thing that a report can show for itself; each was verified before."""

    SECRET_KEY = auto()
    CHALLENGE = auto()
    TIMED_FORM = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a report, or against it.

    `hasty` says that it came sooner after its challenge was made than a person fills a form in.
    """

    proof: Proof = Proof.NONE
    hasty: bool = False


#: The lane by proof, and by the level that counts for it, from CALM to EXTREME.
_BY_LEVEL: dict[Proof, tuple[Lane, Lane, Lane, Lane]] = {
    Proof.SECRET_KEY: (Lane.TRUSTED, Lane.NORMAL, Lane.NORMAL, Lane.LOW),
    Proof.CHALLENGE: (Lane.NORMAL, Lane.LOW, Lane.LOW, Lane.QUARANTINE),
    Proof.TIMED_FORM: (Lane.NORMAL, Lane.LOW, Lane.LOW, Lane.QUARANTINE),
    Proof.NONE: (Lane.LOW, Lane.LOW, Lane.LOW, Lane.QUARANTINE),
}
#: Who did no work is part of the crowd, and answers for it.
_OF_THE_CROWD = frozenset({Proof.TIMED_FORM, Proof.NONE})
_FROM_HIGH = (Lane.TRUSTED, Lane.NORMAL, Lane.LOW, Lane.QUARANTINE)


def lane_for(signals: Signals, pressure: Pressure, standing: Standing) -> Lane:
    """The lane of a report by a key that takes reports.

    Haste, and a key that ceased lately, put it into the low lane at best.
    """
    level = pressure.sender
    if signals.proof in _OF_THE_CROWD:
        level = max(level, pressure.crowd)
    lane = _BY_LEVEL[signals.proof][level]
    if signals.hasty or standing is Standing.LATELY_CEASED:
        return max(lane, Lane.LOW, key=_FROM_HIGH.index)
    return lane
