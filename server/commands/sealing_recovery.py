"""`portals sealing recovery-key` and `recover`: what is kept offline, and what it brings back."""

from __future__ import annotations

import base64
from pathlib import Path

import click
from flask.cli import with_appcontext

from server.commands.refusals import actor, refusing
from server.commands.sealing_keeping import keeper, new_private_file
from server.extensions import database, private_keys
from server.reports import service


@click.command("recovery-key")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Keep it offline.")
@with_appcontext
def recovery_key(out: Path) -> None:
    """Make the offline recovery key: the private half into OUT, the public half printed.

    Print or copy OUT to two places without a network, then delete it from this machine.
    """
    private, public = service.generate_key_pair()
    with new_private_file(out) as file:
        file.write(base64.b64encode(private).decode() + "\n")
    click.echo(base64.b64encode(public).decode())


@click.command("recover")
@click.argument("generations", metavar="[GENERATION]...", nargs=-1, type=click.IntRange(min=1))
@click.option(
    "--recovery-key",
    "recovery",
    type=click.Path(path_type=Path),
    required=True,
    help="The private half, brought from where it is kept offline.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the private keys there for PORTALS_SEALING_KEYS, not into the key file.",
)
@with_appcontext
@refusing(service.PrivateKeysError, service.SealingRefused)
def recover(generations: tuple[int, ...], recovery: Path, out: Path | None) -> None:
    """Put private keys back, out of their recovery copies in the database.

    Without GENERATION: those that are not here, save retired ones. Delete the recovery key from
    this machine afterwards.
    """
    offline = service.read_recovery_key(recovery)
    here = private_keys().ids()
    with database().reading() as session:
        if generations:
            keys = [service.find_generation(session, number) for number in generations]
        else:
            keys = [
                key
                for key in service.list_sealing_keys(session)
                if key.id not in here and service.state_of(key) is not service.KeyState.RETIRED
            ]
    if not keys:
        click.echo("nothing to recover: the private keys of all generations are here")
        return
    failed = []
    with keeper(out) as keep:
        for key in keys:
            try:
                _recover(key, offline, keep)
            except service.PrivateKeysError as error:
                failed.append(str(error))
    if failed:
        raise click.ClickException("; ".join(failed))


def _recover(key: service.SealingKey, offline: bytes, keep: service.Keep) -> None:
    found = service.open_recovery_copy(key, offline)
    # The event first: no private key comes back into the world without it.
    with database().transaction() as session:
        service.note_recovered(session, found, actor=actor())
    keep(found.id, found.private)
    click.echo(f"recovered generation {found.generation}")
