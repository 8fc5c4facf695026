"""Starts the server program for a test, as `portals serve` does, and waits until it listens."""

from __future__ import annotations

import json
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
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import json, sys
from pathlib import Path
from server import serving
from server.observability.process import guard_process
target, options, serving.OVERLAP_S = sys.argv[1], json.loads(sys.argv[2]), 0.6
if "socket" in options:
    options["socket"] = Path(options["socket"])
guard_process()
try:
    serving.run_server(target, **options)
except serving.CannotListen as error:
    sys.exit(str(error))
"""
PATIENCE_S = 20


@dataclass
class Program:
    """A running server, and the file of what it said."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self, event: str) -> list[dict[str, Any]]:
        """Its log lines of this event."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in map(json.loads, lines) if line["event"] == event]

    def goodbyes(self) -> list[str]:
        """The process ids in which `atexit` ran."""
        return [line.split()[-1] for line in self.log.read_text().splitlines() if "goodbye" in line]

    def wait_for(self, event: str) -> None:
        """Wait until it has said this."""
        end = time.monotonic() + PATIENCE_S
        while not self.said(event):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(self.log.read_text())
            time.sleep(0.02)

    def stop(self) -> int:
        """SIGTERM to the first process, and its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


@contextmanager
def program(
    folder: Path,
    target: str = "tests.serving.probe",
    *,
    handed_over: socket.socket | None = None,
    environment: Mapping[str, str] | None = None,
    **options: Any,
) -> Iterator[Program]:
    """A server of `target` with the options of Serving, ended with the block."""
    log = folder / f"{time.monotonic_ns()}.log"
    command = [sys.executable, "-c", PROGRAM, target, json.dumps(options)]
    if handed_over is not None:
        command = ["bash", "-c", f'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@" 3<&{handed_over.fileno()}']
        command += ["bash", sys.executable, "-c", PROGRAM, target, json.dumps(options)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            stderr=output,
            pass_fds=[handed_over.fileno()] if handed_over is not None else [],
            start_new_session=True,
        )
    try:
        yield Program(process, log)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
