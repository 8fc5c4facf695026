"""A database with its roles, as `portals migrate --roles` leaves it, and somebody of each role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from server.config import bundled
from server.storage import migrate
from server.storage.database import Database
from server.storage.roles import CONSOLE, PUBLIC, ROLES, apply_roles
from tests.services.postgres import Cluster

ROLES_SQL = bundled("deploy") / "postgresql/roles.sql"
#: A process that serves both surfaces.
BOTH = "portals_both"


@dataclass(frozen=True)
class LeastPrivilege:
    """`owner` may do everything; `urls` are the database's addresses for a member of each role."""

    owner: Database
    urls: dict[str, str]


@contextmanager
def least_privilege_in(cluster: Cluster, worker: str) -> Iterator[LeastPrivilege]:
    """A migrated database of its own for the test process `worker`."""
    owner = Database(cluster.create_database(f"portals_roles_{worker}"))
    migrate.upgrade(owner.engine)
    yield LeastPrivilege(owner, set_up_roles(owner))
    owner.dispose()


def set_up_roles(owner: Database) -> dict[str, str]:
    """Apply roles.sql; the database's addresses for a member of each role, and of BOTH.

    Roles belong to the whole cluster, which test processes share: each database has its own
    logins.
    """
    apply_roles(owner.engine, ROLES_SQL.read_text("utf-8"))
    name = owner.engine.url.database
    urls = {role: login(owner, f"{role}_of_{name}", role) for role in ROLES}
    return urls | {BOTH: login(owner, f"{BOTH}_of_{name}", PUBLIC, CONSOLE)}


def login(owner: Database, name: str, *groups: str) -> str:
    """The database's address for a new login role `name`, a member of these groups."""
    url = owner.engine.url
    member = f" IN ROLE {', '.join(groups)}" if groups else ""
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f'DROP ROLE IF EXISTS "{name}"'.encode())
        connection.execute(f'CREATE ROLE "{name}" LOGIN{member}'.encode())
    return url.set(username=name).render_as_string(hide_password=False)
