"""Every place in which an installation could have kept something, as bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from sqlalchemy import text

from server.storage.database import Database

LARGEST = 64 * 1024 * 1024


def files_below(folder: Path) -> list[bytes]:
    """The names and contents of all files below a folder."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path).encode() for path in found] + [path.read_bytes() for path in found]


def redis_contents(client: Redis) -> list[bytes]:
    """Every key with its value, as Redis would dump it."""
    return [part for key in client.scan_iter() for part in (key, client.dump(key) or b"")]


@contextmanager
def talkative(database: Database) -> Iterator[None]:
    """Let PostgreSQL log every statement with its parameters, as an operator might who looks for
    slow ones. SQLite has no log."""
    if database.is_sqlite:
        yield
        return
    name = database.engine.url.database
    options = {"log_min_duration_statement": "0", "log_parameter_max_length_on_error": "-1"}
    with _alone(database) as run:
        for option, value in options.items():
            run(f'ALTER DATABASE "{name}" SET {option} = {value}')
    try:
        yield
    finally:
        with _alone(database) as run:
            for option in options:
                run(f'ALTER DATABASE "{name}" RESET {option}')


class DatabaseFiles:
    """What a database writes to the disk from now on: its files, its log, what goes ahead of it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._began = None if database.is_sqlite else self._ask("SELECT pg_current_wal_lsn()")

    def contents(self) -> list[bytes]:
        if self._database.is_sqlite:
            path = Path(self._database.engine.url.database or "")
            return [each.read_bytes() for each in path.parent.glob(f"{path.name}*")]
        with _alone(self._database) as run:
            run("CHECKPOINT")
        data = Path(self._ask("SHOW data_directory"))
        number = self._ask("SELECT oid FROM pg_database WHERE datname = current_database()")
        first = self._ask(f"SELECT pg_walfile_name('{self._began}')")
        last = self._ask("SELECT pg_walfile_name(pg_current_wal_lsn())")
        ahead = [path for path in (data / "pg_wal").iterdir() if first <= path.name <= last]
        own = [path for path in (data / "base" / number).iterdir() if path.stat().st_size]
        return [path.read_bytes() for path in (*ahead, *own, data.parent / "log")]

    def _ask(self, question: str) -> str:
        with self._database.engine.connect() as connection:
            return str(connection.scalar(text(question)))


@contextmanager
def _alone(database: Database) -> Iterator[object]:
    """A connection for what cannot run in a transaction."""
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda statement: connection.execute(text(statement))
