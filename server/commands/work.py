"""`portals work`: the background jobs, all named here: what handles a topic, what recurs."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import count

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.config import Settings
from server.delivery.service import (
    Done,
    Jobs,
    Message,
    RecurringJob,
    Worker,
    in_one_transaction,
    tidy_up,
)
from server.extensions import database, settings
from server.partners import service as partners
from server.reports import service as reports
from server.staff import service as staff
from server.statistics import service as statistics
from server.storage.database import Database

#: So many full batches of sightings in a row, then the other jobs have their turn.
FOLDED_AT_ONCE = 10


def all_jobs(settings: Settings, *, patient: bool = True) -> Jobs:
    """Every job of the worker; without `patient` each does all that there is, at once.

    Raises ValueError without the secret that signs checkpoints.
    """
    secret, anchor = settings.audit_secret, settings.audit_anchor
    if secret is None:
        raise ValueError(
            "PORTALS_AUDIT_SECRET is missing: the worker signs the audit trail with it; make one "
            "with `portals check --new-secret`"
        )

    def fold_sightings(database: Database) -> None:
        for _ in range(FOLDED_AT_ONCE) if patient else count():
            with database.transaction() as session:
                if partners.fold_sightings(session, datetime.now(UTC)) < partners.MAX_FOLDED:
                    return

    def chain_events(session: Session) -> None:
        audit.chain_events(session, datetime.now(UTC))

    def sign_checkpoint(session: Session) -> None:
        audit.sign_checkpoint(session, secret, anchor, datetime.now(UTC))

    def forget_throttles(session: Session) -> None:
        staff.forget_old_throttles(session, datetime.now(UTC))

    def forget_challenges(session: Session) -> None:
        reports.forget_spent_challenges(session, datetime.now(UTC))

    recount = statistics.recount_stale if patient else statistics.recount_all_stale
    return Jobs(
        handlers={reports.REPORT_RECEIVED: count_reports},
        recurring=(
            RecurringJob("sightings.fold", _seconds(2), fold_sightings),
            RecurringJob("statistics.recount", _seconds(2), recount),
            RecurringJob("audit.chain", _seconds(3), in_one_transaction(chain_events)),
            RecurringJob("audit.checkpoint", _seconds(600), in_one_transaction(sign_checkpoint)),
            RecurringJob("outbox.tidy", _seconds(3_600), tidy_up),
            RecurringJob("challenges.tidy", _seconds(600), in_one_transaction(forget_challenges)),
            RecurringJob("throttles.tidy", _seconds(3_600), in_one_transaction(forget_throttles)),
        ),
    )


def count_reports(session: Session, messages: Sequence[Message]) -> None:
    """Let the days be counted again on which these reports came in."""
    days = {reports.day_received(message.payload) for message in messages}
    statistics.mark_stale(session, days)


@click.command("work")
@click.option("--once", is_flag=True, help="Do what there is to do, then end.")
@click.option("--json", "as_json", is_flag=True, help="With --once: print JSON.")
@with_appcontext
def work(once: bool, as_json: bool) -> None:
    """Carry out the background jobs, until SIGTERM. Any number of workers may run."""
    try:
        worker = Worker(database(), all_jobs(settings(), patient=not once))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    if once:
        _say(worker.run_once(), as_json)
    else:
        worker.run()


def _say(done: Done, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(done)))
    else:
        click.echo(f"{done.messages} messages, {len(done.jobs)} jobs")
    failed = [*done.failed_jobs, *([f"{done.failures} messages"] if done.failures else [])]
    if failed:
        raise click.ClickException(f"failed: {', '.join(failed)}; they are tried again later")


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=number)
