"""Threads for what may hang: few, and no reason for a process to stay."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading

import pytest

from server.storage.daemon_threads import DaemonThreads

HANG = """
import threading
from server.storage.daemon_threads import DaemonThreads
threads = DaemonThreads(1, "hanging")
threads.submit(threading.Event().wait)
"""


def alive(name: str) -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == name]


def test_work_is_done_by_few_threads_and_its_errors_are_handed_on() -> None:
    threads = DaemonThreads(2, "few")
    assert [threads.submit(lambda n=n: n * n).result(10) for n in range(9)] == [
        n * n for n in range(9)
    ]
    assert len(alive("few")) <= 2
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 // 0).result(10)
    threads.close()


def test_what_was_given_up_is_not_done() -> None:
    threads, go, done = DaemonThreads(1, "given-up"), threading.Event(), []
    first, second = threads.submit(go.wait), threads.submit(lambda: done.append(2))
    assert second.cancel()
    go.set()
    assert first.result(10)
    assert threads.submit(lambda: 3).result(10) == 3
    assert done == []
    threads.close()


def test_they_end_with_their_owner() -> None:
    threads = DaemonThreads(1, "owned")
    threads.submit(lambda: None).result(10)
    (thread,) = alive("owned")
    del threads
    gc.collect()
    thread.join(10)
    assert not thread.is_alive()


def test_a_process_ends_though_one_hangs() -> None:
    assert subprocess.run([sys.executable, "-c", HANG], timeout=60).returncode == 0
