"""What the audit trail can say: `source:subject:action`, one member a sentence."""

from __future__ import annotations

from enum import StrEnum


class AuditAction(StrEnum):
    """Who acted (command, console, public), on what, and how."""

    PORTAL_ADDED = "command:portal:added"
    PARTNER_ADDED = "command:partner:added"
    BRANDING_PUBLISHED = "command:branding:published"
    KEY_ISSUED = "command:key:issued"
    KEY_ROTATED = "command:key:rotated"
    KEY_PAUSED = "command:key:paused"
    KEY_REVOKED = "command:key:revoked"
    DIRECTORY_LOADED = "command:directory:loaded"
    SEALING_KEY_CREATED = "command:sealing_key:created"
    SEALING_KEY_ACTIVATED = "command:sealing_key:activated"
    STAFF_ADDED = "command:staff:added"
    STAFF_ROLES_CHANGED = "command:staff:roles_changed"
    STAFF_DISABLED = "command:staff:disabled"
    STAFF_ENABLED = "command:staff:enabled"
    LOGIN_LINK_ISSUED = "command:login_link:issued"
    LOGIN_LINK_REFUSED = "console:login_link:refused"
    STAFF_SIGNED_IN = "console:staff:signed_in"
    STAFF_SIGNED_OUT = "console:staff:signed_out"
    REPORT_OPENED = "console:report:opened"
