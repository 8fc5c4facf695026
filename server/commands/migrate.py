"""`portals migrate`: bring the database's schema to this version."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from server.extensions import database
from server.storage import migrate as migrations


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Bring the database's schema to this version. Safe to repeat."""
    before = migrations.current(database().engine)
    migrations.upgrade(database().engine)
    after = migrations.current(database().engine)
    click.echo(f"at {after}" if before == after else f"{before or 'empty'} → {after}")
