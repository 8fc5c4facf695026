"""The server program: granian, which logs no client address (see docs/decisions)."""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import logging
import multiprocessing
import os
import random
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.mp import MPServer

from server.listening import CannotListen, Listener, bind
from server.observability.logs import log_unhandled
from server.observability.metrics import counting_together
from server.observability.process import guard_process

#: What granian says of its workers, and what we say then. Nothing else of it reaches the log.
EVENTS = (
    (r"Unexpected exit from worker-(\d+)", "a worker died and is replaced"),
    (r"worker-(\d+) lifetime expired", "a worker is replaced: its time is over"),
    (r"worker-(\d+) RSS over threshold", "a worker is replaced: it holds too much memory"),
    (r"Killing (?:old )?worker-(\d+)", "a worker was killed: it did not end in time"),
    (r"Worker crash loop detected", "workers die as soon as they start: the server ends"),
)
#: How long the head of a request may take, and how large it may be, where no proxy stands in front.
HTTP1 = HTTP1Settings(header_read_timeout=15_000, max_buffer_size=128 * 1024)
#: How long a new worker has to load the application before the one that it replaces is stopped.
OVERLAP_S = 3.5
_PR_SET_PDEATHSIG = 1

_log = structlog.get_logger("portals")


@dataclass(frozen=True)
class Serving:
    """How to serve. Times in seconds, memory in MiB; None switches a rule off.

    The lifetime of workers is drawn anew at each start, up to a tenth more or less, so that
    machines that started together do not replace their workers together.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    socket: Path | None = None
    socket_mode: int = 0o660
    workers: int = 1
    threads: int = 8
    backlog: int = 1024
    worker_lifetime: int | None = None
    worker_memory: int | None = None
    graceful_timeout: int = 30
    surfaces: str = ""


OURS = "server.wsgi"


def run_server(target: str = OURS, **options: Any) -> None:
    """Serve the `application` of the module `target` until a signal; blocks.

    `options` are the fields of Serving. Raises CannotListen. Ends the process with status 1 when
    workers cannot start. On SIGTERM every request that has been let in is answered first.
    """
    serving = Serving(**options)
    place = (serving.host, serving.port, serving.socket, serving.socket_mode, serving.backlog)
    listener = bind(*place)
    server = _server(target, serving, listener)
    said = multiprocessing.Value("b", 0)
    ready = partial(_say_where, serving, listener, said)
    _load_what_workers_share(target)
    with counting_together():
        server.serve(_work, partial(_load, target, listener, ready), wrap_loader=False)


class _Server(MPServer):
    """granian, on a listening socket of ours that it closes to newcomers before it stops."""

    listener: Listener
    patience: float

    def _init_shared_socket(self) -> None:
        shared = self.listener.socket
        is_unix = shared.family.name == "AF_UNIX"
        self._shd: Any = SocketHolder(shared.fileno(), is_unix, self.backlog)  # type: ignore[call-arg]
        self._sso = shared

    def _drop_shared_socket(self) -> None:
        self.listener.close_to_newcomers(self.patience)
        super()._drop_shared_socket()  # type: ignore[no-untyped-call]


class WorkerEvents(logging.Handler):
    """Says what granian says of its workers, in our words, and drops everything else."""

    def emit(self, record: logging.LogRecord) -> None:
        for pattern, event in EVENTS:
            if found := re.match(pattern, record.getMessage()):
                _log.warning(event, worker=int(found[1]) if found.groups() else None)


def _server(target: str, serving: Serving, listener: Listener) -> _Server:
    lifetime = serving.worker_lifetime
    server = _Server(
        target,
        interface=Interfaces.WSGI,
        workers=serving.workers,
        blocking_threads=serving.threads,
        backlog=serving.backlog,
        backpressure=serving.backlog,
        http1_settings=HTTP1,
        log_access=False,
        log_dictconfig={
            "handlers": {"workers": {"()": WorkerEvents}},
            "loggers": {"_granian": {"handlers": ["workers"], "propagate": False}},
        },
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=OVERLAP_S,
        workers_lifetime=lifetime and max(60, round(lifetime * random.uniform(0.9, 1.1))),  # noqa: S311 # nosec B311
        workers_max_rss=serving.worker_memory,
        workers_kill_timeout=serving.graceful_timeout,
    )
    server.listener = listener
    server.patience = serving.graceful_timeout / 2
    return server


def _say_where(serving: Serving, listener: Listener, said: Any) -> None:
    """In the first worker that is ready, once for all of them."""
    with said:
        if said.value:
            return
        said.value = 1
    _log.info(
        "serving",
        where=listener.where,
        surfaces=serving.surfaces,
        workers=serving.workers,
        threads=serving.threads,
    )


def _load_what_workers_share(target: str) -> None:
    """Import the code before workers are forked, and let the collector leave it alone.

    Pages that no worker writes to are in memory once; a collection would write to all of them.
    The application itself is made in each worker: it has threads and connections.
    """
    if target == OURS:
        importlib.import_module("server.app")
    gc.collect()
    gc.freeze()


def _load(target: str, listener: Listener, ready: Callable[[], None]) -> Any:
    """The application, in a worker. What it fails of is said without any value."""
    try:
        application = importlib.import_module(target).application
        listener.let_in()
    except Exception as error:
        log_unhandled((type(error), error, error.__traceback__))
        raise SystemExit(1) from None
    ready()
    return application


def _work(*arguments: Any) -> None:
    """A worker's life. At its end, when all is answered, what was registered with `atexit` runs:
    multiprocessing ends its children without."""
    _end_with_the_server()
    try:
        MPServer._spawn_wsgi_worker(*arguments)
    finally:
        atexit._run_exitfuncs()


def _end_with_the_server() -> None:
    """Let the kernel kill this worker when the first process was: it holds the socket, and may
    hold the database's lock. Asked politely without its server it can hang in granian's handler,
    with the interpreter's lock; what was acknowledged is on a disk.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        first = multiprocessing.parent_process()
        if first is not None and os.getppid() != first.pid:
            raise SystemExit(1)


if __name__ == "__main__":
    guard_process()
    try:
        run_server(sys.argv[1], port=int(sys.argv[2]))
    except CannotListen as error:
        raise SystemExit(f"Error: {error}") from error
