"""The server program: granian, which logs no client address (see docs/decisions)."""

from __future__ import annotations

import sys

from granian.constants import Interfaces
from granian.server import Server

from server.observability.metrics import counting_together
from server.observability.process import guard_process


def run_server(
    target: str = "server.wsgi",
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    threads: int = 8,
) -> None:
    """Serve the `application` of the module `target` until a signal; blocks."""
    server = Server(
        f"{target}:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backlog=1024,
        log_access=False,
        log_enabled=False,
        websockets=False,
        respawn_failed_workers=True,
    )
    with counting_together():
        server.serve()


if __name__ == "__main__":
    guard_process()
    run_server(sys.argv[1], port=int(sys.argv[2]))
