"""What of a report does not open, in words for the analyst and for the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.reports.service import Fault, PrivateKeysError, Report, UnopenedPart
from server.web.console.words import Moment, moment


class Reason(StrEnum):
    """Whose turn it is: the operator's settings, a key that is elsewhere, or the envelope's."""

    NO_KEYS = "no_keys"
    KEY_ELSEWHERE = "key_elsewhere"
    GONE = "gone"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a part does not open; `detail` is the line for the operator."""

    reason: Reason
    detail: str
    generation: int | None = None
    found: Moment | None = None

    @property
    def loses_nothing(self) -> bool:
        return self.reason in (Reason.NO_KEYS, Reason.KEY_ELSEWHERE)


_REASONS = {
    Fault.MISSING: Reason.GONE,
    Fault.DAMAGED: Reason.DAMAGED,
    Fault.NO_PRIVATE_KEY: Reason.KEY_ELSEWHERE,
}


def no_keys(error: PrivateKeysError) -> Failure:
    return Failure(Reason.NO_KEYS, str(error))


def failure_of(part: UnopenedPart, report: Report, now: datetime) -> Failure:
    """`found` is when it was first noticed that the part is damaged."""
    sealed_to = f"generation {part.generation}" if part.generation else "an unknown key"
    return Failure(
        _REASONS[part.fault],
        f"{part.kind.value} envelope of report {report.id}, "
        + ("which is not there" if part.fault is Fault.MISSING else f"sealed to {sealed_to}"),
        part.generation,
        moment(part.damaged_at or now, now),
    )
