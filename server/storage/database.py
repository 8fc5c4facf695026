"""The session glue: one engine, and transactions that commit or roll back as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

BUSY_TIMEOUT_MS = 5_000
#: How long the network may be silent (libpq, 34.1.2): a host that is gone sends no farewell.
SILENCE: dict[str, Any] = {
    "connect_timeout": 2,
    "tcp_user_timeout": 5_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
POSTGRES_OPTIONS = "-c synchronous_commit=on -c timezone=UTC"


class Database:
    """An engine and its sessions. Services receive a session and never commit; callers do."""

    def __init__(self, url: str) -> None:
        self.engine = create_database_engine(url)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        deferred = self.engine.execution_options(sqlite_begin="BEGIN")
        self._reading = sessionmaker(deferred, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A read-write transaction: commits at the end, rolls back on any exception."""
        with self._writing.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only view: what is changed here is rolled back. Takes no write lock on SQLite."""
        with self._reading() as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A read-only view of one moment: several queries count the same rows."""
        with self._reading() as session:
            if not self.is_sqlite:  # SQLite's transactions are that by themselves
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    def new_session(self) -> Session:
        """A session whose life the caller ends, for libraries that want to hold one."""
        return self._writing()

    def dispose(self) -> None:
        self.engine.dispose()


def create_database_engine(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…` with the durability that the intake needs.

    `hide_parameters` keeps a citizen's words out of exceptions and logs.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args=SILENCE | {"options": POSTGRES_OPTIONS},
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling would hide BEGIN IMMEDIATE from us.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a deferred transaction that turns into a
    # writer fails with SQLITE_BUSY without waiting for the busy timeout.
    begin = connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE")
    connection.exec_driver_sql(begin)
