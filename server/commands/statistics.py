"""`portals statistics`: count reports again."""

from __future__ import annotations

import json
from datetime import datetime

import click
from flask.cli import AppGroup

from server.commands.refusals import actor, refusing
from server.extensions import database
from server.statistics import service

statistics = AppGroup("statistics", help="Tallies of reports by day.")

_DAY = click.DateTime(["%Y-%m-%d"])


@statistics.command("rebuild")
@click.option("--from", "start", type=_DAY, metavar="DATE", help="Default: the oldest report.")
@click.option("--to", "end", type=_DAY, metavar="DATE", help="Default: today, UTC.")
@click.option("--force", is_flag=True, help="Also days whose reports are no longer kept.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@refusing(service.RebuildRefused)
def rebuild(start: datetime | None, end: datetime | None, force: bool, as_json: bool) -> None:
    """Count all reports, or those of some days, again. Safe to repeat, and while workers run."""
    days = service.rebuild(
        database(),
        start.date() if start else None,
        end.date() if end else None,
        force=force,
        actor=actor(),
    )
    result = {"from": days[0].isoformat(), "to": days[-1].isoformat(), "days": len(days)}
    click.echo(
        json.dumps(result)
        if as_json
        else f"counted {result['days']} days, {result['from']} to {result['to']}"
    )
