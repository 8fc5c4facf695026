"""A worker as a process of its own, killed in the middle of its work as often as it is told.

`python -m tests.delivery.doomed_worker DATABASE_URL FOLDER DEATHS`: of all processes together
DEATHS die, each half-way through a message's transaction; the others work everything off.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from server.delivery.service import Done, Jobs, Message, Worker
from server.storage.database import Database

TOPIC = "thing.happened"
LEASE = timedelta(milliseconds=600)
PATIENCE_S = 20


def main(url: str, folder: Path, deaths: int) -> None:
    database = Database(url)

    def handle(session: Session, messages: Sequence[Message]) -> None:
        for place, message in enumerate(messages):
            session.execute(
                text("INSERT INTO effects (number) VALUES (:n)"), {"n": message.payload["n"]}
            )
            if place == len(messages) // 2 and _is_doomed(folder, deaths):
                os.kill(os.getpid(), signal.SIGKILL)

    worker = Worker(database, Jobs({TOPIC: handle}), lease=LEASE)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if not worker.turn(Done()):
            with database.reading() as session:
                if session.scalar(text("SELECT count(*) FROM effects")) >= 120:
                    return
            time.sleep(0.05)


def _is_doomed(folder: Path, deaths: int) -> bool:
    """Whether one of the deaths is still to be had; each file is one."""
    for number in range(deaths):
        try:
            (folder / f"death-{number}").touch(exist_ok=False)
        except FileExistsError:
            continue
        return True
    return False


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
