"""`portals directory`: the authorities of the world."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from server.directory import service
from server.extensions import database

directory = AppGroup("directory", help="Authorities of the world that take reports.")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

_COLUMNS = (
    *("row_key", "territory", "place", "kind", "name", "url"),
    *("languages", "emergency", "verified", "source", "note"),
)


@directory.command("load")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@_as_json
def load(file: Path | None, as_json: bool) -> None:
    """Add and update authorities from FILE, or from the list that came with the program.

    May be repeated: rows that are the same stay as they are, and so do rows that staff edited
    or removed.
    """
    try:
        rows = service.read_rows(file) if file else service.read_rows()
        with database().transaction() as session:
            actor = f"command:{getpass.getuser()}"
            result = service.load_directory(session, rows, now=datetime.now(UTC), actor=actor)
    except service.DirectoryError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(asdict(result)))
        return
    click.echo(
        f"{result.added} added, {result.updated} updated, {result.unchanged} unchanged, "
        f"{result.kept} kept as staff edited them"
    )
    for row_key in result.kept_rows:
        click.echo(f"kept {row_key}")


@directory.command("list")
@click.option("--territory", help="Code or name, for instance GH or Akrotiri and Dhekelia.")
@_as_json
def list_rows(territory: str | None, as_json: bool) -> None:
    """List authorities with what was verified of each; the public sees less."""
    code = service.find_territory(territory, "en") if territory else None
    with database().reading() as session:
        place = territory if code is None else None
        found = service.list_authorities(session, territory=code, place=place)
        rows = [{column: getattr(row, column) for column in _COLUMNS} for row in found]
    if territory and code is None and not rows:
        raise click.ClickException(f"no territory or place is called {territory!a}")
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(_line(row))


def _line(row: dict[str, Any]) -> str:
    name = row["name"] or f"(name unknown, {row['place']})"
    where = row["territory"] or "--"
    return f"{where}  {row['kind']:<14}  {row['verified']:<12}  {name}  {row['url'] or ''}".rstrip()
