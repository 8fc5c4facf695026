"""`portals serve`: the application on granian, without a log of clients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from server.commands.refusals import refusing
from server.config import SettingsError, load_settings
from server.listening import CannotListen
from server.serving import Serving, run_server


class Mode(click.ParamType[int]):
    """The mode of a file, in octal digits."""

    name = "octal"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        try:
            mode = int(str(value), 8)
        except ValueError:
            mode = -1
        if not 0 <= mode <= 0o777:
            self.fail("write a file's mode such as 660", param, ctx)
        return mode


def _count(least: int, most: int) -> click.IntRange:
    return click.IntRange(least, most)


#: Name, type and meaning of each option; its default is Serving's, its variable PORTALS_<NAME>.
OPTIONS: tuple[tuple[str, click.ParamType[Any], str], ...] = (
    ("host", click.STRING, "Address to listen on."),
    ("port", _count(1, 65_535), "Port to listen on."),
    ("socket", click.Path(dir_okay=False, path_type=Path), "UNIX socket to listen on instead."),
    ("socket-mode", Mode(), "Who may connect to the UNIX socket, as a file's mode."),
    ("workers", _count(1, 64), "Processes; one a core."),
    ("threads", _count(1, 128), "Threads of each worker."),
    ("backlog", _count(128, 65_535), "Connections that may wait, and that a worker may hold."),
    ("worker-lifetime", _count(60, 2_592_000), "Replace a worker after so many seconds, ± 10 %."),
    ("worker-memory", _count(64, 65_536), "Replace a worker that holds more than so many MiB."),
    ("graceful-timeout", _count(1, 600), "Seconds that requests have to end in when it stops."),
)


def options_of_serving(command: Any) -> Any:
    """Give a command the options of OPTIONS, in their order."""
    for name, kind, meaning in reversed(OPTIONS):
        field = name.replace("-", "_")
        default = getattr(Serving, field)
        command = click.option(
            f"--{name}",
            type=kind,
            default=f"{default:o}" if isinstance(kind, Mode) else default,
            show_default=default is not None,
            envvar=f"PORTALS_{field.upper()}",
            show_envvar=True,
            help=meaning,
        )(command)
    return command


@click.command("serve")
@options_of_serving
@refusing(CannotListen)
def serve(**options: Any) -> None:
    """Serve the surfaces that PORTALS_SURFACES names, until SIGTERM."""
    try:
        settings = load_settings()
    except SettingsError as error:
        raise click.ClickException("; ".join(error.problems)) from error
    run_server(**options, surfaces=",".join(sorted(settings.surfaces)))
