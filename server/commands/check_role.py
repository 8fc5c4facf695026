"""What `portals check` says of the database role: whether it may do its work, and what too much."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from server.config import Settings
from server.storage.database import Database
from server.storage.roles import CONSOLE, PUBLIC, OwnRole, own_role

CONNECT_TIMEOUT_S = 5
_APPLY = "run `portals migrate --roles` as the owner"


@dataclass(frozen=True, slots=True)
class RoleFindings:
    """A line each: who this is to the database, what to see to, and why not to start like this."""

    known: str
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


def role_findings(settings: Settings) -> RoleFindings:
    """Ask PostgreSQL, for at most CONNECT_TIMEOUT_S; SQLite has no roles."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return RoleFindings("none: SQLite knows only who may read and write its file")
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT_S)})
    database = Database(url.render_as_string(hide_password=False))
    try:
        role = own_role(database.engine)
    except DBAPIError:
        waits = "the database does not answer: its role was not looked at"
        return RoleFindings("unknown", (waits,))
    finally:
        database.dispose()
    if role is None:
        return RoleFindings("unknown", ("the database has no tables yet: run `portals migrate`",))
    return judge(role, settings)


def judge(role: OwnRole, settings: Settings) -> RoleFindings:
    """What a role means for the surfaces that run under it."""
    known = role.name + (", which owns the tables" if role.owns else "")
    only_public = settings.serves_public and not settings.serves_console
    warnings, refusals = [], []
    for serves, may, group, work in (
        (settings.serves_public, role.takes_reports, PUBLIC, "take reports"),
        (settings.serves_console, role.serves_staff, CONSOLE, "sign staff in"),
    ):
        if serves and not may:
            refusals.append(f'{role.name} may not {work}: {_APPLY}, GRANT {group} TO "{role.name}"')
    if only_public and role.owns:
        refusals.append(
            f"{role.name} owns the tables, so the public surface could read sealed columns and "
            f"change the audit trail: connect as a member of {PUBLIC}"
        )
    elif only_public and role.reads_sealed:
        warnings.append(f"this surface could read sealed columns: run as a member of {PUBLIC} only")
    elif role.changes_audit:
        group = CONSOLE if not settings.serves_public else f"{PUBLIC} and {CONSOLE}"
        warnings.append(f"{role.name} could change the audit trail: run as a member of {group}")
    return RoleFindings(known, tuple(warnings), tuple(refusals))
