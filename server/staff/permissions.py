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

    REPORTS_LIST = "reports.list"
    REPORTS_READ = "reports.read"
    REPORTS_READ_CONTACT = "reports.read_contact"


#: The list shows what stands in clear for queueing and counting. Only analysts open what a
#: citizen wrote: setting up partners, checking the trail and running accounts do not need it.
GRANTS: Mapping[RoleName, frozenset[Permission]] = MappingProxyType(
    {
        RoleName.PORTAL_MANAGER: frozenset({Permission.REPORTS_LIST}),
        RoleName.ANALYST: frozenset(
            {
                Permission.REPORTS_LIST,
                Permission.REPORTS_READ,
                Permission.REPORTS_READ_CONTACT,
            }
        ),
        RoleName.SENIOR_ANALYST: frozenset(
            {
                Permission.REPORTS_LIST,
                Permission.REPORTS_READ,
                Permission.REPORTS_READ_CONTACT,
            }
        ),
        RoleName.AUDITOR: frozenset({Permission.REPORTS_LIST}),
        RoleName.ADMINISTRATOR: frozenset({Permission.REPORTS_LIST}),
    }
)


def permissions_of(role_names: Iterable[str]) -> frozenset[Permission]:
    """All that these roles may do together. A role that the table does not know grants nothing."""
    granted: set[Permission] = set()
    for name in role_names:
        if name in GRANTS:
            granted |= GRANTS[RoleName(name)]
    return frozenset(granted)
