"""The starter of PostgreSQL: what it starts is real, is alone, and goes away."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.services import postgres
from tests.services.postgres import Cluster, PostgresMissing, find_programs, restart_cluster
from tests.services.shared_postgres import ROOT, shared_cluster

HOLD_IT = """
import pathlib, sys, time
from tests.services.shared_postgres import shared_cluster
with shared_cluster(pathlib.Path(sys.argv[1])) as cluster:
    print(cluster.folder, flush=True)
    time.sleep(60)
"""


def test_a_database_of_a_cluster_takes_statements(postgres_cluster: Cluster) -> None:
    url = postgres_cluster.create_database("starter")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("starter",)
    postgres_cluster.drop_database("starter")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_what_was_committed_survives_a_crash() -> None:
    cluster = postgres.start_cluster(durable=True)
    try:
        url = cluster.create_database("kept")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        cluster.stop(crash=True)
        cluster = restart_cluster(cluster.folder, durable=True)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    finally:
        cluster.remove()
    assert not cluster.folder.exists()


def test_a_killed_run_leaves_no_server_behind(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", HOLD_IT, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    with run.stdout:
        folder = Path(run.stdout.readline().strip())
    with shared_cluster(tmp_path) as cluster:
        assert cluster.folder == folder  # shared, not a second one
    run.send_signal(signal.SIGKILL)
    run.wait()
    deadline = time.monotonic() + 10
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()


def test_a_machine_without_postgresql_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres, "_version", lambda folder: 0)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PostgresMissing, match="apt-get install postgresql"):
        find_programs()
