"""Count days again at an operator's wish."""

from __future__ import annotations

from datetime import UTC, date, datetime

from server.audit.service import AuditAction, record_event
from server.reports.service import oldest_day
from server.statistics.queries import days_of
from server.statistics.recount import mark_stale, recount_day
from server.storage.database import Database


class RebuildRefused(ValueError):
    """The days asked for cannot be counted; the message says why and what to do."""


def rebuild(
    database: Database,
    start: date | None = None,
    end: date | None = None,
    *,
    force: bool = False,
    actor: str,
) -> list[date]:
    """Count all days from `start` (the oldest report) to `end` (today) again; which they were.

    Raises RebuildRefused for days before the oldest report that is kept, whose reports were
    purged (only with `force` are their tallies given up), and for an empty range.
    """
    with database.reading() as session:
        oldest = oldest_day(session)
    today = datetime.now(UTC).date()
    if start is None:
        if oldest is None:
            raise RebuildRefused("there are no reports to count; the tallies stay as they are")
        start = oldest
    end = min(end or today, today)
    if end < start:
        raise RebuildRefused("the last day is before the first")
    if not force and (oldest is None or start < oldest):
        since = f"begin with {oldest}" if oldest else "there are no reports to count"
        raise RebuildRefused(
            f"reports of {start} are no longer kept, so counting would lose what was counted: "
            f"{since}, or give these days up with --force"
        )
    days = days_of(start, end)
    for day in days:
        with database.transaction() as session:
            mark_stale(session, [day])
        recount_day(database, day, force=force)
    with database.transaction() as session:
        record_event(
            session,
            actor,
            AuditAction.STATISTICS_REBUILT,
            "tallies:all",
            first=start.isoformat(),
            last=end.isoformat(),
            force=force,
        )
    return days
