"""Who this process is to PostgreSQL, and the roles that each surface runs under.

What each role may do stands in deploy/postgresql/roles.sql; this applies it, and looks.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

PUBLIC, CONSOLE, WORKER = ROLES = ("portals_public", "portals_console", "portals_worker")


class RolesRefused(Exception):
    """The roles cannot be set up here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class OwnRole:
    """What the role of this process may do that matters.

    `owns` counts whoever may become the owner, as superusers may.
    """

    name: str
    owns: bool
    takes_reports: bool
    serves_staff: bool
    reads_sealed: bool
    changes_audit: bool


def apply_roles(engine: Engine, statements: str) -> None:
    """Run roles.sql, the whole of it or nothing. Safe to repeat, also while the server runs.

    Raises RolesRefused when this is not PostgreSQL, for whoever does not own the tables and the
    database, and when a role is missing that the owner may not make.
    """
    if engine.dialect.name != "postgresql":
        raise RolesRefused(
            "roles are for PostgreSQL: SQLite has none, and its file's permissions are all there is"
        )
    with engine.begin() as connection:
        _refuse_whoever_does_not_own(connection)
        _refuse_without(connection, _missing_roles(connection))
        # Without parameters the driver sends all statements as they are, and reads no % in them.
        connection.connection.cursor().execute(statements)


def roles_are_in_use(engine: Engine) -> bool:
    """Whether roles.sql was applied to this database before."""
    if engine.dialect.name != "postgresql":
        return False
    question = (
        "SELECT EXISTS (SELECT FROM pg_class, aclexplode(relacl) AS granted"
        " JOIN pg_roles ON pg_roles.oid = granted.grantee"
        " WHERE relname = 'reports' AND relnamespace = 'public'::regnamespace"
        " AND rolname = :role)"
    )
    with engine.connect() as connection:
        return bool(connection.scalar(text(question), {"role": PUBLIC}))


def own_role(engine: Engine) -> OwnRole | None:
    """What the role may do that this engine connects as; None before the first migration."""
    with engine.connect() as connection:
        if connection.scalar(text("SELECT to_regclass('public.audit_checkpoints')")) is None:
            return None
        row = connection.execute(
            text(
                "SELECT current_user,"
                " (SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class"
                "  WHERE oid = 'public.envelopes'::regclass),"
                " has_table_privilege('public.envelopes', 'INSERT'),"
                " has_table_privilege('public.staff_sessions', 'INSERT'),"
                " has_any_column_privilege('public.envelopes', 'SELECT'),"
                " has_table_privilege('public.audit_events', 'UPDATE, DELETE, TRUNCATE, TRIGGER')"
            )
        ).one()
    return OwnRole(*row)


def _refuse_whoever_does_not_own(connection: Connection) -> None:
    foreign = connection.scalars(
        text(
            "SELECT relname FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S', 'v', 'm')"
            " AND NOT pg_has_role(current_user, relowner, 'USAGE') ORDER BY relname"
        )
    ).all()
    who = connection.scalar(text("SELECT current_user"))
    if foreign:
        raise RolesRefused(
            f"{who} does not own {foreign[0]} and {len(foreign) - 1} further tables or sequences: "
            "run this with the owner's PORTALS_DATABASE_URL"
        )
    owns_database = connection.scalar(
        text(
            "SELECT pg_has_role(current_user, datdba, 'USAGE')"
            " AND (SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace"
            "      WHERE nspname = 'public')"
            " FROM pg_database WHERE datname = current_database()"
        )
    )
    if not owns_database:
        raise RolesRefused(
            f"{who} owns the tables, but not the database and its schema public: let a superuser "
            f'run ALTER DATABASE … OWNER TO "{who}" and ALTER SCHEMA public OWNER TO "{who}"'
        )


def _missing_roles(connection: Connection) -> list[str]:
    known = connection.scalars(
        text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:names)"), {"names": list(ROLES)}
    ).all()
    return [role for role in ROLES if role not in known]


def _refuse_without(connection: Connection, missing: list[str]) -> None:
    may_make = connection.scalar(
        text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    )
    if missing and not may_make:
        statements = " ".join(f"CREATE ROLE {role} NOLOGIN;" for role in missing)
        raise RolesRefused(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing, and the owner "
            f"may not make roles: let a superuser run {statements}"
        )
