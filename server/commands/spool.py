"""`portals spool`: reports that wait in a folder for the database, and those set apart."""

from __future__ import annotations

import json
from datetime import datetime

import click
from flask.cli import AppGroup

from server.commands.refusals import refusing
from server.extensions import database, reads, settings
from server.intake.service import Drained, Spool, SpoolState, drain, errors, resolver
from server.reports.service import open_store

spool = AppGroup("spool", help="Reports that wait in PORTALS_SPOOL for the database.")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_refusing = refusing(errors.SpoolFailed)


@spool.command("status")
@_as_json
@_refusing
def status(as_json: bool) -> None:
    """Say what waits and since when, what room is left, and what was set apart."""
    folder = _spool()
    state = folder.state()
    if as_json:
        click.echo(json.dumps(_state_data(folder, state)))
        return
    since = f" since {_text(state.oldest_at)}" if state.oldest_at else ""
    click.echo(f"{state.waiting} waiting{since}")
    click.echo(
        f"{_mebibytes(state.bytes)} of {_mebibytes(folder.max_bytes)} MiB, "
        f"room for {max(0, folder.max_reports - state.waiting)} of {folder.max_reports} reports"
    )
    if state.is_full:
        click.echo("full: citizens are told to report elsewhere until the database is back")
    if state.set_apart:
        click.echo(f"{state.set_apart} set apart in {folder.set_apart_folder}: look at them")


@spool.command("drain")
@_as_json
@_refusing
def drain_all(as_json: bool) -> None:
    """Store all that waits. The server does so by itself; exit status 1 when something stays."""
    folder = _spool()
    store = open_store(database())
    try:
        drained = drain(folder, store, resolver(reads()))
    finally:
        store.close()
    waiting = folder.state().waiting
    if as_json:
        click.echo(json.dumps(_drained_data(drained, waiting)))
    else:
        click.echo(
            f"{drained.stored} stored, {drained.same} were stored already, "
            f"{drained.quarantined} quarantined, {drained.set_apart} set apart"
        )
    if drained.is_away:
        raise click.ClickException(
            f"the database does not answer: {waiting} still wait, and nothing is lost; "
            "check PORTALS_DATABASE_URL"
        )
    if drained.is_busy:
        raise click.ClickException(f"another process is draining: {waiting} still wait")
    if waiting:
        raise click.ClickException(
            f"{waiting} still wait: they came meanwhile, or belong to another user"
        )


def _spool() -> Spool:
    found = settings()
    if found.spool is None:
        raise click.ClickException(
            "PORTALS_SPOOL is not set: only the public surface has a spool; run this with its "
            "settings"
        )
    return Spool(found.spool, max_bytes=found.spool_max_bytes, max_reports=found.spool_max_reports)


def _state_data(folder: Spool, state: SpoolState) -> dict[str, object]:
    return {
        "folder": str(folder.folder),
        "waiting": state.waiting,
        "max_reports": folder.max_reports,
        "bytes": state.bytes,
        "max_bytes": folder.max_bytes,
        "oldest_at": _text(state.oldest_at),
        "set_apart": state.set_apart,
        "is_full": state.is_full,
    }


def _drained_data(drained: Drained, waiting: int) -> dict[str, object]:
    return {
        "stored": drained.stored,
        "same": drained.same,
        "quarantined": drained.quarantined,
        "set_apart": drained.set_apart,
        "waiting": waiting,
        "database_away": drained.is_away,
        "busy": drained.is_busy,
    }


def _mebibytes(count: int) -> str:
    return f"{count / 1_048_576:.1f}"


def _text(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
