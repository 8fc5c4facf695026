"""What may go wrong with the audit trail."""

from __future__ import annotations


class AuditError(Exception):
    """The trail is not as it should be, or cannot be used so; the message says what to do."""


class ChainHeldUp(AuditError):
    """Somebody holds the chain's lock, and events wait: tried again, and told meanwhile."""


class TrailDoubtful(AuditError):
    """The chain is not the one that was signed last: no new signature is put on it."""
