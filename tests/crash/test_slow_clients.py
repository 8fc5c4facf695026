"""Clients that send or read as slowly as they can keep nobody else from reporting.

`FULL=1` uses 1,000 of them at a time for each kind, and says how long the others took.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.fixtures import FULL
from tests.deploy.stack import Stack

SLOW = 1_000 if FULL else 30
SECONDS = 120
REPORTS = 100 if FULL else 4
#: Slow readers that have been served end.
ENOUGH = 0.7
KINDS = {
    "headers": ["-H", "-i", "1"],
    "body": ["-B", "-i", "1", "-s", "8192", "-f", "application/json"],
    "reading": ["-X", "-w", "1", "-y", "2", "-n", "5", "-z", "1", "-k", "3"],
}


@contextmanager
def slow_clients(stack: Stack, kinds: list[str]) -> Iterator[None]:
    """All of them are connected when the block begins, and stay while it runs."""
    program = shutil.which("slowhttptest")
    assert program, "these tests need slowhttptest; `make test` installs it as root on Debian"
    address = f"https://127.0.0.2:{stack.nginx.port}"
    running = []
    for kind in kinds:
        path = "/api/v1/reports" if kind == "body" else f"/r/{stack.key}"
        size = ["-c", str(SLOW), "-r", str(SLOW), "-l", str(SECONDS), "-p", "30", "-v", "0"]
        running.append(
            subprocess.Popen(
                [program, *KINDS[kind], *size, "-u", address + path],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
    try:
        end = time.monotonic() + 20
        while connected(stack.nginx.port) < ENOUGH * SLOW * len(kinds):
            assert time.monotonic() < end, f"only {connected(stack.nginx.port)} came"
            time.sleep(0.05)
        yield
    finally:
        for each in running:
            each.kill()
            each.wait()


def connected(port: int) -> int:
    """How many connections nginx holds."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    return sum(each[1].endswith(f":{port:04X}") and each[3] == "01" for each in fields)


@pytest.mark.parametrize(
    "kinds", [[kind] for kind in KINDS] if FULL else [list(KINDS)], ids="+".join
)
def test_slow_clients_keep_nobody_from_reporting(stack: Stack, kinds: list[str]) -> None:
    took = []
    with slow_clients(stack, kinds):
        there = connected(stack.nginx.port)
        for _ in range(REPORTS):
            started = time.monotonic()
            assert stack.report().status == 201
            took.append(time.monotonic() - started)
        still = connected(stack.nginx.port)
    milliseconds = [round(1_000 * each) for each in statistics.quantiles(took, n=100)]
    print(
        f"{'+'.join(kinds)}: {there} slow clients, {still} at the end; {REPORTS} reports, all 201: "
        f"median {milliseconds[49]} ms, p99 {milliseconds[98]} ms"
    )
