"""The list of reports, and one report opened."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from flask import abort, request

from server.extensions import database
from server.partners.service import KeyMode
from server.reports.vocabulary import Lane
from server.staff.service import Permission, subject_of
from server.web.access import may, requires
from server.web.console.blueprint import blueprint
from server.web.console.opened_report import open_for_staff
from server.web.console.page import member, page
from server.web.console.private_keys import keys_at_hand
from server.web.console.report_rows import lane_choices, read_list
from server.web.console.words import moment


@blueprint.get("/")
@requires("reports.list")
def report_list() -> str:
    """Live reports, newest first; `?mode=test` shows test reports apart, `?lane=` one lane."""
    mode, lane, before = _mode(), _lane(), _before()
    now = datetime.now(UTC)
    with database().reading() as session:
        found = read_list(session, mode, lane, before, now)
    return page(
        "report_list.html",
        reports=found,
        is_test=mode is KeyMode.TEST,
        lane=lane,
        lanes=lane_choices(lane),
        is_first=before is None,
        as_of=moment(now, now),
        may_open=may(Permission.REPORTS_READ),
    )


@blueprint.get("/reports/<reference>")
@requires("reports.read")
def report(reference: str) -> str:
    """One report opened. The audit event is committed before anything is shown."""
    keys = keys_at_hand()
    with database().transaction() as session:
        opened = open_for_staff(
            session,
            reference,
            keys=keys,
            may_see_contact=may(Permission.REPORTS_READ_CONTACT),
            actor=subject_of(member()),
            now=datetime.now(UTC),
        )
    return page("report.html", report=opened) if opened else abort(404)


def _mode() -> KeyMode:
    try:
        return KeyMode(request.args.get("mode", KeyMode.LIVE))
    except ValueError:
        abort(404)


def _lane() -> Lane | None:
    try:
        text = request.args.get("lane")
        return Lane(text) if text else None
    except ValueError:
        abort(404)


def _before() -> UUID | None:
    try:
        text = request.args.get("before")
        return UUID(text) if text is not None else None
    except ValueError:
        abort(404)
