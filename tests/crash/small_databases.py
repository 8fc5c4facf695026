"""Databases whose disk can be filled, and given room again."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

from server.storage import migrate
from server.storage.database import Database
from tests.crash.disk import SmallDisk
from tests.services.postgres import restart_cluster, start_cluster


class SqliteOnSmallDisk:
    """A database with a disk of its own, to be filled; `url` is its address."""

    def __init__(self, migrated: Path) -> None:
        self.disk = SmallDisk(8 * 1_024)
        (self.disk.root / "portals.db").write_bytes(migrated.read_bytes())
        self.url = f"sqlite:///{self.disk.root}/portals.db"

    def fill(self) -> None:
        self.disk.fill()

    def make_room(self) -> None:
        self.disk.grow()

    def close(self) -> None:
        self.disk.close()


class TablespaceOnSmallDisk(SqliteOnSmallDisk):
    """PostgreSQL's log has room, its tables have none: statements fail, the server goes on."""

    def __init__(self) -> None:
        self.disk = SmallDisk(32 * 1_024)
        try:
            self.cluster = start_cluster()
        except BaseException:
            self.disk.close()
            raise
        try:
            space = self.disk.root / "space"
            space.mkdir()
            owner = self.cluster.folder.stat()
            os.chown(space, owner.st_uid, owner.st_gid)
            with psycopg.connect(self.cluster.url_for("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE TABLESPACE small LOCATION '{space}'".encode())
                connection.execute(b"CREATE DATABASE portals TABLESPACE small")
            self.url = self.cluster.url_for("portals")
            migrate_at(self.url)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.cluster.remove()
        self.disk.close()


class PostgresqlOnSmallDisk(SqliteOnSmallDisk):
    """Nothing has room, the log neither: the server ends, and comes up again only with room."""

    def __init__(self) -> None:
        self.disk = SmallDisk(160 * 1_024)
        try:
            self.cluster = start_cluster(durable=True, inside=self.disk.root)
        except BaseException:
            self.disk.close()
            raise
        self.url = self.cluster.create_database("portals")
        migrate_at(self.url)

    def fill(self) -> None:
        self.disk.fill()
        with psycopg.connect(self.cluster.url_for("postgres"), autocommit=True) as connection:
            try:
                for _ in range(20):  # until its log has no room left
                    connection.execute(b"CREATE TABLE more AS SELECT generate_series(1, 9)")
                    connection.execute(b"SELECT pg_switch_wal()")
                    connection.execute(b"DROP TABLE more")
            except psycopg.OperationalError:
                return
        raise AssertionError("its log is not full")

    def make_room(self) -> None:
        self.disk.grow()
        self.cluster.stop(crash=True)
        self.cluster = restart_cluster(self.cluster.folder, durable=True)

    def close(self) -> None:
        self.cluster.remove()
        self.disk.close()


def migrate_at(url: str) -> None:
    database = Database(url)
    migrate.upgrade(database.engine)
    database.dispose()
