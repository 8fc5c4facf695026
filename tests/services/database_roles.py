"""A database with its roles, as `portals migrate --roles` leaves it, and somebody of each role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import make_url

from server.config import bundled
from server.storage import migrate
from server.storage.database import Database
from server.storage.roles import ROLES, apply_roles
from tests.services.postgres import Cluster

ROLES_SQL = bundled("deploy") / "postgresql/roles.sql"


@dataclass(frozen=True)
class LeastPrivilege:
    """`owner` may do everything; `urls` are the database's addresses for a member of each role."""

    owner: Database
    urls: dict[str, str]


@contextmanager
def least_privilege_in(cluster: Cluster, worker: str) -> Iterator[LeastPrivilege]:
    """A migrated database of its own for the test process `worker`.

    Roles belong to the whole cluster, which test processes share: each has its own logins.
    """
    owner = Database(cluster.create_database(f"portals_roles_{worker}"))
    migrate.upgrade(owner.engine)
    apply_roles(owner.engine, ROLES_SQL.read_text("utf-8"))
    yield LeastPrivilege(owner, {role: login(owner, f"{role}_of_{worker}", role) for role in ROLES})
    owner.dispose()


def login(owner: Database, name: str, *groups: str) -> str:
    """The database's address for a new login role `name`, a member of these groups."""
    url = make_url(owner.engine.url)
    member = f" IN ROLE {', '.join(groups)}" if groups else ""
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f'DROP ROLE IF EXISTS "{name}"'.encode())
        connection.execute(f'CREATE ROLE "{name}" LOGIN{member}'.encode())
    return url.set(username=name).render_as_string(hide_password=False)
