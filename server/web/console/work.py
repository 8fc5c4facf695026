"""The worker: what waits, what failed too often, and when each recurring job was done last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.delivery.service import JobState, list_dead_letters, retry_dead_letters, work_state
from server.extensions import database
from server.staff.service import subject_of
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.page import member, page
from server.web.console.words import Badge, Moment, moment

#: A job that is so much behind its time, or a message that waits so long, is a sign that no
#: worker runs.
LATE = timedelta(minutes=2)
#: Jobs and topics in words. One that is not here is shown by its name alone.
PURPOSES = {
    "audit.chain": "Link new events into the audit trail",
    "audit.checkpoint": "Sign the audit trail",
    "challenges.tidy": "Forget spent challenges that ended",
    "outbox.tidy": "Forget done messages after a week",
    "sightings.fold": "Add up where keys are shown",
    "statistics.recount": "Count reports",
    "throttles.tidy": "Forget failed sign-ins after a day",
    "report.received": "A report to count",
}


@blueprint.get("/work")
@requires("worker.read")
def work() -> str:
    """What waits for the worker, and what waits for a person."""
    now = datetime.now(UTC)
    with database().reading() as session:
        state = work_state(session)
        letters = list_dead_letters(session)
    return page(
        "work.html",
        state=state,
        waiting=[
            (each, PURPOSES.get(each.topic, ""), moment(each.oldest_at, now))
            for each in state.waiting
        ],
        letters=[(each, _moment(each.failed_at, now)) for each in letters],
        jobs=[
            (job, PURPOSES.get(job.name, ""), _moment(job.last_done_at, now), _badge(job, now))
            for job in state.jobs
        ],
        is_idle=not state.jobs or all(now - job.due_at > LATE for job in state.jobs),
    )


@blueprint.post("/dead-letters/retry")
@requires("worker.retry")
def work_retry() -> ResponseReturnValue:
    """Let one dead letter be tried again, or all."""
    text = request.form.get("id")
    try:
        ids = [UUID(text)] if text else None
    except ValueError:
        abort(400)
    with database().transaction() as session:
        count = retry_dead_letters(
            session, ids=ids, now=datetime.now(UTC), actor=subject_of(member())
        )
    if count:
        flash(f"{count} {'message waits' if count == 1 else 'messages wait'} again.", "good")
    else:
        flash("Nothing to try again: somebody was faster.", "busy")
    return redirect(url_for("console.work"), 303)


def _badge(job: JobState, now: datetime) -> Badge:
    if job.last_error:
        return Badge("Failed", "alert")
    return Badge("Late", "busy") if now - job.due_at > LATE else Badge("On time", "good")


def _moment(at: datetime | None, now: datetime) -> Moment | None:
    return moment(at, now) if at else None
