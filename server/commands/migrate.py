"""`portals migrate`: bring the database's schema, and who may do what in it, to this version."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from server.commands.refusals import refusing
from server.config import bundled
from server.extensions import database
from server.storage import migrate as migrations
from server.storage.roles import ROLES, RolesRefused, apply_roles, roles_are_in_use


@click.command("migrate")
@click.option("--roles", is_flag=True, help="Set up the roles of the surfaces too (PostgreSQL).")
@with_appcontext
@refusing(RolesRefused)
def migrate(roles: bool) -> None:
    """Bring the database's schema to this version. Safe to repeat.

    Where the roles were set up once they are brought to this version as well.
    """
    engine = database().engine
    before = migrations.current(engine)
    migrations.upgrade(engine)
    after = migrations.current(engine)
    click.echo(f"at {after}" if before == after else f"{before or 'empty'} → {after}")
    if roles or roles_are_in_use(engine):
        apply_roles(engine, (bundled("deploy") / "postgresql/roles.sql").read_text("utf-8"))
        click.echo(f"roles {', '.join(ROLES)} are as this version needs them")
