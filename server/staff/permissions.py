"""Who may do what: one table from role to permissions. What is not in it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class RoleName(StrEnum):
    """The roles of staff (design, section 1). A member of staff may have several."""

    PORTAL_MANAGER = "portal_manager"
    ANALYST = "analyst"
    SENIOR_ANALYST = "senior_analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a view may ask for: `<what>.<verb>`."""

    ACCOUNT_OWN = "account.own"  # one's own passkeys, password, sessions
    SEARCH_USE = "search.use"  # finds only what the searcher may open
    REPORTS_LIST = "reports.list"  # what stands in clear for queueing and counting
    REPORTS_READ = "reports.read"  # what a citizen wrote
    REPORTS_READ_CONTACT = "reports.read_contact"
    PORTALS_READ = "portals.read"
    PORTALS_EDIT = "portals.edit"
    PARTNERS_READ = "partners.read"  # partners, their keys, branding and sightings
    PARTNERS_EDIT = "partners.edit"
    KEYS_ISSUE = "keys.issue"  # issue, rotate, revoke: asks for a fresh sign-in
    KEYS_EDIT = "keys.edit"  # pause, resume, origins, kits
    STATISTICS_READ = "statistics.read"
    STATISTICS_EXPORT = "statistics.export"
    DIRECTORY_READ = "directory.read"
    DIRECTORY_EDIT = "directory.edit"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    STAFF_READ = "staff.read"
    STAFF_EDIT = "staff.edit"  # invite, roles, disable: asks for a fresh sign-in
    WORKER_READ = "worker.read"  # jobs, dead letters
    WORKER_RETRY = "worker.retry"


_P = Permission
_EVERYBODY = frozenset({_P.ACCOUNT_OWN, _P.SEARCH_USE, _P.REPORTS_LIST})
_LOOKING_ON = frozenset({_P.PORTALS_READ, _P.PARTNERS_READ, _P.DIRECTORY_READ, _P.STATISTICS_READ})
_READING_REPORTS = frozenset({_P.REPORTS_READ, _P.REPORTS_READ_CONTACT})
_SETTING_UP = frozenset(
    {_P.PORTALS_EDIT, _P.PARTNERS_EDIT, _P.KEYS_ISSUE, _P.KEYS_EDIT, _P.DIRECTORY_EDIT}
)

#: Only analysts open what a citizen wrote: setting up partners, checking the trail and running
#: accounts do not need it. Nobody both runs accounts and checks the trail by one role.
GRANTS: Mapping[RoleName, frozenset[Permission]] = MappingProxyType(
    {
        RoleName.PORTAL_MANAGER: _EVERYBODY | _LOOKING_ON | _SETTING_UP | {_P.STATISTICS_EXPORT},
        RoleName.ANALYST: _EVERYBODY | _READING_REPORTS | {_P.DIRECTORY_READ, _P.STATISTICS_READ},
        RoleName.SENIOR_ANALYST: _EVERYBODY
        | _LOOKING_ON
        | _READING_REPORTS
        | {_P.STATISTICS_EXPORT},
        RoleName.AUDITOR: _EVERYBODY
        | _LOOKING_ON
        | {_P.STAFF_READ, _P.WORKER_READ, _P.AUDIT_READ, _P.AUDIT_EXPORT},
        RoleName.ADMINISTRATOR: _EVERYBODY
        | _LOOKING_ON
        | {_P.STAFF_READ, _P.STAFF_EDIT, _P.WORKER_READ, _P.WORKER_RETRY},
    }
)


def permissions_of(role_names: Iterable[str]) -> frozenset[Permission]:
    """All that these roles may do together. A role that the table does not know grants nothing."""
    granted: set[Permission] = set()
    for name in role_names:
        if name in GRANTS:
            granted |= GRANTS[RoleName(name)]
    return frozenset(granted)
