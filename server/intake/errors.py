"""Why a submission is not taken. The edge turns each into an answer that says what to do."""

from __future__ import annotations


class IntakeError(Exception):
    """A submission that cannot be accepted as it is."""


class IdempotencyKeyMalformed(IntakeError):
    """The idempotency key is missing or is not 128 bits in 22 base64url characters."""


class IdempotencyConflict(IntakeError):
    """This idempotency key came with another body before."""


class KeyUnknown(IntakeError):
    """No such partner key, or one that was never opened."""


class KeyMalformed(KeyUnknown):
    """The text is no partner key: its checksum is wrong, or it has none. No report was ever taken
    under it, so that no query is needed to refuse it."""


class KeyCeased(IntakeError):
    """The key was paused, revoked or expired more than 24 hours ago."""


class ChallengeForged(IntakeError):
    """The challenge was not made by us, belongs to another key, or its solution is wrong."""


class ChallengeExpired(IntakeError):
    """The challenge is older than its lifetime: fetch another, or send without one."""


class ChallengeSpent(IntakeError):
    """The challenge was used for another report: fetch another, or send without one."""


class SecretKeyRefused(IntakeError):
    """The secret key is unknown, ceased, or belongs to another partner or portal."""


class TooManyReports(IntakeError):
    """More reports come in than this installation takes at all, whoever sends them."""


class NoSealingKey(IntakeError):
    """The hotline has no active sealing key: nothing can be accepted before there is one."""


class SpoolFull(IntakeError):
    """The database is away and the spool holds all that it may: nothing can be kept now."""


class SpoolFailed(IntakeError):
    """The database is away and the spool's disk fails: nothing can be kept now."""
