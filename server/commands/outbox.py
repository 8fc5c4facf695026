"""`portals outbox`: what waits for the worker, and what failed too often."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
from flask.cli import AppGroup

from server.commands.refusals import actor
from server.delivery import service
from server.extensions import database

outbox = AppGroup("outbox", help="Messages that wait for the worker, and dead letters.")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@outbox.command("status")
@_as_json
def status(as_json: bool) -> None:
    """Say what waits and since when, how many dead letters there are, and when jobs last ran."""
    with database().reading() as session:
        state = service.work_state(session)
    if as_json:
        click.echo(json.dumps(_as_data(state)))
        return
    click.echo(f"{state.messages} waiting, {state.dead_letters} dead")
    for each in state.waiting:
        click.echo(f"{each.topic}  {each.messages} waiting since {_text(each.oldest_at)}")
    for job in state.jobs:
        error = f"  failed: {job.last_error}" if job.last_error else ""
        click.echo(f"{job.name}  last done {_text(job.last_done_at) or 'never'}{error}")


@outbox.command("list")
@_as_json
def list_dead(as_json: bool) -> None:
    """List dead letters, the latest first: at most 200."""
    with database().reading() as session:
        rows = [
            {
                "id": str(letter.id),
                "topic": letter.topic,
                "created_at": _text(letter.created_at),
                "failed_at": _text(letter.failed_at),
                "attempts": letter.attempts,
                "last_error": letter.last_error,
            }
            for letter in service.list_dead_letters(session)
        ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['topic']}  {row['failed_at']}  {row['last_error']}")


@outbox.command("retry")
@click.argument("ids", metavar="ID...", nargs=-1, type=click.UUID)
@click.option("--all", "retry_all", is_flag=True, help="All dead letters.")
@_as_json
def retry(ids: tuple[UUID, ...], retry_all: bool, as_json: bool) -> None:
    """Let dead letters be tried again, with all their attempts."""
    if bool(ids) == retry_all:
        raise click.UsageError("name the dead letters (`portals outbox list`), or say --all")
    with database().transaction() as session:
        count = service.retry_dead_letters(
            session, ids=None if retry_all else ids, now=datetime.now(UTC), actor=actor()
        )
        if count < len(set(ids)):
            raise click.ClickException("not all of these are dead letters; nothing was changed")
    click.echo(json.dumps({"retried": count}) if as_json else f"{count} wait again")


def _as_data(state: service.WorkState) -> dict[str, Any]:
    return {
        "waiting": state.messages,
        "oldest_waiting_at": _text(state.oldest_at),
        "dead_letters": state.dead_letters,
        "topics": {each.topic: each.messages for each in state.waiting},
        "jobs": [
            {
                "name": job.name,
                "last_done_at": _text(job.last_done_at),
                "due_at": _text(job.due_at),
                "last_error": job.last_error,
            }
            for job in state.jobs
        ],
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
