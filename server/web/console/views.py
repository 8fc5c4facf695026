"""The console's surface: its blueprint with every view, header and hook in place."""

from __future__ import annotations

from server.web.console import (
    account,
    account_passkeys,
    account_password,
    audit,
    authorities,
    authority_actions,
    branding,
    confirm,
    headers,
    key_actions,
    key_kit,
    key_sightings,
    keys,
    partners,
    portals,
    reports,
    search,
    sign_in,
    sign_in_passkey,
    sign_in_password,
    staff_accounts,
    staff_actions,
    statistics,
    work,
)
from server.web.console.blueprint import blueprint, is_console
from server.web.console.errors import console_error
from server.web.console.security import init_console_security

__all__ = [
    "account",
    "account_passkeys",
    "account_password",
    "audit",
    "authorities",
    "authority_actions",
    "blueprint",
    "branding",
    "confirm",
    "console_error",
    "headers",
    "init_console_security",
    "is_console",
    "key_actions",
    "key_kit",
    "key_sightings",
    "keys",
    "partners",
    "portals",
    "reports",
    "search",
    "sign_in",
    "sign_in_passkey",
    "sign_in_password",
    "staff_accounts",
    "staff_actions",
    "statistics",
    "work",
]
