"""Statistics: reports by day and by what stands in clear, read from tallies; and their download."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

from flask import Response, abort, request, stream_with_context
from sqlalchemy.orm import Session

from server.audit.service import AuditAction, record_event
from server.extensions import database
from server.partners.service import ResolvedKey, get_attributions
from server.staff.service import subject_of
from server.statistics.service import days_of, tallies_of
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.page import member, page
from server.web.console.spreadsheet import csv_line
from server.web.console.statistics_filter import Selection, StatisticsFilterForm
from server.web.console.statistics_page import read_overview

_COLUMNS = ("day", "portal", "partner", "key", "key_label", "counted_by", "value", "reports")


@blueprint.get("/statistics")
@requires("statistics.read")
def statistics() -> str:
    """Reports of a period, chosen by the address."""
    with database().reading() as session:
        form = _form(session)
        chosen = form.selection() if form.validate() else None
        found = chosen and read_overview(session, chosen, form.names, form.partner_names)
    return page(
        "statistics.html",
        form=form,
        chosen=chosen,
        found=found,
        arguments=form.arguments() if chosen else {},
    )


@blueprint.get("/statistics/export")
@requires("statistics.export", fresh=True)
def statistics_export() -> str:
    """What the download would hold, and its button."""
    with database().reading() as session:
        form = _form(session)
        chosen = form.selection() if form.validate() else abort(400)
    return page(
        "statistics_export.html",
        chosen=chosen,
        portal=chosen.portal_id and form.names[chosen.portal_id],
        partner=chosen.partner_id and form.partner_names[chosen.partner_id],
        arguments=form.arguments(),
    )


@blueprint.post("/statistics/export")
@requires("statistics.export", fresh=True)
def statistics_download() -> Response:
    """The tallies of the period as CSV. The download is an event of the audit trail."""
    with database().transaction() as session:
        form = _form(session)
        chosen = form.selection() if form.validate() else abort(400)
        filters = {name: str(value) for name, value in chosen.owners.items() if value}
        record_event(
            session,
            subject_of(member()),
            AuditAction.STATISTICS_EXPORTED,
            "tallies:all",
            first=chosen.start.isoformat(),
            last=chosen.end.isoformat(),
            **filters,
        )
    response = Response(stream_with_context(_lines(chosen)), mimetype="text/csv")
    name = f"reports-{chosen.start}-{chosen.end}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _form(session: Session) -> StatisticsFilterForm:
    return StatisticsFilterForm(request.args, session, datetime.now(UTC).date())


def _lines(chosen: Selection) -> Iterator[str]:
    yield "\ufeff" + csv_line(_COLUMNS)
    known: dict[UUID, ResolvedKey] = {}
    for day in days_of(chosen.start, chosen.end):
        yield from _lines_of(day, chosen, known)


def _lines_of(day: date, chosen: Selection, known: dict[UUID, ResolvedKey]) -> Iterator[str]:
    with database().reading() as session:
        tallies = tallies_of(session, day, **chosen.owners)
        if new := {tally.key_id for tally in tallies} - known.keys():
            known |= get_attributions(session, new)
    for tally in tallies:
        key = known.get(tally.key_id)
        owner = (key.portal_slug, key.partner_slug, key.text, key.label) if key else ("",) * 4
        yield csv_line((day.isoformat(), *owner, tally.dimension.value, tally.value, tally.reports))
