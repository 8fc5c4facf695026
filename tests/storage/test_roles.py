"""The roles of the surfaces in a real PostgreSQL: each may do its work, and nothing else (P20).

That each can do its work is shown in tests/web/test_roles.py and tests/commands/test_roles.py.
"""

# ruff: noqa: S608  the tables' own names stand in statements

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Table, make_url, text

from server.storage.database import Database
from server.storage.roles import CONSOLE, PUBLIC, ROLES, RolesRefused, apply_roles, own_role
from server.storage.tables import all_tables
from tests.services.database_roles import ROLES_SQL, LeastPrivilege, login
from tests.services.postgres import Cluster
from tests.storage.grants import GRANTS, columns_of, granted

TABLES = list(all_tables().sorted_tables)
AUDIT = ("audit_events", "audit_links", "audit_checkpoints")


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def connection(least_privilege: LeastPrivilege, role: str) -> Iterator[psycopg.Connection]:
    """Logged in as a member of one of the roles."""
    with psycopg.connect(least_privilege.urls[role], autocommit=True) as connection:
        yield connection


def is_allowed(connection: psycopg.Connection, statement: str) -> bool:
    """Whether the role may do that. PostgreSQL looks at privileges before anything else; whatever
    comes of the statement is rolled back."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
    except InsufficientPrivilege:
        return False
    except psycopg.Error:
        return True  # it may: an empty row is refused, or a TRUNCATE by a trigger
    return True


def columns(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def statements(table: Table) -> dict[str, str]:
    """What each verb is, on the table as a whole."""
    everything, first = ", ".join(columns(table)), columns(table)[0]
    same = ", ".join(f"{name} = {name}" for name in columns(table))
    return {
        "SELECT": f"SELECT {everything} FROM {table.name}",
        "INSERT": f"INSERT INTO {table.name} ({first}) VALUES (NULL)",
        "UPDATE": f"UPDATE {table.name} SET {same}",
        "DELETE": f"DELETE FROM {table.name}",
        "TRUNCATE": f"TRUNCATE {table.name} CASCADE",
    }


def test_the_database_grants_what_the_table_says_and_no_more(
    least_privilege: LeastPrivilege,
) -> None:
    with least_privilege.owner.engine.connect() as connection:
        assert granted(connection) == GRANTS


def test_every_table_has_a_word_in_the_file() -> None:
    named = {table for grants in GRANTS.values() for table in grants}
    missing = {table.name for table in TABLES} - named
    assert not missing, "say in roles.sql and tests/storage/grants.py who may do what with them"


def test_each_verb_on_each_table_is_tried_and_denied_unless_it_is_granted(
    connection: psycopg.Connection, role: str
) -> None:
    tried = {
        (table.name, verb): is_allowed(connection, statement)
        for table in TABLES
        for verb, statement in statements(table).items()
    }
    allowed = {each for each, was_allowed in tried.items() if was_allowed}
    assert len(tried) > 100
    assert allowed == {
        (table.name, verb)
        for table in TABLES
        for verb in statements(table)
        if verb in GRANTS[role].get(table.name, ())
    }


def test_each_column_is_read_and_changed_only_where_it_is_granted(
    connection: psycopg.Connection, role: str
) -> None:
    for table in TABLES:
        privileges = GRANTS[role].get(table.name, set())
        for verb, statement in (
            ("SELECT", "SELECT {1} FROM {0}"),
            ("UPDATE", "UPDATE {0} SET {1} = NULL"),
        ):
            expected = set(columns(table)) if verb in privileges else columns_of(verb, privileges)
            allowed = {
                name
                for name in columns(table)
                if is_allowed(connection, statement.format(table.name, name))
            }
            assert allowed == expected, (verb, table.name)


def test_the_audit_trail_is_changed_by_nobody(connection: psycopg.Connection) -> None:
    for table in AUDIT:
        column = "seq" if table != "audit_events" else "actor"
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"SELECT {column} FROM {table} FOR UPDATE",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table} CASCADE",
        ):
            assert not is_allowed(connection, statement), statement
    assert not is_allowed(connection, "SET session_replication_role = replica")


@pytest.mark.parametrize("role", [PUBLIC], indirect=True)
def test_the_public_surface_reads_nothing_sealed_by_any_way_round(
    connection: psycopg.Connection,
) -> None:
    for statement in (
        "SELECT ciphertext FROM envelopes",
        "SELECT wrapped_key FROM envelopes",
        "SELECT count(*) FROM envelopes",
        "SELECT envelopes FROM envelopes",
        "TABLE reports",
        "SELECT count(territory) FROM reports",
        "SELECT id FROM reports WHERE territory = 'SN'",
        "SELECT id FROM reports ORDER BY language",
        "SELECT recovery_copy FROM sealing_keys",
        "COPY envelopes TO STDOUT",
        "DELETE FROM envelopes RETURNING ciphertext",
        "CREATE VIEW public.window_on AS SELECT * FROM envelopes",
        "CREATE TEMPORARY TABLE kept (x int)",
        "SET ROLE portals_console",
        "SET ROLE portals",
        "SELECT pg_read_file('/etc/passwd')",
    ):
        assert not is_allowed(connection, statement), statement


def test_whoever_is_no_member_may_not_even_come_in(least_privilege: LeastPrivilege) -> None:
    stranger = login(least_privilege.owner, "portals_stranger")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(stranger)


def test_applying_again_takes_back_what_was_granted_by_hand(
    least_privilege: LeastPrivilege,
) -> None:
    engine = least_privilege.owner.engine
    with engine.begin() as connection:
        connection.execute(text(f"GRANT ALL ON envelopes TO PUBLIC, {PUBLIC}"))
        connection.execute(text(f"GRANT SELECT (ciphertext) ON envelopes TO {PUBLIC}"))
    apply_roles(engine, ROLES_SQL.read_text("utf-8"))
    with engine.connect() as connection:
        assert granted(connection) == GRANTS


def test_whoever_does_not_own_the_tables_is_told_whose_address_to_use(
    least_privilege: LeastPrivilege,
) -> None:
    database = Database(least_privilege.urls[CONSOLE])
    with pytest.raises(RolesRefused, match=r"portals_console_of_\w+ does not own .* the owner's"):
        apply_roles(database.engine, "")
    database.dispose()


def test_an_owner_who_may_not_make_roles_is_told_what_a_superuser_has_to_run(
    least_privilege: LeastPrivilege,
    postgres_cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.storage.roles.ROLES", (PUBLIC, "portals_nowhere"))
    name = f"portals_poor_{least_privilege.owner.engine.url.database}"
    url = postgres_cluster.create_database(name)
    owner = Database(login(Database(url), name))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} OWNER TO {name}".encode())
    with pytest.raises(RolesRefused, match="CREATE ROLE portals_nowhere NOLOGIN;"):
        apply_roles(owner.engine, "")
    owner.dispose()
    postgres_cluster.drop_database(name)


def test_sqlite_has_no_roles(migrated_sqlite: object) -> None:
    database = Database(f"sqlite:///{migrated_sqlite}")
    with pytest.raises(RolesRefused, match="for PostgreSQL"):
        apply_roles(database.engine, "")
    database.dispose()


def test_a_process_knows_what_its_role_could_do(least_privilege: LeastPrivilege) -> None:
    def known(url: str) -> tuple[bool, ...]:
        database = Database(url)
        role = own_role(database.engine)
        database.dispose()
        assert role is not None
        assert role.name == make_url(url).username
        return (
            role.owns,
            role.takes_reports,
            role.serves_staff,
            role.reads_sealed,
            role.changes_audit,
        )

    urls = least_privilege.urls
    assert known(urls[PUBLIC]) == (False, True, False, False, False)
    assert known(urls[CONSOLE]) == (False, False, True, True, False)
    assert known(login_url(least_privilege.owner)) == (True, True, True, True, True)


def login_url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)
