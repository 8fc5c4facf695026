"""Where a key was shown, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from flask import abort

from server.extensions import database
from server.partners.service import OTHER_ORIGINS, SightingCount, sightings_of
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.charts import line_chart
from server.web.console.key_words import key_words
from server.web.console.keys import key_or_404
from server.web.console.page import page
from server.web.console.partner_alerts import key_notes
from server.web.console.words import Moment, moment

SHOWN_DAYS = 30


@dataclass(frozen=True, slots=True)
class SightingRow:
    """One line of the table; `is_other` where an origin is not told apart."""

    day: str
    machine_day: str
    origin: str
    is_other: bool
    allowed: bool
    seen: int
    last: Moment


@blueprint.get("/keys/<uuid:key_id>/sightings")
@requires("partners.read")
def key_sightings(key_id: UUID) -> str:
    """The last 30 days: a chart of the pages that show the key, and a table of all."""
    now = datetime.now(UTC)
    first = now.date() - timedelta(days=SHOWN_DAYS - 1)
    with database().reading() as session:
        row = key_or_404(session, key_id)
        if row.secret_hmac is not None:
            abort(404)
        found = sightings_of(session, key_id, first)
        notes = key_notes(session, key_id, now)
    by_day = allowed_by_day(found, first)
    return page(
        "key_sightings.html",
        key=key_words(row, now),
        rows=[_row(each, now) for each in found],
        chart=line_chart(by_day, f"Shown {sum(by_day.values()):,} times in {SHOWN_DAYS} days"),
        shown=sum(by_day.values()),
        refused=sum(each.seen for each in found if not each.allowed),
        notes=notes,
    )


def allowed_by_day(counts: list[SightingCount], first: date) -> dict[date, int]:
    """How often the form was shown on each of SHOWN_DAYS days, those without included."""
    by_day = {first + timedelta(days=number): 0 for number in range(SHOWN_DAYS)}
    for each in counts:
        # A process may count on the other side of midnight.
        if each.allowed and each.day in by_day:
            by_day[each.day] += each.seen
    return by_day


def _row(count: SightingCount, now: datetime) -> SightingRow:
    return SightingRow(
        day=f"{count.day:%-d %b %Y}",
        machine_day=count.day.isoformat(),
        origin=count.origin,
        is_other=count.origin == OTHER_ORIGINS,
        allowed=count.allowed,
        seen=count.seen,
        last=moment(count.last_at, now),
    )
