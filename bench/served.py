"""Servers and databases under measurement, and what CPU and memory they use (Linux only)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_S = 60.0


@dataclass(frozen=True)
class Served:
    """A server program: its port, and its first process, which leads a group of its own."""

    port: int
    group: int

    def workers(self) -> list[int]:
        """Ids of the processes that answer: the children of the first, without its helpers."""
        found = []
        for process, fields in _processes():
            command = Path(f"/proc/{process}/cmdline").read_bytes()
            if int(fields[1]) == self.group and b"resource_tracker" not in command:
                found.append(process)
        return sorted(found)

    def pss_mib(self) -> float:
        """Memory of the largest worker, its share of what is shared included, in MiB."""
        return max(_pss(process) for process in self.workers())

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far."""
        return sum(_ticks(fields) for _, fields in _processes() if int(fields[2]) == self.group)


def postgres_cpu_seconds(postmaster: int) -> float:
    """User and system time of a cluster so far, its ended backends included."""
    total = 0.0
    for process, fields in _processes():
        if process == postmaster:
            total += _ticks(fields) + (int(fields[13]) + int(fields[14])) / _TICKS
        elif int(fields[1]) == postmaster:
            total += _ticks(fields)
    return total


@contextmanager
def served(
    target: str, environment: Mapping[str, str], *, workers: int = 1, threads: int = 8
) -> Iterator[Served]:
    """Serve the `application` of the module `target` on granian while the block runs."""
    port = _free_port()
    program = (
        "import sys; from server.serving import run_server; "
        f"run_server(sys.argv[1], port={port}, workers={workers}, threads={threads})"
    )
    with _running([sys.executable, "-c", program, target], environment, port) as server:
        yield server


@contextmanager
def served_by_gunicorn(
    target: str, environment: Mapping[str, str], folder: Path, *, workers: int
) -> Iterator[Served]:
    """The same on gunicorn's sync workers, which stand in `folder` (pip install --target)."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "--workers", str(workers), "--log-level", "error"),
        *("--no-control-socket", "--bind", f"127.0.0.1:{port}", f"{target}:application"),
    ]
    with _running(command, dict(environment) | {"PYTHONPATH": str(folder)}, port) as server:
        yield server


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str], port: int) -> Iterator[Served]:
    process = subprocess.Popen(  # noqa: S603  (our own modules)
        command,
        env=os.environ | dict(environment),
        stdout=subprocess.DEVNULL,  # the log; what goes wrong is said on standard error
        start_new_session=True,
    )
    try:
        _wait(port, process)
        yield Served(port, process.pid)
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until a worker answers; the first process listens long before."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), START_S) as asking:
                asking.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if asking.recv(1):
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


_TICKS = os.sysconf("SC_CLK_TCK")


def _processes() -> Iterator[tuple[int, list[str]]]:
    """Id and the fields of /proc/…/stat from `state` on, of every process."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield int(path.parent.name), path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended


def _ticks(fields: list[str]) -> float:
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _pss(process: int) -> float:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1_024
    raise RuntimeError("this kernel tells no PSS")
