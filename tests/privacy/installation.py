"""An installation served as an operator serves it, whose every trace can be looked at."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT
from tests.privacy.canaries import CLIENT

SERVE = [sys.executable, "-c", "from server.cli import main; main()", "serve"]
PATIENCE_S = 60


@dataclass(frozen=True)
class Installation:
    """A server on a port of loopback. `folder` holds its log and its temporary files."""

    port: int
    folder: Path
    master: subprocess.Popen[bytes]

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def send(self, request: bytes) -> int:
        """Send the bytes of one request from CLIENT; the status of the answer, 0 without one."""
        with socket.socket() as client:
            client.bind((CLIENT, 0))
            client.settimeout(PATIENCE_S)
            client.connect(("127.0.0.1", self.port))
            try:
                client.sendall(request)
                with client.makefile("rb") as stream:
                    answer = stream.readline()
            except ConnectionError:
                return 0
        return int(answer.split()[1]) if answer else 0

    def kill_a_worker(self) -> None:
        """End a worker at once, by its process id."""
        first = self.master.pid
        (child, *_) = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        os.kill(int(child), signal.SIGKILL)


def request(
    method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> bytes:
    """The bytes of an HTTP request that ends its connection."""
    told = {"Host": "report.example.org", "Connection": "close", "Content-Length": str(len(body))}
    lines = [f"{name}: {value}" for name, value in (told | (headers or {})).items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode() + body


@contextmanager
def installed(
    environment: dict[str, str], folder: Path, under: Sequence[str] = ()
) -> Iterator[Installation]:
    """Serve on a free port until the block ends; `under` is a program to run it under."""
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    inherited = {name: value for name, value in os.environ.items() if name[:8] != "PORTALS_"}
    with (folder / "log").open("ab") as log:
        master = subprocess.Popen(
            [*under, *SERVE, "--port", str(port), "--threads", "4"],
            cwd=ROOT,
            env={**inherited, **environment, "TMPDIR": str(temporary)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    there = Installation(port, folder, master)
    try:
        _wait(there)
        yield there
    finally:
        # A program around the server hands no signal on: it ends when the server has.
        server = _child_of(master.pid) if under else master.pid
        _signal(server, signal.SIGTERM)
        try:
            master.wait(15)
        except subprocess.TimeoutExpired:
            _signal(server, signal.SIGKILL)
            master.kill()
            master.wait()


def _child_of(process: int) -> int:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(children[0]) if children else process


def _signal(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, number)


def _wait(there: Installation) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and there.master.poll() is None:
        try:
            if there.send(request("GET", "/healthz")) == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"the server did not come up:\n{there.log.read_text()[-3_000:]}")
