"""`portals sealing reseal`: envelopes moved to the active generation, batch by batch."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from server.commands.refusals import actor, refusing
from server.extensions import database, private_keys
from server.reports import service


@click.command("reseal")
@click.option(
    "--from",
    "generation",
    type=click.IntRange(min=1),
    help="Only what is sealed to this generation; otherwise to any but the active one.",
)
@click.option(
    "--batch",
    type=click.IntRange(1, service.MAX_RESEALED),
    default=service.RESEALED_AT_ONCE,
    show_default=True,
    help="Envelopes a transaction.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
@refusing(service.PrivateKeysError, service.SealingRefused)
def reseal(generation: int | None, batch: int, as_json: bool) -> None:
    """Seal data keys anew to the active generation. What is sealed with them is not touched.

    Reports come in meanwhile. It may be interrupted and started again. What does not open is set
    apart and counted: exit status 0, as all else was moved.
    """
    done = service.Resealed()
    for came_to in service.reseal_envelopes(
        database(), private_keys().keys(), generation=generation, batch=batch, actor=actor()
    ):
        done += came_to
    if as_json:
        click.echo(json.dumps({"resealed": done.moved, "damaged": done.damaged}))
        return
    click.echo(f"re-sealed {done.moved:,} envelopes")
    if done.damaged:
        click.echo(f"{done.damaged:,} do not open and are set apart, see the audit trail", err=True)
