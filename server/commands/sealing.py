"""`portals sealing`: generations of the sealing key, from the first to the retired."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from server.commands.refusals import actor, refusing
from server.commands.sealing_keeping import keeper, public_recovery_key
from server.commands.sealing_recovery import recover, recovery_key
from server.commands.sealing_reseal import reseal
from server.extensions import database, private_keys, settings
from server.reports import service

sealing = AppGroup("sealing", help="Keys that seal reports, so that only analysts read them.")
for command in (recovery_key, recover, reseal):
    sealing.add_command(command)

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_generation = click.argument("generation", type=click.IntRange(min=1))
_refusing = refusing(service.PrivateKeysError, service.SealingRefused)


@sealing.command("new")
@click.option("--recovery", required=True, help="Public recovery key, base64 or a file of it.")
@click.option("--activate", is_flag=True, help="Seal with it from now on.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the private key there for PORTALS_SEALING_KEYS, not into the key file.",
)
@_as_json
@_refusing
def new(recovery: str, activate: bool, out: Path | None, as_json: bool) -> None:
    """Make the next generation of the sealing key."""
    if activate and out is not None:
        raise click.UsageError(
            "with --out, put the key into your secret store first, then `portals sealing activate`"
        )
    public = public_recovery_key(recovery)
    with keeper(out) as keep:
        try:
            made = service.make_key(keep, public)
        except ValueError as error:
            raise click.ClickException("that is no recovery key") from error
        with database().transaction() as session:
            key = service.add_sealing_key(session, made, actor=actor())
            if activate:
                service.activate_sealing_key(session, key, actor=actor())
            said = _said(key)
    _say(said, as_json)


@sealing.command("activate")
@_generation
@_as_json
@_refusing
def activate(generation: int, as_json: bool) -> None:
    """Seal with GENERATION from now on. The one before stays open for what it sealed.

    Refused when its private key is not here. Servers follow within 5 seconds, without a restart.
    """
    at_hand = private_keys().keys()
    with database().transaction() as session:
        said = _said(service.activate_generation(session, generation, at_hand, actor=actor()))
    _say(said, as_json)


@sealing.command("retire")
@_generation
@click.option(
    "--forget-private-key",
    "forget",
    is_flag=True,
    help="Also remove its private key from the key file, a day after it was superseded.",
)
@click.option("--despite-damaged", is_flag=True, help="Give up what does not open any more.")
@_as_json
@_refusing
def retire(generation: int, forget: bool, despite_damaged: bool, as_json: bool) -> None:
    """Close GENERATION, once nothing is sealed to it any more.

    Refused while it is active or envelopes depend on it. Its recovery copy stays.
    """
    with database().transaction() as session:
        key = service.retire_generation(
            session, generation, despite_damaged=despite_damaged, actor=actor()
        )
        if forget:
            service.note_forgotten(session, key, actor=actor())
        said = _said(key)
    # After the commit: a key that is gone before its retirement stands would be missed.
    path = settings().sealing_key_file
    if forget and path is not None:
        service.remove_private_key(path, key.id)
    if forget and key.id in private_keys().ids():
        click.echo("its private key is in PORTALS_SEALING_KEYS too: remove it there", err=True)
    _say(said, as_json)


@sealing.command("status")
@_as_json
@_refusing
def status(as_json: bool) -> None:
    """List the generations, the newest first, and how many envelopes depend on each."""
    source = private_keys()
    here = source.ids() if source.is_configured else None
    with database().reading() as session:
        dependants = service.count_dependants(session)
        rows = []
        for key in service.list_sealing_keys(session):
            depend = dependants.of(key.id)
            rows.append(
                _said(key)
                | {
                    "envelopes": depend.envelopes,
                    "damaged": depend.damaged,
                    "private_key_here": None if here is None else key.id in here,
                }
            )
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        notes = [f"{row['envelopes']:,} envelopes"]
        notes += [f"{row['damaged']:,} of them damaged"] if row["damaged"] else []
        notes += ["private key not here"] if row["private_key_here"] is False else []
        click.echo(f"{row['generation']}  {row['state']:7}  {', '.join(notes)}")
    if not rows:
        click.echo("none  run `portals sealing new --recovery KEY --activate`")


def _said(key: service.SealingKey) -> dict[str, Any]:
    moments = ("created_at", "activated_at", "superseded_at", "retired_at")
    return {
        "id": str(key.id),
        "generation": key.generation,
        "state": service.state_of(key).value,
        "suite": key.suite,
    } | {name: at.isoformat() if (at := getattr(key, name)) else None for name in moments}


def _say(said: dict[str, Any], as_json: bool) -> None:
    line = f"generation {said['generation']} is {said['state']}"
    click.echo(json.dumps(said) if as_json else line)
