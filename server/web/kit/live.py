"""What the kit says of the key's life: where it was seen a moment ago, where it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_timedelta
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from server.partners.service import (
    OTHER_ORIGINS,
    ResolvedKey,
    SightingCount,
    sighted_origin,
    sightings_of,
)

LOOKING_BACK = timedelta(days=30)
REFUSED_FOR = timedelta(days=7)
MOST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence; `tone` is good, alert or plain. `origin` stands in it, from left to right."""

    tone: str
    before: str
    origin: str
    after: str

    @property
    def text(self) -> str:
        return f"{self.before}{self.origin}{self.after}"


def live_lines(session: Session, key: ResolvedKey, now: datetime) -> list[Line]:
    """Where the key was seen in 30 days and refused in 7, the latest first: at most 5 of each.

    In the language that is being spoken. A page that is on the list by now is not refused.
    """
    found = sightings_of(session, key.id, (now - LOOKING_BACK).date())
    shown = [each for each in found if each.allowed]
    refused = [
        each
        for each in found
        if not each.allowed
        and each.last_at > now - REFUSED_FOR
        and each.origin != OTHER_ORIGINS
        and not sighted_origin(each.origin, key.origins)[1]
    ]
    lines = [
        _line("good", _("Seen on %(origin)s, %(when)s.", origin="\0", when=_ago(each, now)), each)
        for each in _latest(shown)
    ]
    lines += [
        _line(
            "alert",
            _(
                "Refused on %(origin)s, %(when)s: ask your contact to add it.",
                origin="\0",
                when=_ago(each, now),
            ),
            each,
        )
        for each in _latest(refused)
    ]
    if not shown:
        lines.insert(0, Line("plain", _("Not seen yet."), "", ""))
    return lines


def _line(tone: str, sentence: str, sighting: SightingCount) -> Line:
    before, _mark, after = sentence.partition("\0")
    return Line(tone, before, sighting.origin, after)


def _latest(sightings: list[SightingCount]) -> list[SightingCount]:
    """The last sighting of each origin, the latest first."""
    newest: dict[str, SightingCount] = {}
    for each in sorted(sightings, key=lambda sighting: sighting.last_at):
        newest[each.origin] = each
    return sorted(newest.values(), key=lambda sighting: sighting.last_at, reverse=True)[:MOST]


def _ago(sighting: SightingCount, now: datetime) -> str:
    age = max(now - sighting.last_at, timedelta(seconds=1))
    return str(format_timedelta(-age, add_direction=True, threshold=1))
