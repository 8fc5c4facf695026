"""Who comes into the database, by the lines that operators are told to write."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator

import psycopg
import pytest

from tests.docs.markdown import blocks, document
from tests.services.postgres import Cluster, start_cluster

LINES = blocks(document("docs/operators/database-roles.md"))


def block(first_word: str) -> str:
    """The block of the document that begins so."""
    return next(each.text for each in LINES if each.text.startswith(first_word))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Set up as the document says; whoever runs the tests has root's place."""
    cluster = start_cluster()
    try:
        cluster.create_database("portals")
        data = cluster.folder / "data"
        with psycopg.connect(cluster.url_for("postgres"), autocommit=True) as connection:
            for name in ("public", "console", "worker"):
                connection.execute(f'CREATE ROLE "portals-{name}" LOGIN'.encode())
            hba, ident = data / "pg_hba.conf", data / "pg_ident.conf"
            hba.write_text(block("local") + hba.read_text())
            ident.write_text(block("portals").replace("root ", f"{getpass.getuser()} "))
            connection.execute("SELECT pg_reload_conf()")
            for view in (b"pg_hba_file_rules", b"pg_ident_file_mappings"):
                faults = connection.execute(b"SELECT error FROM " + view + b" WHERE error > ''")
                assert faults.fetchall() == []
        yield cluster
    finally:
        cluster.remove()


def comes_in(cluster: Cluster, role: str) -> bool:
    url = cluster.url_for("portals").replace("portals@", f"{role}@")
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError as error:
        if not re.search("authentication failed|rejects connection", str(error)):
            raise
        return False
    return True


@pytest.mark.parametrize("role", ["portals", "portals-console"])
def test_an_operator_is_the_owner_and_the_console(cluster: Cluster, role: str) -> None:
    assert comes_in(cluster, role)


@pytest.mark.parametrize("role", ["portals-public", "portals-worker", "portals-backup", "nobody"])
def test_nobody_is_another_program(cluster: Cluster, role: str) -> None:
    assert not comes_in(cluster, role)


@pytest.mark.parametrize(
    ("user", "role"),
    [("portals-public", "portals-public"), ("portals-backup", "portals-backup")]
    + [(name, None) for name in ("portals", "portals-publicity", "xportals-public", "www-data")],
)
def test_each_program_is_itself(user: str, role: str | None) -> None:
    """As PostgreSQL reads the map: a user behind a slash is a pattern, \\1 what is in brackets."""
    [(pattern, name)] = re.findall(r"^portals\s+/(\S+)\s+(\S+)$", block("portals"), re.M)
    found = re.search(pattern, user)
    assert (found and found.expand(name)) == role
