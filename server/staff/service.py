"""What other packages may use of staff: use cases, and the words they speak in."""

from __future__ import annotations

from server.staff.accounts import (
    add_staff,
    disable_staff,
    enable_staff,
    end_sessions,
    find_by_session,
    get_staff,
    list_staff,
    set_roles,
    subject_of,
)
from server.staff.errors import (
    StaffDisabled,
    StaffEmailInvalid,
    StaffError,
    StaffExists,
    StaffUnknown,
)
from server.staff.login_links import (
    LINK_LIFETIME,
    consume_login_link,
    issue_login_link,
    login_link_is_open,
)
from server.staff.models import Role, User, WebAuthn
from server.staff.permissions import Permission, RoleName, permissions_of

__all__ = [
    "LINK_LIFETIME",
    "Permission",
    "Role",
    "RoleName",
    "StaffDisabled",
    "StaffEmailInvalid",
    "StaffError",
    "StaffExists",
    "StaffUnknown",
    "User",
    "WebAuthn",
    "add_staff",
    "consume_login_link",
    "disable_staff",
    "enable_staff",
    "end_sessions",
    "find_by_session",
    "get_staff",
    "issue_login_link",
    "list_staff",
    "login_link_is_open",
    "permissions_of",
    "set_roles",
    "subject_of",
]
