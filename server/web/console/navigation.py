"""The console's sections: one table. A member sees those that their roles may enter."""

from __future__ import annotations

from dataclasses import dataclass

from server.staff.permissions import Permission


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the navigation. `icon` is the name of a drawing in `icons.html`; `inner` are
    the endpoints of the pages that one reaches from this one."""

    name: str
    endpoint: str
    icon: str
    permission: Permission
    inner: tuple[str, ...] = ()


SECTIONS = (
    Section(
        "Reports",
        "console.report_list",
        "reports",
        Permission.REPORTS_LIST,
        inner=("console.report",),
    ),
    Section(
        "Portals",
        "console.portal_list",
        "portals",
        Permission.PORTALS_READ,
        inner=("console.portal", "console.portal_edit", "console.portal_new"),
    ),
    Section(
        "Partners",
        "console.partner_list",
        "partners",
        Permission.PARTNERS_READ,
        inner=(
            "console.branding",
            "console.branding_publish",
            "console.branding_saved",
            "console.key",
            "console.key_edit",
            "console.key_kit",
            "console.key_new",
            "console.key_revoke",
            "console.key_rotate",
            "console.key_sightings",
            "console.partner",
            "console.partner_edit",
            "console.partner_new",
        ),
    ),
    Section(
        "Statistics",
        "console.statistics",
        "statistics",
        Permission.STATISTICS_READ,
        inner=("console.statistics_export",),
    ),
    Section(
        "Directory",
        "console.authority_list",
        "directory",
        Permission.DIRECTORY_READ,
        inner=("console.authority", "console.authority_edit", "console.authority_new"),
    ),
    Section(
        "Audit trail",
        "console.audit_trail",
        "audit",
        Permission.AUDIT_READ,
        inner=("console.audit_export", "console.audit_verify"),
    ),
    Section(
        "Staff",
        "console.staff_list",
        "staff",
        Permission.STAFF_READ,
        inner=(
            "console.confirm_action",
            "console.invitation",
            "console.invite",
            "console.member_roles",
            "console.staff_member",
        ),
    ),
    Section("Work", "console.work", "work", Permission.WORKER_READ),
)


def sections_for(permissions: frozenset[Permission]) -> list[Section]:
    """The sections that these permissions open, in the order of the table."""
    return [section for section in SECTIONS if section.permission in permissions]
