"""The audit trail in English: a sentence for each action, a name for each kind of thing."""

from __future__ import annotations

from server.audit.service import AuditAction as A

#: Where an action comes from, by the first part of its value, in the order of the filter.
SOURCES = {
    "partners": "Portals, partners and keys",
    "directory": "Directory",
    "reports": "Reports",
    "statistics": "Statistics",
    "delivery": "Background work",
    "audit": "Audit trail",
    "staff": "Staff and sign-in",
}

#: What stands before the colon of a subject.
KINDS = {
    "portal": "Portal",
    "partner": "Partner",
    "key": "Key",
    "kit": "Integration kit",
    "authority": "Authority",
    "directory": "Directory",
    "report": "Report",
    "sealing_key": "Sealing key",
    "statistics": "Statistics",
    "message": "Message",
    "audit": "Audit trail",
    "staff": "Member of staff",
}

SENTENCES = {
    A.PORTAL_ADDED: "Added a portal",
    A.PORTAL_EDITED: "Edited a portal",
    A.PARTNER_ADDED: "Added a partner",
    A.PARTNER_EDITED: "Edited a partner",
    A.BRANDING_DRAFTED: "Saved a draft of a branding",
    A.BRANDING_DRAFT_DROPPED: "Dropped a draft of a branding",
    A.BRANDING_PUBLISHED: "Published a branding",
    A.BRANDING_ROLLED_BACK: "Brought an earlier branding back",
    A.KEY_ISSUED: "Issued a key",
    A.KEY_EDITED: "Edited a key",
    A.KEY_ROTATED: "Rotated a key",
    A.KEY_PAUSED: "Paused a key",
    A.KEY_RESUMED: "Resumed a key",
    A.KEY_REVOKED: "Revoked a key",
    A.KIT_ISSUED: "Made an integration kit",
    A.KIT_CLOSED: "Closed an integration kit",
    A.DIRECTORY_LOADED: "Loaded the directory from a file",
    A.AUTHORITY_ADDED: "Added an authority",
    A.AUTHORITY_EDITED: "Edited an authority",
    A.AUTHORITY_CHECKED: "Checked an authority",
    A.AUTHORITY_REMOVED: "Removed an authority",
    A.AUTHORITY_RESTORED: "Brought an authority back",
    A.SEALING_KEY_CREATED: "Created a sealing key",
    A.SEALING_KEY_ACTIVATED: "Put a sealing key to use",
    A.SEALING_KEY_RETIRED: "Retired a sealing key",
    A.SEALING_KEY_RECOVERED: "Brought a private sealing key back from its recovery copy",
    A.PRIVATE_KEY_FORGOTTEN: "Removed the private half of a retired sealing key",
    A.RESEALING_BEGUN: "Began to move envelopes to this sealing key",
    A.RESEALING_DONE: "Moved envelopes to this sealing key",
    A.ENVELOPE_DAMAGED: "Found a sealed part that does not open",
    A.REPORT_OPENED: "Opened a report",
    A.STATISTICS_EXPORTED: "Downloaded statistics",
    A.STATISTICS_REBUILT: "Had statistics counted anew",
    A.DEAD_LETTER_RETRIED: "Had a failed message tried again",
    A.AUDIT_EXPORTED: "Downloaded the audit trail",
    A.STAFF_ADDED: "Added an account",
    A.STAFF_INVITED: "Invited a colleague",
    A.STAFF_ROLES_CHANGED: "Changed an account's roles",
    A.STAFF_DISABLED: "Disabled an account",
    A.STAFF_ENABLED: "Enabled an account",
    A.STAFF_RESET: "Reset how an account signs in",
    A.LOGIN_LINK_ISSUED: "Made a sign-in link",
    A.LOGIN_LINK_REFUSED: "A used or expired sign-in link was refused",
    A.STAFF_SIGNED_IN: "Signed in",
    A.STAFF_SIGN_IN_FAILED: "A sign-in failed",
    A.STAFF_CONFIRMED: "Confirmed who they are",
    A.STAFF_SIGNED_OUT: "Signed out",
    A.STAFF_SESSION_ENDED: "Ended a session",
    A.PASSKEY_ADDED: "Added a passkey",
    A.PASSKEY_REMOVED: "Removed a passkey",
    A.PASSWORD_SET: "Set a password",
    A.PASSWORD_REMOVED: "Removed a password",
    A.TOTP_SET: "Set up an authenticator app",
    A.TOTP_REMOVED: "Removed an authenticator app",
    A.RECOVERY_CODES_MADE: "Made recovery codes",
    A.RECOVERY_CODE_USED: "Used a recovery code",
    A.IDENTITY_LINKED: "Linked a single sign-on identity",
    A.IDENTITY_UNLINKED: "Unlinked a single sign-on identity",
}


_SENTENCES = {action.value: words for action, words in SENTENCES.items()}


def sentence(action: str) -> str:
    """What was done. An action that the program does not know stands as it is."""
    return _SENTENCES.get(action, action)
