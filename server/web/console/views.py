"""The console's surface: its blueprint with every view, header and hook in place."""

from __future__ import annotations

from server.web.console import audit, headers, portals, reports, sign_in
from server.web.console.blueprint import blueprint, is_console
from server.web.console.errors import console_error
from server.web.console.security import init_console_security

__all__ = [
    "audit",
    "blueprint",
    "console_error",
    "headers",
    "init_console_security",
    "is_console",
    "portals",
    "reports",
    "sign_in",
]
