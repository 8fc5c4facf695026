"""One PostgreSQL cluster for a whole test run, however many processes the run has.

Each user holds a shared lock; the keeper, a process of its own, waits for the exclusive one.
The kernel frees the locks of a process that was killed, so that no server outlives its run.
"""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.postgres import Cluster, PostgresFailed, find_programs, start_cluster

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def shared_cluster(folder: Path) -> Iterator[Cluster]:
    """The cluster of all processes that name the same `folder`, started by the first of them.

    Raises PostgresMissing, PostgresFailed.
    """
    find_programs()
    with (folder / "users.lock").open("a") as users:
        with (folder / "start.lock").open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            if not _record(folder).exists():
                _start_keeper(folder)
        noted = json.loads(_record(folder).read_text())
        yield Cluster(Path(noted["folder"]), noted["process_id"])


def _start_keeper(folder: Path) -> None:
    log_file = folder / "keeper.log"
    with log_file.open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", __name__, folder],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    while not _record(folder).exists():
        if keeper.poll() is not None:
            raise PostgresFailed(log_file.read_text())
        time.sleep(0.02)
    keeper.returncode = 0  # it outlives us on purpose: no warning about an unfinished child


def _keep(folder: Path) -> None:
    """Run a cluster until its last user is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cluster = start_cluster()
    noted = {"folder": str(cluster.folder), "process_id": cluster.process_id}
    written = folder / "cluster.new"
    written.write_text(json.dumps(noted))
    written.rename(_record(folder))
    try:
        with (folder / "users.lock").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            _record(folder).unlink()
            cluster.stop()
    finally:
        cluster.remove()


def _record(folder: Path) -> Path:
    return folder / "cluster.json"


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
