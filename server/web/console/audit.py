"""The audit trail: who did what, whether it is whole, and a download of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, abort, request, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import AuditAction, EventFilter, Verdict
from server.extensions import database, settings
from server.staff import service as staff
from server.staff.service import Permission, subject_of
from server.web.access import may, requires
from server.web.console.audit_filter import AuditFilterForm
from server.web.console.audit_rows import PAGE_SIZE, Namer, event_row
from server.web.console.blueprint import blueprint
from server.web.console.page import member, page
from server.web.console.words import moment

#: So many links are verified whenever the page is opened, and at the press of the button.
GLANCE, LOOK = 100, 10_000
_EXPORT_BATCH = 1_000


@blueprint.get("/audit")
@requires("audit.read")
def audit_trail() -> str:
    """Events, newest first, chosen by the address; above them, whether the newest are whole."""
    now, before = datetime.now(UTC), _before()
    with database().reading() as session:
        form = _filter_form(session)
        is_valid = form.validate()
        wanted = form.wanted() if is_valid else None
        found = (
            audit.find_events(session, wanted, before=before, limit=PAGE_SIZE + 1) if wanted else []
        )
        namer = Namer(
            session,
            [each.event for each in found],
            may_open_reports=may(Permission.REPORTS_READ),
        )
        end = audit.resumable(found[:PAGE_SIZE]) if len(found) > PAGE_SIZE else 0
        rows = [event_row(each, namer, now) for each in found[: end or PAGE_SIZE]]
        verdict = _verdict(session, GLANCE, now)
    return _written(
        "audit.html",
        form=form,
        rows=rows,
        arguments=form.arguments() if is_valid else {},
        next_before=rows[-1].id if end else None,
        is_first=before is None,
        verdict=verdict,
        signed=moment(verdict.last_signed_at, now) if verdict.last_signed_at else None,
        look=LOOK,
    )


@blueprint.post("/audit/verify")
@requires("audit.read")
def audit_verify() -> str:
    """Verify the newest 10,000 links now, and say all that was found."""
    now = datetime.now(UTC)
    with database().reading() as session:
        verdict = _verdict(session, LOOK, now)
    return _written("audit_verdict.html", verdict=verdict, at=moment(now, now))


@blueprint.get("/audit/export")
@requires("audit.export", fresh=True)
def audit_export() -> str:
    """What the download would hold, and its button."""
    with database().reading() as session:
        form = _filter_form(session)
    return page("audit_export.html", arguments=form.arguments() if form.validate() else {})


@blueprint.post("/audit/export")
@requires("audit.export", fresh=True)
def audit_download() -> ResponseReturnValue:
    """The chosen events as JSON Lines, newest first. The download is an event itself."""
    with database().transaction() as session:
        form = _filter_form(session)
        if not form.validate():
            abort(400)
        audit.record_event(
            session,
            subject_of(member()),
            AuditAction.AUDIT_EXPORTED,
            "audit:events",
            filter=form.arguments(),
        )
    response = Response(stream_with_context(_lines(form.wanted())), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="audit-trail.jsonl"'
    return response


def _written(template: str, **values: Any) -> str:
    """The page, with `?` for what is no text: halves of letters may stand in a changed event."""
    return page(template, **values).encode("utf-8", "replace").decode()


def _lines(wanted: EventFilter) -> Iterator[str]:
    before: UUID | None = None
    limit = _EXPORT_BATCH
    while True:
        with database().reading() as session:
            found = audit.find_events(session, wanted, before=before, limit=limit)
        is_last = len(found) < limit
        passed = found if is_last else found[: audit.resumable(found)]
        for each in passed:
            yield json.dumps(audit.event_data(each)) + "\n"
        if is_last:
            return
        if passed:
            before, limit = UUID(passed[-1].event.id), _EXPORT_BATCH
        else:  # ids that nobody can read, put in by hand: look behind them
            limit *= 2


def _verdict(session: Session, newest: int, now: datetime) -> Verdict:
    secret = settings().audit_secret
    keys = [audit.public_key_of(secret)] if secret else []
    return audit.verify(session, keys, settings().audit_anchor, now=now, newest=newest)


def _filter_form(session: Session) -> AuditFilterForm:
    people = [(subject_of(each), each.email) for each in staff.list_staff(session)]
    return AuditFilterForm(request.args, people)


def _before() -> UUID | None:
    try:
        text = request.args.get("before")
        return UUID(text) if text is not None else None
    except ValueError:
        abort(404)
