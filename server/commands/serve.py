"""`portals serve`: the application on granian, without a log of clients."""

from __future__ import annotations

import click

from server.config import SettingsError, load_settings
from server.serving import run_server


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--workers", type=int, default=1, show_default=True, help="One a core.")
@click.option("--threads", type=int, default=8, show_default=True, help="Threads a worker.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the surfaces that PORTALS_SURFACES names."""
    try:
        load_settings()
    except SettingsError as error:
        raise click.ClickException("; ".join(error.problems)) from error
    run_server(host=host, port=port, workers=workers, threads=threads)
