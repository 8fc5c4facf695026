"""`portals`: one program for everything that is not done in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError, ProgrammingError

from server.observability.process import guard_process

#: PostgreSQL's code for what a role may not do.
DENIED = "42501"

#: Each in the module of its name. They are loaded when they are asked for: a server's processes
#: share the memory of what `portals serve` has loaded, and each start costs its time.
COMMANDS = (
    *("audit", "check", "demo", "directory", "keys", "migrate", "outbox", "partners", "portals"),
    *("sealing", "serve", "spool", "staff", "statistics", "work"),
)


def create_configured_app() -> Flask:
    """The application with settings from the environment, or a plain word on what is missing."""
    from server.app import create_app
    from server.config import SettingsError, load_settings

    try:
        return create_app(load_settings())
    except SettingsError as error:
        problems = "\n".join(f"  {problem}" for problem in error.problems)
        raise click.ClickException(
            f"the settings are not complete; `portals check` lists them all\n{problems}"
        ) from error


class Program(ScriptInfo):
    """Makes the application when a command first asks for it, and closes its database after."""

    def __init__(self) -> None:
        super().__init__(create_app=create_configured_app, set_debug_flag=False)
        self._app: Flask | None = None

    def load_app(self) -> Flask:
        self._app = super().load_app()
        return self._app

    def close(self) -> None:
        if self._app is not None:
            from server.extensions import DATABASE

            self._app.extensions[DATABASE].dispose()


class Commands(click.Group):
    """Commands that say in one line that the database is not there or not ready."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"server.commands.{cmd_name}"), cmd_name)
        return command

    def main(self, args: Sequence[str] | None = None, *others: Any, **named: Any) -> Any:
        """As a program, not called with its words by another one, it guards what it says."""
        if args is None:
            guard_process()
        return super().main(args, *others, **named)

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except (OperationalError, ProgrammingError) as error:
            if getattr(error.orig, "sqlstate", None) == DENIED:
                raise click.ClickException(
                    f"{error.orig}: run this with the settings, and as the database role, of the "
                    "program that it belongs to; docs/operators/database-roles.md says which"
                ) from error
            raise click.ClickException(
                "the database does not answer or has no tables yet: "
                "check PORTALS_DATABASE_URL, then run `portals migrate`"
            ) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Reporting portals: a form for partners' pages, its intake, and the staff's console."""
    context.obj = Program()
    context.call_on_close(context.obj.close)


if __name__ == "__main__":
    main(prog_name="portals")
