"""`portals demo`: a seeded demo with three partners' pages, on this machine alone."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from server.config import load_settings
from server.demo.environment import demo_environment
from server.demo.pages import VARIABLE
from server.demo.seed import seed, sign_in_link
from server.demo.supervisor import Program, Supervisor

FILE = "demo.json"


@click.command("demo")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where the demo keeps its data; delete it to begin anew.",
)
@click.option("--port", type=int, default=8000, show_default=True, help="Form and console.")
@click.option("--partner-port", type=int, default=8001, show_default=True, help="Partners' pages.")
def demo(data: Path, port: int, partner_port: int) -> None:
    """Serve a demo: the form, the console, and three partners' pages on origins of their own."""
    data = data.resolve()
    environment = demo_environment(data, port)
    settings = load_settings(environment)
    seeded = seed(settings, data, partner_port)
    description = {
        "public_url": settings.public_url,
        "console_url": f"{settings.console_url}/console/",
        "sign_in_link": sign_in_link(settings),
        "partners": seeded.partners,
        "examples": seeded.examples,
        "environment": environment,
    }
    _write(data / FILE, description)
    _say(description, data)
    Supervisor(_programs(environment, description, port, partner_port)).run()


def _programs(
    environment: dict[str, str], description: dict[str, Any], port: int, partner_port: int
) -> list[Program]:
    inherited = {name: value for name, value in os.environ.items() if name[:8] != "PORTALS_"}
    pages = {
        "public_url": description["public_url"],
        "keys": {entry["slug"]: entry["key"] for entry in description["partners"]}
        | {entry["name"]: entry["key"] for entry in description["examples"]},
    }
    serve = [sys.executable, "-m", "server.serving"]
    return [
        Program("server", [*serve, "server.wsgi", str(port)], inherited | environment),
        Program("worker", [sys.executable, "-m", "server.cli", "work"], inherited | environment),
        Program(
            "partners' pages",
            [*serve, "server.demo.pages_wsgi", str(partner_port)],
            inherited | {VARIABLE: json.dumps(pages)},
        ),
    ]


def _write(path: Path, description: dict[str, Any]) -> None:
    partial = path.with_name(path.name + ".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(description, file, indent=1, ensure_ascii=False)
    partial.replace(path)


def _say(description: dict[str, Any], data: Path) -> None:
    click.echo("The demo is at")
    for entry in description["partners"]:
        click.echo(f"  {entry['origin']:40} a partner's page with the form ({entry['slug']})")
    for entry in description["examples"]:
        click.echo(f"  {entry['origin']:40} a way to embed it (examples/{entry['name']})")
    click.echo(f"  {description['console_url']:40} the staff's console; sign in once, within")
    click.echo(f"  {'':40} 10 minutes, with this link:")
    click.echo(f"    {description['sign_in_link']}")
    click.echo(f"All of this is in {data / FILE}. Stop with Ctrl+C.")
