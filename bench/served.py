"""An application on the real server program, one worker, on loopback; and what CPU it has used."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_S = 20.0


@dataclass(frozen=True)
class Served:
    """A server that runs in a session of its own, `group`."""

    port: int
    group: int

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far (Linux only)."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            if int(fields[2]) == self.group:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(target: str, environment: Mapping[str, str]) -> Iterator[Served]:
    """Serve the `application` of the module `target` while the block runs."""
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603  (our own module)
        [sys.executable, "-m", "server.serving", target, str(port)],
        env=os.environ | environment,
        start_new_session=True,
    )
    try:
        _wait(port, process)
        yield Served(port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
