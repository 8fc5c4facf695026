"""`portals sealing`: the recovery key, and generations of the sealing key."""

from __future__ import annotations

import base64
import binascii
import json
import os
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from server.commands.refusals import actor, refusing
from server.extensions import database, settings
from server.reports import service

sealing = AppGroup("sealing", help="Keys that seal reports, so that only analysts read them.")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@sealing.command("recovery-key")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Keep it offline.")
def recovery_key(out: Path) -> None:
    """Make the offline recovery key: the private half into OUT, the public half printed.

    Print or copy OUT to two places without a network, then delete it from this machine.
    """
    private, public = service.generate_key_pair()
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{out} exists: a recovery key is never overwritten") from None
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(private) + b"\n")
    click.echo(base64.b64encode(public).decode())


@sealing.command("new")
@click.option("--recovery", required=True, help="Public recovery key, base64 or a file of it.")
@click.option("--activate", is_flag=True, help="Seal with it from now on.")
@_as_json
@refusing(service.PrivateKeysError)
def new(recovery: str, activate: bool, as_json: bool) -> None:
    """Make the next generation of the sealing key."""
    key_file, passphrase = settings().sealing_key_file, settings().sealing_passphrase
    if key_file is None or not passphrase:
        raise click.ClickException(
            "set PORTALS_SEALING_KEY_FILE and PORTALS_SEALING_PASSPHRASE first"
        )
    public = _recovery_public(recovery)
    with database().transaction() as session:
        try:
            key = service.create_sealing_key(
                session,
                key_file=key_file,
                passphrase=passphrase,
                recovery_public=public,
                actor=actor(),
            )
        except ValueError as error:
            raise click.ClickException("that is no recovery key") from error
        if activate:
            service.activate_sealing_key(session, key, actor=actor())
        row = _row(key)
    click.echo(json.dumps(row) if as_json else f"generation {row['generation']} is {row['state']}")


@sealing.command("status")
@_as_json
def status(as_json: bool) -> None:
    """List the generations, the newest first."""
    with database().reading() as session:
        rows = [_row(key) for key in service.list_sealing_keys(session)]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows or [{"generation": "none", "state": "run `portals sealing new`"}]:
        click.echo(f"{row['generation']}  {row['state']}")


def _recovery_public(text: str) -> bytes:
    file = Path(text)
    try:
        if len(text) < 200 and file.is_file():
            text = file.read_text()
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError, OSError) as error:
        raise click.ClickException("that is no recovery key: base64 expected") from error


def _row(key: service.SealingKey) -> dict[str, Any]:
    state = "retired" if key.retired_at else "active" if key.activated_at else "new"
    return {
        "id": str(key.id),
        "generation": key.generation,
        "state": state,
        "suite": key.suite,
        "created_at": key.created_at.isoformat(),
    }
