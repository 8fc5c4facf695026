"""Processes killed in the middle: every message is carried out, and in effect once."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select, text

from server.delivery.models import OutboxMessage
from server.delivery.service import enqueue
from server.storage.database import Database
from tests.delivery.doomed_worker import TOPIC

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = 120
DEATHS = 2


def start(database: Database, folder: Path) -> subprocess.Popen[bytes]:
    url = database.engine.url.render_as_string(hide_password=False)
    program = [sys.executable, "-m", "tests.delivery.doomed_worker", url, str(folder), str(DEATHS)]
    return subprocess.Popen(program, cwd=ROOT)


def test_messages_of_killed_workers_are_carried_out_once(
    database: Database, tmp_path: Path
) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS effects (number INTEGER NOT NULL)"))
        session.execute(text("DELETE FROM effects"))
        for number in range(MESSAGES):
            enqueue(session, TOPIC, {"n": number})
    processes = [start(database, tmp_path) for _ in range(DEATHS + 1)]
    ends = [process.wait(60) for process in processes]
    assert sorted(ends) == [-signal.SIGKILL] * DEATHS + [0]
    with database.transaction() as session:
        effects = sorted(session.scalars(text("SELECT number FROM effects")))
        done = session.scalars(select(OutboxMessage.done_at))
        assert all(done)
        session.execute(text("DROP TABLE effects"))
    assert effects == list(range(MESSAGES))
