"""`portals`: one program for everything that is not done in a browser."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import ScriptInfo

from server.app import create_app
from server.commands.check import check
from server.commands.demo import demo
from server.commands.directory import directory
from server.commands.keys import keys
from server.commands.migrate import migrate
from server.commands.portals import partners, portals
from server.commands.sealing import sealing
from server.commands.serve import serve
from server.commands.staff import staff
from server.config import SettingsError, load_settings

COMMANDS = (check, demo, directory, keys, migrate, partners, portals, sealing, serve, staff)


def create_configured_app() -> Flask:
    """The application with settings from the environment, or a plain word on what is missing."""
    try:
        return create_app(load_settings())
    except SettingsError as error:
        problems = "\n".join(f"  {problem}" for problem in error.problems)
        raise click.ClickException(
            f"the settings are not complete; `portals check` lists them all\n{problems}"
        ) from error


@click.group(
    context_settings={
        "help_option_names": ["-h", "--help"],
        "obj": ScriptInfo(create_app=create_configured_app, set_debug_flag=False),
    }
)
def main() -> None:
    """Reporting portals: a form for partners' pages, its intake, and the staff's console."""


for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="portals")
