"""Behind nginx no request fails while workers are replaced, or are killed at their work."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.stack import ask
from tests.services.nginx import Nginx, start_nginx
from tests.serving.program import PATIENCE_S, Program, program


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Nginx, Program]]:
    with program(tmp_path, socket=str(tmp_path / "public.sock"), workers=2) as server:
        server.wait_for("serving")
        nginx = start_nginx(tmp_path)
        yield nginx, server
        nginx.stop()


@contextmanager
def posting(nginx: Nginx) -> Iterator[tuple[Counter[int], Counter[str]]]:
    """Six clients that post without a pause: the statuses that they got, and who answered."""
    statuses: Counter[int] = Counter()
    workers: Counter[str] = Counter()
    stop = threading.Event()

    def client() -> None:
        while not stop.is_set():
            answer = ask(nginx.port, "/3", body=b"hi")
            statuses[answer.status] += 1
            workers[answer.body.decode()] += 1

    threads = [threading.Thread(target=client) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        yield statuses, workers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def wait_for(workers: Counter[str], count: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while len(workers) < count:
        assert time.monotonic() < end, workers
        time.sleep(0.02)


def test_no_request_fails_while_workers_are_replaced(served: tuple[Nginx, Program]) -> None:
    nginx, server = served
    with posting(nginx) as (statuses, workers):
        wait_for(workers, 2)
        server.process.send_signal(signal.SIGHUP)
        wait_for(workers, 4)
    assert set(statuses) == {200}


def test_no_request_fails_when_a_worker_is_killed(served: tuple[Nginx, Program]) -> None:
    nginx, server = served
    with posting(nginx) as (statuses, workers):
        wait_for(workers, 2)
        os.kill(int(workers.most_common(1)[0][0]), signal.SIGKILL)
        wait_for(workers, 3)
    assert set(statuses) == {200}
    assert server.said("a worker died and is replaced")
